import { utf8DecodeLossy } from "../../platform/bytes.js";
import type { FileTree } from "../render/file-tree.js";
import { editedTree } from "./edited-tree.js";

/** The tree without what one line of a YAML file sets; all other lines keep their numbers. */
export function withoutLine(tree: FileTree, file: string, line: number): FileTree {
  const lines = utf8DecodeLossy(tree.read(file)!.bytes).split("\n");
  const [from, to] = entryAt(lines, line - 1);
  return editedTree(tree, file, lines.map((text, at) => (at >= from && at < to ? "" : text)).join("\n"));
}

/**
 * The lines of the entry that a line sets: the key with what is below it; in a list the whole item where items have names of their own (parameters), else
 * the whole list, since lists are not merged; and what would be empty without it, since an empty value is a value.
 */
function entryAt(lines: readonly string[], at: number): readonly [from: number, to: number] {
  const items = ancestors(lines, at).filter((line) => isItem(lines[line]!));
  const outermost = items.at(-1);
  let from = outermost ?? at;
  if (outermost !== undefined && !isNamed(lines, outermost)) from = parentOf(lines, outermost) ?? outermost;
  for (
    let parent = parentOf(lines, from);
    parent !== undefined && !hasOthers(lines, parent, from);
    parent = parentOf(lines, from)
  )
    from = parent;
  return [from, endOf(lines, from)];
}

/** The line itself and the lines of the entries around it, innermost first. */
function ancestors(lines: readonly string[], at: number): readonly number[] {
  const found: number[] = [];
  for (let here: number | undefined = at; here !== undefined; here = parentOf(lines, here)) found.push(here);
  return found;
}

function parentOf(lines: readonly string[], at: number): number | undefined {
  const own = isItem(lines[at]!) ? indentOf(lines[at]!) + 0.5 : indentOf(lines[at]!);
  for (let line = at - 1; line >= 0; line--) {
    const text = lines[line]!;
    if (isBlank(text)) continue;
    // A list may stand as deep as its key; the first key of an item stands behind its dash.
    if (isItem(text) ? indentOf(text) < own - 0.5 || (!isItem(lines[at]!) && indentOf(text) < own) : indentOf(text) < own)
      return line;
  }
  return undefined;
}

function hasOthers(lines: readonly string[], parent: number, child: number): boolean {
  // The item's first key stands in the item's own line.
  if (isItem(lines[parent]!)) return true;
  const end = endOf(lines, child);
  return lines.some((text, at) => at > parent && at < endOf(lines, parent) && (at < child || at >= end) && !isBlank(text));
}

function endOf(lines: readonly string[], from: number): number {
  const text = lines[from]!;
  const own = indentOf(text);
  for (let line = from + 1; line < lines.length; line++) {
    const next = lines[line]!;
    if (isBlank(next)) continue;
    const isListOfIt = !isItem(text) && isItem(next) && indentOf(next) === own;
    if (indentOf(next) <= own && !isListOfIt) return line;
  }
  return lines.length;
}

/** Items that are told apart by `name` are parameters, images or patches: one more or less does not move the others. */
function isNamed(lines: readonly string[], item: number): boolean {
  return (
    lines.slice(item, endOf(lines, item)).some((text) => /^\s*(- *)?(\{ *)?["']?name["']?:/.test(text)) ||
    /^\s*- *[^:\s]+[=:][^\s]/.test(lines[item]!)
  );
}

function isItem(text: string): boolean {
  return /^\s*-(\s|$)/.test(text);
}

function isBlank(text: string): boolean {
  return /^\s*(#.*)?$/.test(text);
}

function indentOf(text: string): number {
  return text.length - text.trimStart().length;
}
