import { utf8DecodeLossy } from "../../platform/bytes.js";
import { InputError } from "../errors.js";
import type { ValueObject } from "../manifest/value.js";
import { isObject, listAt, objectAt, stringAt } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { joinInside } from "../render/memory-tree.js";
import { emitYaml } from "../yaml/emit.js";
import { helmError, prefixed } from "./failure.js";
import { expandGlob, isGlob } from "./glob-files.js";
import type { TemplateOptions } from "./template-chart.js";
import type { UserValues } from "./user-values.js";

/** Where a Helm source is rendered. */
export interface ArgoContext {
  readonly appName: string;
  /** Namespace of the destination. */
  readonly namespace: string;
  readonly project?: string;
  readonly revision: string;
  /** Repository of the source; value files are looked up here. */
  readonly tree: FileTree;
  /** Folder of the chart in `tree`. */
  readonly path: string;
  /** Repositories of the sources with `ref`, by name without the `$`. */
  readonly refs?: ReadonlyMap<string, FileTree>;
  /** Of the destination cluster. */
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
}

export interface ArgoHelm {
  readonly values: UserValues;
  readonly options: Omit<TemplateOptions, "budget" | "now" | "random" | "onUnstable">;
}

/** Values and options that Argo CD gives to helm for an Application's source. Throws InputError HELM_SOURCE. */
export function argoHelm(source: ValueObject, context: ArgoContext): ArgoHelm {
  const helm = objectAt(source, "helm");
  const env = environment(source, context);
  const assignments = parameters(helm, env);
  const resolve = (path: string) => resolveFile(path, env, context);
  const setFile = listAt(helm, "fileParameters").map((parameter) => {
    const entry = isObject(parameter) ? parameter : {};
    const file = attempt("error resolving helm value file path: ", () => resolve(stringAt(entry, "path")));
    return { name: stringAt(entry, "name"), file };
  });
  const files = attempt("error resolving helm value files: ", () => valueFiles(helm, env, context));
  const byPath = new Map(setFile.map(({ file }) => [file.shown, file]));
  const apiVersions = listAt(helm, "apiVersions").map(String);
  return {
    values: {
      files: [...files.map((file) => ({ name: file.shown, text: readText(file) })), ...inlineValues(helm)],
      set: assignments.set,
      setString: assignments.setString,
      setFile: setFile.map(({ name, file }) => `${name}=${escapeCommas(file.shown)}`),
      readFile: (path) => {
        const file = byPath.get(path);
        return file ? readText(file) : missing(path);
      },
    },
    options: {
      releaseName: stringAt(helm, "releaseName") || context.appName,
      namespace: stringAt(helm, "namespace") || context.namespace,
      kubeVersion: stringAt(helm, "kubeVersion") || context.kubeVersion,
      apiVersions: apiVersions.length > 0 ? apiVersions : context.apiVersions,
      includeCrds: helm["skipCrds"] !== true,
      skipTests: helm["skipTests"] === true,
      skipSchemaValidation: helm["skipSchemaValidation"] === true,
    },
  };
}

/** The variables that parameters and paths may use. */
function environment(source: ValueObject, context: ArgoContext): ReadonlyMap<string, string> {
  const { appName, namespace, revision } = context;
  return new Map([
    ["ARGOCD_APP_NAME", appName],
    ["ARGOCD_APP_NAMESPACE", namespace],
    ["ARGOCD_APP_PROJECT_NAME", context.project ?? ""],
    ["ARGOCD_APP_REVISION", revision],
    ["ARGOCD_APP_REVISION_SHORT", revision.slice(0, 7)],
    ["ARGOCD_APP_REVISION_SHORT_8", revision.slice(0, 8)],
    ["ARGOCD_APP_SOURCE_REPO_URL", stringAt(source, "repoURL")],
    ["ARGOCD_APP_SOURCE_PATH", stringAt(source, "path")],
    ["ARGOCD_APP_SOURCE_TARGET_REVISION", stringAt(source, "targetRevision")],
  ]);
}

