import { utf8Decode } from "../../platform/bytes.js";
import type { Location } from "../errors.js";
import { type FoundResource, findResources, walkFiles } from "../impact/discover.js";
import { isObject, type Value, type ValueObject } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { type LocateOptions, locate } from "../yaml/locate.js";
import { parseYaml } from "../yaml/parse.js";

/** A kustomization file that can be read. */
export interface KustomizationFile {
  readonly file: string;
  /** "" is the top. */
  readonly directory: string;
  readonly text: string;
  readonly value: ValueObject;
}

/** What the files of a tree hold, read once for all rules. */
export interface FleetFiles {
  readonly paths: readonly string[];
  readonly kustomizations: readonly KustomizationFile[];
  readonly resources: readonly FoundResource[];
  text(path: string): string | undefined;
  /** The place of the nearest part of `path` that is there; else the file. */
  place(file: string, path: readonly (string | number)[], options?: Omit<LocateOptions, "file">): Location;
}

/** Reads the tree. What cannot be read as YAML is left out: rendering tells of it where it counts. */
export function readFleetFiles(tree: FileTree, isSearched: (path: string) => boolean): FleetFiles {
  const paths = walkFiles(tree);
  const texts = new Map<string, string | undefined>();
  const text = (path: string): string | undefined => {
    if (!texts.has(path)) {
      const file = tree.kind(path) === "file" ? tree.read(path) : undefined;
      texts.set(path, file && utf8Decode(file.bytes));
    }
    return texts.get(path);
  };
  return {
    paths,
    text,
    kustomizations: paths.flatMap((file) => readKustomization(file, text) ?? []),
    resources: paths.flatMap((path) => {
      const file = isSearched(path) ? tree.read(path) : undefined;
      return file ? findResources(path, file).resources : [];
    }),
    place(file, path, options = {}) {
      const content = text(file);
      for (let length = path.length; length > 0 && content !== undefined; length--) {
        const found = locate(content, path.slice(0, length), { ...options, file });
        if (found) return found;
      }
      return { file };
    },
  };
}

const kustomizationName = /(^|\/)(kustomization\.ya?ml|Kustomization)$/;

function readKustomization(file: string, text: (path: string) => string | undefined): KustomizationFile | undefined {
  const content = kustomizationName.test(file) ? text(file) : undefined;
  if (content === undefined) return undefined;
  let value: Value;
  try {
    value = parseYaml(content, { dialect: "kubernetes", duplicateKeys: "last", file });
  } catch {
    return undefined;
  }
  if (!isObject(value)) return undefined;
  return { file, directory: file.slice(0, Math.max(0, file.lastIndexOf("/"))), text: content, value };
}
