import { compilePathMatch } from "../../glob/path-match.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, listAt, stringAt } from "../../manifest/value.js";
import type { FileTree } from "../../render/file-tree.js";
import type { ParamSet, Params } from "../params/params.js";
import type { GeneratorRun } from "./generator.js";
import { pathParams } from "./path-params.js";
import { withValues, wrapError } from "./values.js";

/** A set for each directory that a pattern takes and no pattern with `exclude` does. */
export function paramSetsOfDirectories(spec: ValueObject, run: GeneratorRun, tree: FileTree): readonly ParamSet[] {
  const items = listAt(spec, "directories").filter(isObject);
  const patterns = items.map((item) => ({
    // Argo CD: a malformed pattern matches nothing and is only logged.
    matches: compilePathMatch(stringAt(item, "path")) ?? (() => false),
    excluded: item["exclude"] === true,
  }));
  const repoURL = stringAt(spec, "repoURL");
  const sets: ParamSet[] = [];
  for (const directory of directoriesOf(tree, run)) {
    const hits = patterns.filter((pattern) => pattern.matches(directory));
    if (hits.length === 0 || hits.some((pattern) => pattern.excluded)) continue;
    try {
      const params = withValues(paramsOf(directory, spec, run), spec["values"], run);
      sets.push({ params, origins: [{ generator: run.path, repoURL, file: directory }] });
    } catch (error) {
      run.elementFailed(wrapError("failed to append templated values", error));
    }
  }
  return sets;
}

/** Every directory, parents first and each level by name; those whose name begins with a dot only when asked for. */
function directoriesOf(tree: FileTree, run: GeneratorRun): readonly string[] {
  return run.once(tree.list, () => {
    const found: string[] = [];
    const visit = (directory: string): void => {
      for (const entry of entriesOf(tree, directory, run.settings.includeHiddenDirectories)) {
        if (entry.startsWith(".") && !run.settings.includeHiddenDirectories) continue;
        const path = directory === "" ? entry : `${directory}/${entry}`;
        found.push(path);
        visit(path);
      }
    };
    visit("");
    return found;
  });
}

function entriesOf(tree: FileTree, directory: string, hidden: boolean): readonly string[] {
  const names = (tree.list(directory) ?? []).filter((entry) => entry.kind === "directory").map((entry) => entry.name);
  // Argo CD walks a checkout, in which git's own folder is a hidden directory like any other.
  return hidden && directory === "" ? [...names, ".git"].sort() : names;
}

function paramsOf(directory: string, spec: ValueObject, run: GeneratorRun): Params {
  const goTemplate = run.set.spec.goTemplate === true;
  const made: Record<string, Value> = {};
  pathParams(made, { directory, prefix: stringAt(spec, "pathParamPrefix"), goTemplate });
  return made;
}
