import { utf8DecodeLossy } from "../../platform/bytes.js";
import { InputError } from "../errors.js";
import { compileGobwasLenient } from "../glob/gobwas.js";
import { asObject, type KubernetesObject } from "../manifest/object.js";
import { isObject, type Value, type ValueObject } from "../manifest/value.js";
import { parseYaml, parseYamlDocuments } from "../yaml/parse.js";
import type { FileTree } from "./file-tree.js";

export interface DirectoryOptions {
  readonly recurse?: boolean;
  readonly include?: string;
  readonly exclude?: string;
  /** Files of any name are looked at: `include` and `exclude` alone decide. */
  readonly anyExtension?: boolean;
}

const skipMark = "+argocd:skip-file-rendering";

/**
 * The manifests of a directory of plain YAML and JSON (Argo CD's directory source), in the order of their paths. Lists are taken apart; a
 * YAML file that is no manifest at all is passed over, one that is broken or a manifest in part throws with its place.
 */
export function renderDirectory(tree: FileTree, directory: string, options: DirectoryOptions = {}): readonly KubernetesObject[] {
  const includes = options.include ? compileGobwasLenient(options.include) : () => true;
  const excludes = options.exclude ? compileGobwasLenient(options.exclude) : () => false;
  return manifestFiles(tree, directory, options)
    .filter((path) => {
      const relative = directory === "" ? path : path.slice(directory.length + 1);
      return includes(relative) && !excludes(relative);
    })
    .flatMap((path) => objectsOfFile(tree, path));
}

function manifestFiles(tree: FileTree, directory: string, options: DirectoryOptions): readonly string[] {
  return (tree.list(directory) ?? []).flatMap((entry) => {
    const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
    const kind = entry.kind === "symlink" ? tree.kind(path) : entry.kind;
    // Argo CD walks without following links to directories.
    if (kind === "directory")
      return options.recurse === true && entry.kind === "directory" ? manifestFiles(tree, path, options) : [];
    return options.anyExtension === true || /\.(ya?ml|json|jsonnet)$/.test(entry.name) ? [path] : [];
  });
}

function objectsOfFile(tree: FileTree, path: string): readonly KubernetesObject[] {
  if (path.endsWith(".jsonnet"))
    throw new InputError("Jsonnet is not supported", {
      code: "DIRECTORY_JSONNET",
      location: { file: path },
      hint: "exclude it with directory.exclude",
    });
  const bytes = tree.read(path)?.bytes;
  if (bytes === undefined) return [];
  const text = utf8DecodeLossy(bytes);
  if (text.includes(skipMark)) return [];
  return path.endsWith(".json") ? objectsOfJson(text, path) : objectsOfYaml(text, path);
}

function objectsOfJson(text: string, path: string): readonly KubernetesObject[] {
  const value = parseYaml(text, { dialect: "kubernetes", file: path });
  if (!isManifest(value)) throw notAManifest(path);
  return flatten(value);
}

function objectsOfYaml(text: string, path: string): readonly KubernetesObject[] {
  let documents: readonly Value[];
  try {
    documents = parseYamlDocuments(text, { dialect: "kubernetes", file: path });
  } catch (error) {
    // Argo CD: a file that does not even look like a manifest is none (templates lie about in many repositories).
    if (["apiVersion:", "kind:", "metadata:"].every((word) => text.includes(word))) throw error;
    return [];
  }
  const filled = documents.filter((document) => document !== null);
  const manifests = filled.filter(isManifest);
  if (
    manifests.length === 0 &&
    !filled.some((document) => isObject(document) && "apiVersion" in document && "metadata" in document)
  )
    return [];
  if (manifests.length < filled.length) throw notAManifest(path);
  return manifests.flatMap(flatten);
}

function isManifest(value: Value): value is ValueObject {
  return isObject(value) && typeof value["kind"] === "string" && value["kind"] !== "";
}

/** `List`, `ConfigMapList` …: its items; anything else itself. */
function flatten(value: ValueObject): readonly KubernetesObject[] {
  const items = value["items"];
  if (!String(value["kind"]).endsWith("List") || !Array.isArray(items)) return [asObject(value)];
  return items.filter(isObject).flatMap(flatten);
}

function notAManifest(path: string): InputError {
  return new InputError("Object 'Kind' is missing", {
    code: "DIRECTORY_NOT_A_MANIFEST",
    location: { file: path },
    hint: "exclude the file with directory.exclude, or mark it with `# +argocd:skip-file-rendering`",
  });
}
