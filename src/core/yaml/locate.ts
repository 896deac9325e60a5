import type { Location } from "../errors.js";
import type { Node } from "./node.js";
import { composeDocuments, type Dialect } from "./parse.js";
import { locationOf } from "./problem.js";

export interface LocateOptions {
  readonly file: string;
  /** Index among the documents of the stream, default 0. */
  readonly document?: number;
  readonly dialect?: Dialect;
}

/**
 * Where the value at `path` stands in `text`: its key for a mapping's entry, the item for a list's. Reads the text once
 * more, so it is for errors and explanations only. Undefined when the path or the text cannot be followed.
 */
export function locate(
  text: string | Uint8Array,
  path: readonly (string | number)[],
  options: LocateOptions,
): Location | undefined {
  const dialect = options.dialect ?? "kubernetes";
  try {
    const { src, documents } = composeDocuments(text, { dialect });
    const document = documents[options.document ?? 0];
    const pos = document && followPath(document.root, path);
    return pos === undefined ? undefined : locationOf(pos, { src, file: options.file, dialect, lineOffset: 0 });
  } catch {
    return undefined;
  }
}

/** Where paths of `text` stand, as `locate` finds them; the file alone where one cannot be followed. */
export function locator(text: string | Uint8Array, options: LocateOptions): (path: readonly (string | number)[]) => Location {
  return (path) => locate(text, path, options) ?? { file: options.file };
}

function followPath(root: Node, path: readonly (string | number)[]): number | undefined {
  let node = root;
  let pos = root.pos;
  for (const step of path) {
    const target = node.kind === "alias" ? node.target : node;
    if (target.kind === "sequence") {
      const child = target.children[Number(step)];
      if (!child) return undefined;
      node = child;
      pos = child.pos;
    } else if (target.kind === "mapping") {
      const entry = findEntry(target.children, String(step));
      if (!entry) return undefined;
      pos = entry.key.pos;
      node = entry.value;
    } else return undefined;
  }
  return pos;
}

/** The last entry wins, as it does when the value is read. */
function findEntry(children: readonly Node[], name: string): { readonly key: Node; readonly value: Node } | undefined {
  for (let index = children.length - 2; index >= 0; index -= 2) {
    const key = children[index] as Node;
    if (key.kind === "scalar" && key.text === name) return { key, value: children[index + 1] as Node };
  }
  return undefined;
}
