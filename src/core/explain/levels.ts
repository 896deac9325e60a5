import { utf8DecodeLossy } from "../../platform/bytes.js";
import { isObject, listAt, type ValueObject } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { joinInside } from "../render/memory-tree.js";
import { locate } from "../yaml/locate.js";
import { parseYaml } from "../yaml/parse.js";

/** One entry of a kustomization: a whole field, one item of its list or one key of its map; the lines it takes, from 1. */
export interface LevelEntry {
  readonly field: string;
  readonly from: number;
  /** The first line after it. */
  readonly to: number;
  /** The files that it names, as paths of the tree. */
  readonly files: readonly string[];
}

/** A kustomization that a source is made of; depth 0 is the source's own. */
export interface Level {
  readonly file: string;
  readonly depth: number;
  readonly entries: readonly LevelEntry[];
}

const fileNames = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/** The kustomizations below `directory`, each once, the outermost first. One that cannot be read is left out. */
export function kustomizationLevels(tree: FileTree, directory: string): readonly Level[] {
  const levels = new Map<string, Level>();
  const queue: { readonly directory: string; readonly depth: number }[] = [{ directory, depth: 0 }];
  for (let next = queue.shift(); next; next = queue.shift()) {
    const { directory: here, depth } = next;
    const file = fileNames.map((name) => (here === "" ? name : `${here}/${name}`)).find((path) => tree.kind(path) === "file");
    if (file === undefined || levels.has(file)) continue;
    const text = utf8DecodeLossy(tree.read(file)!.bytes);
    const value = readObject(text, file);
    if (!value) continue;
    levels.set(file, { file, depth, entries: entriesOf(text, value, file, here) });
    for (const name of [...listAt(value, "resources"), ...listAt(value, "bases"), ...listAt(value, "components")]) {
      const path = joinInside(`${here}/${String(name)}`);
      if (path !== undefined && tree.kind(path) === "directory") queue.push({ directory: path, depth: depth + 1 });
    }
  }
  return [...levels.values()];
}

function readObject(text: string, file: string): ValueObject | undefined {
  try {
    const value = parseYaml(text, { dialect: "kubernetes", file });
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function entriesOf(text: string, value: ValueObject, file: string, directory: string): readonly LevelEntry[] {
  const lineOf = (path: readonly (string | number)[]): number => locate(text, path, { file })?.line ?? 0;
  const starts: { readonly field: string; readonly from: number; readonly files: readonly string[] }[] = [];
  const headers: number[] = [];
  for (const [field, content] of Object.entries(value)) {
    const steps = Array.isArray(content) ? content.keys() : isObject(content) ? Object.keys(content) : [];
    const children = [...steps].map((step) => ({
      from: lineOf([field, step]),
      files: namedFiles(Array.isArray(content) ? content[Number(step)] : undefined, directory),
    }));
    headers.push(lineOf([field]));
    if (children.length === 0) starts.push({ field, from: lineOf([field]), files: [] });
    for (const child of children) starts.push({ field, ...child });
  }
  const lines = [...new Set([...starts.map(({ from }) => from), ...headers])].sort((a, b) => a - b);
  const end = text.split("\n").length + 1;
  return starts.map((start) => ({ ...start, to: lines.find((line) => line > start.from) ?? end }));
}

/** Every string below an entry that may name a file; `key=file` of a generator too. */
function namedFiles(value: unknown, directory: string): readonly string[] {
  if (typeof value === "string") {
    const names = value.includes("\n") ? [] : [value, value.slice(value.indexOf("=") + 1)];
    return names.flatMap((name) => joinInside(`${directory}/${name}`) ?? []);
  }
  return typeof value === "object" && value !== null ? Object.values(value).flatMap((child) => namedFiles(child, directory)) : [];
}
