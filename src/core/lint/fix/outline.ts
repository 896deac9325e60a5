import type { Node } from "../../yaml/node.js";
import { composeDocuments } from "../../yaml/parse.js";

/** A top-level field of a block mapping, by lines (from 0). */
export interface OutlineEntry {
  readonly key: string;
  /** The line of the key. */
  readonly from: number;
  /** The first line after the value and what belongs to it. */
  readonly to: number;
  readonly value: Node;
  readonly style: "block" | "flow" | "scalar";
}

/** A text as lines, with its top-level fields. */
export interface Outline {
  readonly lines: readonly string[];
  readonly entries: readonly OutlineEntry[];
}

/** Undefined for a text that is not one block mapping written from the first column. */
export function readOutline(text: string): Outline | undefined {
  const { src, documents } = composeDocuments(text, { dialect: "kustomize" });
  const [document] = documents;
  if (src !== text || documents.length !== 1 || document?.root.kind !== "mapping" || src[document.root.pos] === "{")
    return undefined;
  const lines = text.split("\n");
  const starts = lineStarts(text);
  const { children } = document.root;
  const keys: { readonly key: string; readonly line: number; readonly value: Node }[] = [];
  for (let index = 0; index + 1 < children.length; index += 2) {
    const key = children[index] as Node;
    const line = lineAt(starts, key.pos);
    if (key.kind !== "scalar" || key.pos !== starts[line] || !lines[line]!.startsWith(`${key.text}:`)) return undefined;
    keys.push({ key: key.text, line, value: children[index + 1] as Node });
  }
  if (new Set(keys.map(({ key }) => key)).size !== keys.length) return undefined;
  return {
    lines,
    entries: keys.map(({ key, line, value }, index) => ({
      key,
      from: line,
      to: endOf(lines, line, keys[index + 1]?.line ?? lines.length),
      value,
      style:
        value.kind === "scalar" || value.kind === "alias"
          ? "scalar"
          : /[[{]/.test(text[value.pos] ?? "") && isFlow(text, value)
            ? "flow"
            : "block",
    })),
  };
}

/** An empty flow collection has no child to tell by; a block one always has. */
function isFlow(text: string, value: Node): boolean {
  if (value.kind !== "sequence" && value.kind !== "mapping") return false;
  return text[value.pos] === (value.kind === "sequence" ? "[" : "{");
}

/** Blank lines and comments from the first column before the next key are that key's. */
function endOf(lines: readonly string[], from: number, next: number): number {
  let end = next;
  while (end > from + 1 && /^(\s*|#.*)$/.test(lines[end - 1]!)) end--;
  return end;
}

/** The items of a block list: the lines of each, with the comments above it; undefined where an item does not begin on its dash's line. */
export function itemsOf(outline: Outline, entry: OutlineEntry): readonly ListItem[] | undefined {
  if (entry.value.kind !== "sequence" || entry.style !== "block") return undefined;
  const starts = lineStarts(outline.lines.join("\n"));
  const dashes = entry.value.children.map((child) => lineAt(starts, child.pos));
  if (dashes.some((line) => !/^\s*- /.test(outline.lines[line]!))) return undefined;
  const indent = outline.lines[dashes[0]!]!.indexOf("-");
  if (dashes.some((line) => outline.lines[line]!.indexOf("-") !== indent)) return undefined;
  const heads = dashes.map((line, index) => {
    let head = line;
    const least = index === 0 ? entry.from + 1 : dashes[index - 1]! + 1;
    while (head > least && isCommentAt(outline.lines[head - 1]!, indent)) head--;
    return head;
  });
  return dashes.map((dash, index) => ({
    from: heads[index]!,
    dash,
    to: heads[index + 1] ?? entry.to,
    indent,
    column: entry.value.kind === "sequence" ? entry.value.children[index]!.pos - starts[dash]! : 0,
    value: (entry.value as Extract<Node, { kind: "sequence" }>).children[index]!,
  }));
}

export interface ListItem {
  readonly from: number;
  /** The line of its dash. */
  readonly dash: number;
  readonly to: number;
  /** Column of the dash. */
  readonly indent: number;
  /** Column of what follows the dash. */
  readonly column: number;
  readonly value: Node;
}

function isCommentAt(line: string, indent: number): boolean {
  return line.trim() === "" || (/^\s*#/.test(line) && line.indexOf("#") <= indent);
}

function lineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}

function lineAt(starts: readonly number[], pos: number): number {
  let [low, high] = [0, starts.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (starts[middle]! <= pos) low = middle;
    else high = middle - 1;
  }
  return low;
}
