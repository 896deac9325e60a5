import { isObject, type Value } from "../../manifest/value.js";
import type { FileTree } from "../../render/file-tree.js";
import { joinInside } from "../../render/memory-tree.js";
import { parseYaml } from "../../yaml/parse.js";
import { emittedItems, indented, itemLines, placeItems, Unfixable, usualIndent, withLines } from "./edits.js";
import { varsToReplacements } from "./fix-vars.js";
import { type ListItem, type Outline, type OutlineEntry, readOutline } from "./outline.js";

export interface FixedText {
  readonly text: string;
  /** Fields that have given way to their successors. */
  readonly fixed: readonly string[];
  /** Fields that stay, and why. */
  readonly left: readonly { readonly field: string; readonly why: string }[];
}

export interface FixContext {
  readonly file: string;
  readonly tree: FileTree;
}

type Fix = (outline: Outline, entry: OutlineEntry, context: FixContext) => string;

const fixes: { readonly [field: string]: Fix } = {
  imageTags: (outline, entry) => {
    if (outline.entries.some(({ key }) => key === "images")) throw new Unfixable("images is there as well");
    return renamed(outline, entry, "images");
  },
  bases: (outline, entry) => moved(outline, entry, "resources", "end", (_, lines) => lines),
  patchesStrategicMerge: (outline, entry, context) =>
    moved(
      outline,
      entry,
      "patches",
      "start",
      (item, lines) => patchItem(item, lines, context),
      (value): Value => (isFileName(value, context) ? { path: value } : { patch: value }),
    ),
  patchesJson6902: (outline, entry) => moved(outline, entry, "patches", "end", (_, lines) => lines),
  commonLabels: labelsOf,
  vars: varsToReplacements,
};

/**
 * The text with deprecated fields in the form that takes their place, edited where they stand: comments, order and layout of all else stay.
 * Says nothing of whether it means the same: that is for `proveFixes`.
 */
export function fixKustomization(text: string, context: FixContext): FixedText {
  const newline = lineEnding(text);
  const fixed: string[] = [];
  const left: { readonly field: string; readonly why: string }[] = [];
  if (newline === undefined) return { text, fixed, left: [{ field: "*", why: "the file mixes line endings" }] };
  let current = newline === "\n" ? text : text.replaceAll("\r\n", "\n");
  for (const [field, fix] of Object.entries(fixes)) {
    const outline = readOutline(current);
    const entry = outline?.entries.find(({ key }) => key === field);
    if (!outline) return { text, fixed: [], left: [{ field: "*", why: "the file is written in an unusual way" }] };
    if (!entry) continue;
    try {
      current = fix(outline, entry, context);
      fixed.push(field);
    } catch (error) {
      if (!(error instanceof Unfixable)) throw error;
      left.push({ field, why: error.message });
    }
  }
  return { text: newline === "\n" ? current : current.replaceAll("\n", "\r\n"), fixed, left };
}

function lineEnding(text: string): "\n" | "\r\n" | undefined {
  if (text.startsWith("\uFEFF")) return undefined;
  if (!text.includes("\r")) return "\n";
  return /(^|[^\r])\n|\r([^\n]|$)/.test(text) ? undefined : "\r\n";
}

/** Another key for the same value, where it stands. */
function renamed(outline: Outline, entry: OutlineEntry, to: string): string {
  const line = outline.lines[entry.from]!;
  return withLines(outline, entry.from, entry.from + 1, [to + line.slice(entry.key.length)]);
}

/** Another key for a list whose items change one by one. */
function moved(
  outline: Outline,
  entry: OutlineEntry,
  to: string,
  at: "start" | "end",
  change: (item: ListItem, lines: readonly string[]) => readonly string[],
  changeValue: (value: Value) => Value = (value) => value,
): string {
  if (entry.style === "block") {
    if (entry.value.kind !== "sequence") throw new Unfixable(`${entry.key} is no list`);
    return placeItems(outline, entry, { ...itemLines(outline, entry, change), at }, to);
  }
  const values = entryValue(outline, entry);
  if (!Array.isArray(values) || entry.style === "scalar") throw new Unfixable(`${entry.key} is no list`);
  if (!outline.entries.some(({ key }) => key === to) && values.every((value: Value) => changeValue(value) === value))
    return renamed(outline, entry, to);
  const text = outline.lines.slice(entry.from, entry.to).join("\n");
  if (text.includes("#")) throw new Unfixable(`${entry.key} is a flow list with a comment in it`);
  return placeItems(outline, entry, { lines: emittedItems(values.map(changeValue)), indent: 0, at }, to);
}

function entryValue(outline: Outline, entry: OutlineEntry): Value {
  const text = outline.lines.slice(entry.from, entry.to).join("\n");
  const value = parseYaml(text, { dialect: "kustomize", duplicateKeys: "last" });
  return isObject(value) ? (value[entry.key] ?? null) : null;
}

/** `- patch.yaml` → `- path: patch.yaml`; a patch written out becomes `- patch: |-`. */
function patchItem(item: ListItem, lines: readonly string[], context: FixContext): readonly string[] {
  const { value, dash, from, column } = item;
  if (value.kind !== "scalar") throw new Unfixable("an entry of patchesStrategicMerge is no text");
  const before = lines.slice(0, dash - from);
  const [head = "", ...rest] = lines.slice(dash - from);
  if (isFileName(value.text, context)) return [...before, `${head.slice(0, column)}path: ${head.slice(column)}`, ...rest];
  const content = head.slice(column);
  const isBlockScalar = /^[|>]/.test(content);
  if (isBlockScalar && /^[|>][+-]?[0-9]/.test(content)) throw new Unfixable("a patch says how far it is indented");
  return [...before, `${head.slice(0, column)}patch: ${content}`, ...(isBlockScalar ? indented(rest, 2) : rest)];
}

/** Kustomize takes an entry for a file where there is one of that name. */
function isFileName(value: Value, { file, tree }: FixContext): boolean {
  if (typeof value !== "string" || value.includes("\n")) return false;
  const path = joinInside(`${file.slice(0, Math.max(0, file.lastIndexOf("/")))}/${value}`);
  return path !== undefined && tree.kind(path) === "file";
}

/** `commonLabels` → an entry of `labels` with `includeSelectors`. */
function labelsOf(outline: Outline, entry: OutlineEntry): string {
  if (entry.value.kind !== "mapping") throw new Unfixable("commonLabels is no mapping");
  const body = outline.lines.slice(entry.from + 1, entry.to);
  const indent = usualIndent(outline);
  const pad = " ".repeat(indent);
  let pairs: readonly string[];
  if (entry.style === "flow") {
    if (body.some((line) => line.trim() !== "")) throw new Unfixable("commonLabels is a flow mapping of several lines");
    pairs = [`${pad}- pairs:${outline.lines[entry.from]!.slice(entry.key.length + 1)}`];
  } else {
    const first = body.find((line) => line.trim() !== "" && !/^\s*#/.test(line)) ?? "";
    const own = first.length - first.trimStart().length;
    if (own === 0) throw new Unfixable("commonLabels is written in an unusual way");
    pairs = [`${pad}- pairs:`, ...indented(body, indent + 4 - own)];
  }
  const lines = [...pairs, `${pad}  includeSelectors: true`];
  return placeItems(outline, entry, { lines, indent, at: "end" }, "labels");
}
