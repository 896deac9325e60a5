import type { Value } from "../../manifest/value.js";
import { emitYaml } from "../../yaml/emit.js";
import { itemsOf, type ListItem, type Outline, type OutlineEntry } from "./outline.js";

/** Why a text was not changed. */
export class Unfixable extends Error {}

/** Lines moved by `by` columns; blank ones stay. */
export function indented(lines: readonly string[], by: number): readonly string[] {
  return lines.map((line) => {
    if (line.trim() === "" || by === 0) return line;
    if (by > 0) return " ".repeat(by) + line;
    if (line.slice(0, -by).trim() !== "") throw new Unfixable("the lines are indented in an unusual way");
    return line.slice(-by);
  });
}

/** Lines of list items with their dash in `column`, as a block list of that field holds them. */
export function itemLines(
  outline: Outline,
  entry: OutlineEntry,
  change: (item: ListItem, lines: readonly string[]) => readonly string[],
): { readonly lines: readonly string[]; readonly indent: number } {
  const items = itemsOf(outline, entry);
  if (!items) throw new Unfixable(`${entry.key} is written in an unusual way`);
  return {
    lines: items.flatMap((item) => change(item, outline.lines.slice(item.from, item.to))),
    indent: items[0]?.indent ?? 0,
  };
}

/** A list of values as lines with the dashes in the first column. */
export function emittedItems(values: readonly Value[]): readonly string[] {
  return values.length === 0 ? [] : emitYaml(values, { style: "kustomize" }).trimEnd().split("\n");
}

/** What stands behind the key on its line: a comment, or nothing. */
export function keyComment(outline: Outline, entry: OutlineEntry): string {
  const rest = outline.lines[entry.from]!.slice(entry.key.length + 1).trim();
  return rest.startsWith("#") ? rest : "";
}

/** The lines with those of an entry replaced. */
export function withLines(outline: Outline, from: number, to: number, lines: readonly string[]): string {
  return [...outline.lines.slice(0, from), ...lines, ...outline.lines.slice(to)].join("\n");
}

/**
 * Puts items (dashes at `moved.indent`) into the list of field `into`, taking the place of `entry`: under its new name where the field is not
 * there yet, else among the items that are.
 */
export function placeItems(
  outline: Outline,
  entry: OutlineEntry,
  moved: { readonly lines: readonly string[]; readonly indent: number; readonly at: "start" | "end" },
  into: string,
): string {
  const comment = keyComment(outline, entry);
  const target = outline.entries.find(({ key }) => key === into);
  if (!target) {
    const head = `${into}:${comment === "" ? "" : ` ${comment}`}`;
    return withLines(outline, entry.from, entry.to, [head, ...moved.lines]);
  }
  const isEmpty = target.style !== "block" || target.value.kind !== "sequence";
  const items = itemsOf(outline, target);
  if (isEmpty || !items || items.length === 0) throw new Unfixable(`${into} is there already and is no block list`);
  const lines = [
    ...(comment === "" ? [] : [" ".repeat(items[0]!.indent) + comment]),
    ...indented(moved.lines, items[0]!.indent - moved.indent),
  ];
  const at = moved.at === "start" ? items[0]!.from : target.to;
  const without = [...outline.lines];
  if (at <= entry.from) {
    without.splice(entry.from, entry.to - entry.from);
    without.splice(at, 0, ...lines);
  } else {
    without.splice(at, 0, ...lines);
    without.splice(entry.from, entry.to - entry.from);
  }
  return without.join("\n");
}

/** Where the lists of a file have their dashes: as its first block list has. */
export function usualIndent(outline: Outline): number {
  for (const entry of outline.entries) {
    const first = itemsOf(outline, entry)?.[0];
    if (first) return first.indent;
  }
  return 0;
}