/** Go's os.Expand: `$NAME`, `${NAME}`, `$$`; unknown names are empty. */
function substitute(text: string, env: ReadonlyMap<string, string>): string {
  return text.replace(
    /\$(?:\{([^}]*)\}|([A-Za-z_][A-Za-z0-9_]*)|([*#$@!?\-0-9]))/g,
    (_, braced?: string, name?: string, special?: string) => {
      const wanted = braced ?? name ?? special ?? "";
      return wanted === "$" ? "$" : (env.get(wanted) ?? "");
    },
  );
}

function parameters(
  helm: ValueObject,
  env: ReadonlyMap<string, string>,
): { readonly set: string[]; readonly setString: string[] } {
  const set = new Map<string, string>();
  const setString = new Map<string, string>();
  for (const parameter of listAt(helm, "parameters")) {
    if (!isObject(parameter)) continue;
    const target = parameter["forceString"] === true ? setString : set;
    target.set(stringAt(parameter, "name"), substitute(stringAt(parameter, "value"), env));
  }
  const assign = (map: ReadonlyMap<string, string>) => [...map].map(([name, value]) => `${name}=${escapeCommas(value)}`);
  return { set: assign(set), setString: assign(setString) };
}

/** A comma is part of the value, unless it is a `{list}` or already escaped. */
function escapeCommas(value: string): string {
  if (value.startsWith("{") && value.endsWith("}")) return value;
  return value.replace(/(^|[^\\]),/g, "$1\\,").replace(/(^|[^\\]),/g, "$1\\,");
}

function inlineValues(helm: ValueObject): UserValues["files"] & object {
  const name = "<inline values>";
  const { valuesObject } = helm;
  if (isObject(valuesObject)) return [{ name, text: emitYaml(valuesObject, { style: "kubernetes" }) }];
  const values = stringAt(helm, "values");
  return values === "" ? [] : [{ name, text: values }];
}

/** A file of one of the trees; `shown` is its path for messages. */
interface SourceFile {
  readonly tree: FileTree;
  readonly path: string;
  readonly shown: string;
}

/** `valueFiles` in order: patterns expanded, doubles dropped, files also named themselves at that place. */
function valueFiles(helm: ValueObject, env: ReadonlyMap<string, string>, context: ArgoContext): SourceFile[] {
  const names = listAt(helm, "valueFiles").map(String);
  const ignoreMissing = helm["ignoreMissingValueFiles"] === true;
  const explicit = new Set<string>();
  for (const name of names) {
    try {
      const file = resolveFile(name, env, context);
      if (!isGlob(file.path)) explicit.add(file.shown);
    } catch (error) {
      // Told below, where the file is used.
      if (!(error instanceof InputError)) throw error;
    }
  }
  const found = new Map<string, SourceFile>();
  for (const name of names) {
    const file = attempt("error resolving value file path: ", () => resolveFile(name, env, context));
    if (isGlob(file.path)) {
      const matches = expandGlob(file.tree, file.path);
      if (matches.length === 0 && !ignoreMissing) throw sourceError(`values file glob "${name}" matched no files`);
      for (const path of matches) {
        const match = { ...file, path, shown: shownPath(file, path) };
        if (!explicit.has(match.shown) && !found.has(match.shown)) found.set(match.shown, match);
      }
    } else if (!(ignoreMissing && file.tree.kind(file.path) === undefined) && !found.has(file.shown)) {
      found.set(file.shown, file);
    }
  }
  return [...found.values()];
}

function shownPath(pattern: SourceFile, path: string): string {
  return pattern.shown.slice(0, pattern.shown.length - pattern.path.length) + path;
}

/** A path relative to the chart, absolute from the repository's root, or `$ref/…` in another source. */
function resolveFile(name: string, env: ReadonlyMap<string, string>, context: ArgoContext): SourceFile {
  const [first = "", ...rest] = name.split("/");
  const ref = first.startsWith("$") ? context.refs?.get(first.slice(1)) : undefined;
  const tree = ref ?? context.tree;
  const wanted = substitute(ref ? `/${rest.join("/")}` : name, env);
  if (/^[A-Za-z][A-Za-z0-9+.-]*:/.test(wanted)) {
    throw sourceError(`the URL scheme '${wanted.slice(0, wanted.indexOf(":"))}' is not allowed`);
  }
  const path = joinInside(wanted.startsWith("/") || context.path === "" ? wanted : `${context.path}/${wanted}`);
  if (path === undefined) throw outside(wanted);
  if (path === "")
    throw sourceError("internal error: failed to resolve path: path resolved to repository root, which is not allowed");
  try {
    tree.kind(path);
  } catch (error) {
    if (error instanceof InputError && error.code === "TREE_OUTSIDE") throw outside(wanted);
    throw error;
  }
  return { tree, path, shown: ref ? `${first}/${path}` : path };
}

function readText(file: SourceFile): string {
  const found = file.tree.read(file.path);
  return found ? utf8DecodeLossy(found.bytes) : missing(file.shown);
}

function missing(path: string): never {
  throw helmError(`open ${path}: no such file or directory`, { code: "HELM_SOURCE", file: path });
}

function outside(path: string): InputError {
  return sourceError(`file '${path}' resolved to outside repository root`);
}

function sourceError(message: string): InputError {
  return helmError(message, { code: "HELM_SOURCE" });
}

function attempt<T>(prefix: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw prefixed(prefix, error);
  }
}
