import { utf8Decode } from "../../platform/bytes.js";
import { type Cluster, clusterFromSecret } from "../applicationset/clusters.js";
import { FleetwrightError, InputError } from "../errors.js";
import { isObject, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import type { FileTree, TreeFile } from "../render/file-tree.js";
import { hasParameter } from "../render/repository-url.js";
import { parseYamlDocuments } from "../yaml/parse.js";
import { buildOptionsKey, settingsOf } from "./build-options.js";

/** A resource of the control plane that a file of the repository holds. */
export type FoundResource =
  | {
      /** `settings`: the part with `kustomize.buildOptions` of an `argocd-cm`. */
      readonly kind: "applicationSet" | "application" | "project" | "settings";
      readonly file: string;
      readonly document: number;
      readonly value: ValueObject;
    }
  | { readonly kind: "cluster"; readonly file: string; readonly document: number; readonly cluster: Cluster };

export interface FileFindings {
  readonly resources: readonly FoundResource[];
  /** Every git URL that its ApplicationSets and Applications name; of a set that names none, what stands for it (`{{url}}`). */
  readonly gitUrls: readonly string[];
  /** A file that names our resources and cannot be read. */
  readonly problem?: FleetwrightError;
}

const marks = ["argoproj.io/", "argocd.argoproj.io", buildOptionsKey];
const candidate = /\.(ya?ml|json)$/;
const maxFileBytes = 16 << 20;
const nothing: FileFindings = { resources: [], gitUrls: [] };

/** ApplicationSets, Applications, AppProjects, cluster Secrets and `argocd-cm` of one file; quick for a file that holds none. */
export function findResources(path: string, file: TreeFile): FileFindings {
  if (!candidate.test(path) || file.bytes.byteLength > maxFileBytes) return nothing;
  const text = utf8Decode(file.bytes);
  if (text === undefined || !marks.some((mark) => text.includes(mark))) return nothing;
  // A Helm template is no YAML yet; it becomes some when its chart is rendered.
  if (path.includes("/templates/") && text.includes("{{")) return nothing;
  try {
    const documents = parseYamlDocuments(text, { dialect: "kubernetes", file: path });
    const resources = documents.flatMap((document, index) => resourcesOf(document, path, index));
    return { resources, gitUrls: gitUrlsOf(resources) };
  } catch (error) {
    if (error instanceof FleetwrightError) return { ...nothing, problem: error };
    throw error;
  }
}

function resourcesOf(document: Value, file: string, index: number): readonly FoundResource[] {
  if (!isObject(document)) return [];
  if (stringAt(document, "kind") === "List" && Array.isArray(document["items"])) {
    return document["items"].flatMap((item: Value) => resourcesOf(item, file, index));
  }
  const kind = stringAt(document, "kind");
  if (stringAt(document, "apiVersion").startsWith("argoproj.io/")) {
    const known = { ApplicationSet: "applicationSet", Application: "application", AppProject: "project" } as const;
    if (!Object.hasOwn(known, kind)) return [];
    return [{ kind: known[kind as keyof typeof known], file, document: index, value: document }];
  }
  if (kind === "Secret") {
    const cluster = clusterFromSecret(document);
    return cluster ? [{ kind: "cluster", file, document: index, cluster }] : [];
  }
  const settings = settingsOf(document);
  return settings ? [{ kind: "settings", file, document: index, value: settings }] : [];
}

/** Every `repoURL` in ApplicationSets and Applications that is no chart repository; one with a parameter where the set names no other. */
function gitUrlsOf(resources: readonly FoundResource[]): readonly string[] {
  const urls = new Set<string>();
  for (const found of resources) {
    if (found.kind !== "applicationSet" && found.kind !== "application") continue;
    const named = repoUrlsIn(found.value);
    const literal = named.filter((url) => !hasParameter(url));
    // A set that lists files of one repository mostly makes Applications of the same.
    for (const url of literal.length > 0 ? literal : named) urls.add(url);
  }
  return [...urls];
}

function repoUrlsIn(value: Value): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(repoUrlsIn);
  if (!isObject(value)) return [];
  const { repoURL } = value;
  const own = typeof repoURL === "string" && !value["chart"] ? [repoURL] : [];
  return [...own, ...Object.keys(value).flatMap((key) => repoUrlsIn(value[key]!))];
}

/** Every file of the tree, sorted. Symbolic links are not walked: what they lead to is found where it is. */
export function walkFiles(tree: FileTree): readonly string[] {
  const paths: string[] = [];
  const walk = (directory: string): void => {
    for (const entry of tree.list(directory) ?? []) {
      const path = directory === "" ? entry.name : `${directory}/${entry.name}`;
      if (entry.kind === "file") paths.push(path);
      else if (entry.kind === "directory") walk(path);
    }
  };
  walk("");
  return paths;
}

/** A located error about a resource that was found. */
export function resourceError(found: { readonly file: string }, code: string, message: string): InputError {
  return new InputError(message, { code, location: { file: found.file } });
}
