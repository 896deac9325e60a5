import { utf8Decode, utf8DecodeLossy } from "../../../platform/bytes.js";
import { InputError } from "../../errors.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, listAt, stringAt } from "../../manifest/value.js";
import type { FileTree, TreeFile } from "../../render/file-tree.js";
import { parseYaml } from "../../yaml/parse.js";
import { numbersAsFloats } from "../params/floats.js";
import { flatten, formatGo, type ParamSet, type Params } from "../params/params.js";
import type { GeneratorRun } from "./generator.js";
import { selectFiles } from "./git-select-files.js";
import { pathParams } from "./path-params.js";
import { withValues, wrapError } from "./values.js";

/** The sets that the selected YAML or JSON files hold: one of an object, one an element of a list. Files come sorted by path. */
export function paramSetsOfFiles(spec: ValueObject, run: GeneratorRun, tree: FileTree): readonly ParamSet[] {
  const items = listAt(spec, "files").filter(isObject);
  const repoURL = stringAt(spec, "repoURL");
  const selected = new Set<string>();
  for (const item of items) if (item["exclude"] !== true) for (const path of selectIn(item, spec, run, tree)) selected.add(path);
  for (const item of items)
    if (item["exclude"] === true) for (const path of selectIn(item, spec, run, tree)) selected.delete(path);
  const sets: ParamSet[] = [];
  for (const path of [...selected].sort()) {
    try {
      const file = tree.read(path);
      if (!file)
        throw new InputError(`open ${path}: no such file or directory`, { code: "APPSET_GIT_FILE", location: { file: path } });
      sets.push(...setsOfFile(file, { path, repoURL, spec, run }));
    } catch (error) {
      run.elementFailed(wrapError(`unable to process file '${path}' from repository '${repoURL}'`, error));
    }
  }
  return sets;
}

function selectIn(item: ValueObject, spec: ValueObject, run: GeneratorRun, tree: FileTree): readonly string[] {
  const pattern = stringAt(item, "path");
  return selectFiles(tree, pattern === "" ? "." : pattern, {
    repoURL: stringAt(spec, "repoURL"),
    revision: stringAt(spec, "revision"),
    run,
  });
}

interface FileContext {
  readonly path: string;
  readonly repoURL: string;
  readonly spec: ValueObject;
  readonly run: GeneratorRun;
}

function setsOfFile(file: TreeFile, context: FileContext): ParamSet[] {
  const { run, spec, path, repoURL } = context;
  const objects = run.once(file, () => parseObjects(file, path));
  return objects.map((object, index) => {
    const own = paramsOf(object, context);
    const origin = { generator: run.path, repoURL, file: path, ...(objects.length > 1 ? { index } : {}) };
    try {
      return { params: withValues(own, spec["values"], run), origins: [origin] };
    } catch (error) {
      throw wrapError("failed to append templated values", error);
    }
  });
}

function parseObjects(file: TreeFile, path: string): readonly ValueObject[] {
  let parsed: Value;
  try {
    const text = utf8Decode(file.bytes) ?? utf8DecodeLossy(file.bytes);
    parsed = numbersAsFloats(parseYaml(text, { dialect: "kubernetes", duplicateKeys: "last", file: path }));
  } catch (error) {
    throw wrapError("unable to parse file: error converting YAML to JSON", error);
  }
  if (parsed === null) return [{}];
  if (isObject(parsed)) return [parsed];
  const elements = Array.isArray(parsed) ? (parsed as readonly Value[]) : undefined;
  const bad = elements ? elements.find((element) => element !== null && !isObject(element)) : parsed;
  if (bad !== undefined) {
    const type = elements ? "map[string]interface {}" : "[]map[string]interface {}";
    throw new InputError(
      `unable to parse file: error unmarshaling JSON: while decoding JSON: json: cannot unmarshal ${nounOf(bad)} into Go value of type ${type}`,
      { code: "APPSET_GIT_FILE", location: { file: path }, hint: "the file must hold an object or a list of objects" },
    );
  }
  const empty: ValueObject = {};
  return (elements as readonly (ValueObject | null)[]).map((element) => element ?? empty);
}

function nounOf(value: Value): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value === "string" ? "string" : "number";
}

function paramsOf(object: ValueObject, context: FileContext): Params {
  const { run, spec, path } = context;
  const slash = path.lastIndexOf("/");
  const goTemplate = run.set.spec.goTemplate === true;
  const made: Record<string, Value> = goTemplate ? { ...object } : {};
  if (!goTemplate) for (const [key, value] of Object.entries(flatten(object))) made[key] = formatGo(value);
  pathParams(made, {
    directory: slash < 0 ? "." : path.slice(0, slash),
    filename: path.slice(slash + 1),
    prefix: stringAt(spec, "pathParamPrefix"),
    goTemplate,
  });
  return made;
}
