import type { Attribute, FleetExplanation, Template } from "./explain-leaves.js";
import { abstract } from "./explain-leaves.js";
import type { Leaf } from "./sample.js";

/** Values that some Applications lack and others of their fields tell: leaf id → index of the Application → value. */
export type Inferred = ReadonlyMap<string, ReadonlyMap<number, string>>;

/** So few may lack a value that others have, or else the lack is no mistake. */
const mostMissing = 0.15;
/** So many must agree on how another field is made of it. */
const leastAgreeing = 0.75;

/**
 * What fields without siblings should have been: where nearly all Applications have a label `team` and a namespace `TEAM-SERVICE`, one without the label
 * still tells its team by the namespace.
 */
export function inferMissing({ attributes, leaves }: FleetExplanation): Inferred {
  const found = new Map<string, ReadonlyMap<number, string>>();
  const fields = leaves.map(({ leaf }) => leaf);
  for (const explained of leaves) {
    if (explained.kind !== "attribute") continue;
    const attribute = attributes.find(({ name }) => name === explained.attribute);
    const missing = attribute?.values.flatMap((value, index) => (value === undefined ? [index] : [])) ?? [];
    if (!attribute || missing.length === 0 || missing.length > Math.max(1, attribute.values.length * mostMissing)) continue;
    const parts = attributes.filter(({ name }) => name === "left" || name === "right");
    const told = fields.filter((leaf) => leaf !== explained.leaf).map((leaf) => valuesTold(attribute, parts, leaf, missing));
    const best = told.reduce((most, one) => (one.size > most.size ? one : most), new Map<number, string>());
    if (best.size > 0) found.set(explained.leaf.id, best);
  }
  return found;
}

/** What one other field says of the missing values; nothing where most Applications do not make it of the attribute. */
function valuesTold(
  attribute: Attribute,
  parts: readonly Attribute[],
  { values }: Leaf,
  missing: readonly number[],
): ReadonlyMap<number, string> {
  const counts = new Map<string, { readonly template: Template; count: number }>();
  const columns = [attribute, ...parts].filter(({ values: own }) =>
    own.some((value) => typeof value === "string" && value !== ""),
  );
  let complete = 0;
  for (const [index, value] of values.entries()) {
    if (attribute.values[index] === undefined) continue;
    complete++;
    const usable = columns.filter((column) => typeof column.values[index] === "string" && column.values[index] !== "");
    if (typeof value !== "string" || !usable.includes(attribute)) continue;
    const template = abstract(value, usable, index);
    if (template.filter((piece) => isOf(piece, attribute)).length !== 1) continue;
    const key = JSON.stringify(template);
    const known = counts.get(key);
    if (known) known.count++;
    else counts.set(key, { template, count: 1 });
  }
  const [best] = [...counts.values()].sort((a, b) => b.count - a.count);
  if (!best || best.count < complete * leastAgreeing) return new Map();
  return new Map(
    missing.flatMap((index) => {
      const solved = solve(best.template, attribute, columns, index, values[index]);
      return solved === undefined ? [] : [[index, solved] as const];
    }),
  );
}

/** The value for which the template gives what is there. */
function solve(
  template: Template,
  attribute: Attribute,
  columns: readonly Attribute[],
  index: number,
  value: unknown,
): string | undefined {
  if (typeof value !== "string") return undefined;
  const at = template.findIndex((piece) => isOf(piece, attribute));
  const textOf = (pieces: Template): string =>
    pieces
      .map((piece) =>
        typeof piece === "string" ? piece : String(columns.find(({ name }) => name === piece.attribute)?.values[index] ?? ""),
      )
      .join("");
  const [before, after] = [textOf(template.slice(0, at)), textOf(template.slice(at + 1))];
  if (!value.startsWith(before) || !value.endsWith(after) || value.length <= before.length + after.length) return undefined;
  const solved = value.slice(before.length, value.length - after.length);
  // Only what others have too: else it is a new word, and likely the field is what is wrong.
  return attribute.values.includes(solved) ? solved : undefined;
}

function isOf(piece: Template[number], { name }: Attribute): boolean {
  return typeof piece !== "string" && piece.attribute === name;
}
