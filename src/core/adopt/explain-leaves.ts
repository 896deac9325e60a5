import type { Value } from "../manifest/value.js";
import { type Inferred, inferMissing } from "./infer-missing.js";
import { type Leaf, textOf } from "./sample.js";
import type { NameSplit } from "./split-names.js";

/** A column of values that belongs to one side: equal for all Applications with the same left (or right) part of the name. */
export interface Attribute {
  readonly name: string;
  readonly side: "left" | "right";
  /** One for each Application; what it should be, not what a wrong one has. */
  readonly values: readonly (Value | undefined)[];
  readonly texts: readonly string[];
}

/** Pieces of a string: text, or the name of an attribute. */
export type Template = readonly (string | { readonly attribute: string })[];

export type Explanation = { readonly leaf: Leaf; readonly expected: readonly (Value | undefined)[]; readonly cost: number } & (
  | { readonly kind: "constant"; readonly value: Value | undefined }
  | { readonly kind: "template"; readonly template: Template }
  /** A value for each combination of the attributes. */
  | { readonly kind: "choice"; readonly attributes: readonly string[] }
  | { readonly kind: "attribute"; readonly attribute: string }
) & { readonly groups: readonly string[]; readonly mismatches: readonly number[] };

export interface FleetExplanation {
  readonly attributes: readonly Attribute[];
  readonly leaves: readonly Explanation[];
  readonly cost: number;
}

/** What one Application that does not fit costs, counted in values that have to be written down. */
const mismatchCost = 4;
const maxChoiceValues = 8;

/** Explains every field by the two parts of the name, as cheaply as the data allow. */
export function explainLeaves(leaves: readonly Leaf[], split: NameSplit): FleetExplanation {
  const explanation = explainAll(leaves, split);
  const inferred = inferMissing(explanation);
  return inferred.size === 0 ? explanation : explainInferred(leaves, split, inferred);
}

/** The same with values that other fields tell: who lacks one of these does not fit. */
function explainInferred(leaves: readonly Leaf[], split: NameSplit, inferred: Inferred): FleetExplanation {
  const completed = new Map(leaves.map((leaf) => [completeLeaf(leaf, inferred.get(leaf.id)), leaf]));
  const explanation = explainAll([...completed.keys()], split);
  const own = explanation.leaves.map((explained): Explanation => {
    const leaf = completed.get(explained.leaf)!;
    const told = inferred.get(leaf.id);
    if (!told) return explained;
    // All that have the field are siblings of those that lack it.
    const mismatches = [...new Set([...explained.mismatches, ...told.keys()])].sort((a, b) => a - b);
    return { ...explained, leaf, groups: leaf.values.map(() => ""), mismatches, cost: explained.cost + told.size * mismatchCost };
  });
  return { ...explanation, leaves: own };
}

function completeLeaf(leaf: Leaf, told: ReadonlyMap<number, string> | undefined): Leaf {
  if (!told) return leaf;
  const values = leaf.values.map((value, index) => told.get(index) ?? value);
  return { ...leaf, values, texts: values.map(textOf) };
}

function explainAll(leaves: readonly Leaf[], split: NameSplit): FleetExplanation {
  const attributes: Attribute[] = [partAttribute("left", split.left), partAttribute("right", split.right)];
  const explained = [...leaves].sort((a, b) => rank(a) - rank(b)).map((leaf) => explainLeaf(leaf, attributes, split));
  return { attributes, leaves: explained, cost: explained.reduce((sum, { cost }) => sum + cost, 0) + partCost(split) };
}

function partCost({ left, right }: NameSplit): number {
  return new Set(left).size + new Set(right).size;
}

function partAttribute(side: Attribute["side"], values: readonly string[]): Attribute {
  return { name: side, side, values, texts: values.map((value) => JSON.stringify(value)) };
}

/** Labels come first: they are the words in which the rest is told. */
function rank({ path }: Leaf): number {
  if (path[1] === "labels") return 0;
  return path[1] === "destination" ? 1 : 2;
}

function explainLeaf(leaf: Leaf, attributes: Attribute[], split: NameSplit): Explanation {
  const candidates: Explanation[] = [grouped(leaf, () => "", { kind: "constant", value: undefined }, 0)];
  const template = bestTemplate(leaf, attributes);
  if (template) candidates.push(template);
  // The parts of the name are what all depends on; a choice by them would be a list in disguise.
  const small = attributes.slice(2).filter(({ texts }) => new Set(texts).size <= maxChoiceValues);
  for (const [at, one] of small.entries()) {
    candidates.push(grouped(leaf, (index) => one.texts[index]!, { kind: "choice", attributes: [one.name] }, 0));
    for (const two of small.slice(at + 1)) {
      const key = (index: number): string => `${one.texts[index]} ${two.texts[index]}`;
      candidates.push(grouped(leaf, key, { kind: "choice", attributes: [one.name, two.name] }, 1));
    }
  }
  const name = attributeName(leaf, attributes);
  const bySide = (["left", "right"] as const).map((side) => ({
    side,
    found: grouped(leaf, (index) => split[side][index]!, { kind: "attribute", attribute: name }, 0),
  }));
  candidates.push(...bySide.map(({ found }) => found));
  const best = candidates.reduce((least, candidate) => (candidate.cost < least.cost ? candidate : least));
  const side = bySide.find(({ found }) => found === best)?.side;
  if (side !== undefined) {
    const texts = best.expected.map((value) => (value === undefined ? "" : textFor(value, leaf)));
    attributes.push({ name, side, values: best.expected, texts });
  }
  return best.kind === "constant" ? { ...best, value: best.expected[0] } : best;
}

type Shape =
  | { readonly kind: "constant"; readonly value: Value | undefined }
  | { readonly kind: "choice"; readonly attributes: readonly string[] }
  | { readonly kind: "attribute"; readonly attribute: string };

/** The value of most in each group; what differs does not fit. */
function grouped(leaf: Leaf, keyOf: (index: number) => string, shape: Shape, extra: number): Explanation {
  const counts = new Map<string, Map<string, number>>();
  const groups = leaf.texts.map((_, index) => keyOf(index));
  leaf.texts.forEach((text, index) => {
    const key = groups[index]!;
    let group = counts.get(key);
    if (!group) {
      group = new Map();
      counts.set(key, group);
    }
    group.set(text, (group.get(text) ?? 0) + 1);
  });
  const overall = new Map<string, number>();
  for (const text of leaf.texts) overall.set(text, (overall.get(text) ?? 0) + 1);
  const winners = new Map<string, string>();
  for (const [key, group] of counts) {
    // Where a group is of two minds, the whole fleet decides.
    const [winner] = [...group].reduce((best, entry) =>
      entry[1] > best[1] || (entry[1] === best[1] && overall.get(entry[0])! > overall.get(best[0])!) ? entry : best,
    );
    winners.set(key, winner);
  }
  const byText = new Map(leaf.texts.map((text, index) => [text, leaf.values[index]]));
  const expected = groups.map((key) => byText.get(winners.get(key)!));
  const mismatches = leaf.texts.flatMap((text, index) => (text === winners.get(groups[index]!) ? [] : [index]));
  return { leaf, expected, groups, mismatches, ...shape, cost: counts.size + extra + mismatches.length * mismatchCost };
}

/** The string with attributes in it that fits most; tried are those that the values themselves show. */
function bestTemplate(leaf: Leaf, attributes: readonly Attribute[]): Explanation | undefined {
  if (!leaf.values.some((value) => typeof value === "string" && value !== "")) return undefined;
  const columns = attributes.filter(({ values }) => values.every((value) => typeof value === "string" && value !== ""));
  const tried = new Map<string, Template>();
  for (const index of sampleIndexes(leaf.values.length)) {
    const value = leaf.values[index];
    if (typeof value !== "string") continue;
    const template = abstract(value, columns, index);
    if (template.some((piece) => typeof piece !== "string")) tried.set(JSON.stringify(template), template);
  }
  let best: Explanation | undefined;
  for (const template of tried.values()) {
    const expected = leaf.values.map((_, index) => fill(template, columns, index));
    const mismatches = leaf.values.flatMap((value, index) => (value === expected[index] ? [] : [index]));
    const cost = 1 + template.length * 0.5 + mismatches.length * mismatchCost;
    if (best && best.cost <= cost) continue;
    best = { kind: "template", leaf, template, expected, groups: leaf.values.map(() => ""), mismatches, cost };
  }
  return best;
}

function sampleIndexes(count: number): readonly number[] {
  const step = Math.max(1, Math.floor(count / 40));
  return Array.from({ length: Math.ceil(count / step) }, (_, at) => at * step);
}

/** Replaces what the attributes of this Application say, the longest first. */
export function abstract(value: string, columns: readonly Attribute[], index: number): Template {
  const found = columns
    .map((column) => ({ attribute: column.name, text: column.values[index] as string }))
    .sort((a, b) => b.text.length - a.text.length);
  let pieces: (string | { readonly attribute: string })[] = [value];
  for (const { attribute, text } of found) {
    pieces = pieces.flatMap((piece) => {
      if (typeof piece !== "string") return [piece];
      return piece.split(text).flatMap((part, at) => (at === 0 ? [part] : [{ attribute }, part]));
    });
  }
  return pieces.filter((piece) => piece !== "");
}

export function fill(template: Template, columns: readonly Attribute[], index: number): string {
  const byName = new Map(columns.map((column) => [column.name, column]));
  return template
    .map((piece) => (typeof piece === "string" ? piece : String(byName.get(piece.attribute)?.values[index])))
    .join("");
}

function textFor(value: Value, leaf: Leaf): string {
  return leaf.texts[leaf.values.indexOf(value)] ?? "";
}

/** `metadata.labels.team` → `team`, and another where that is taken. */
function attributeName(leaf: Leaf, attributes: readonly Attribute[]): string {
  const words = leaf.path.map((step) =>
    String(step).replace(/[^A-Za-z0-9]+(.)?/g, (_, next?: string) => (next ?? "").toUpperCase()),
  );
  const taken = new Set([...attributes.map((attribute) => attribute.name), "service", "cluster", "name", "path"]);
  for (let length = 1; length <= words.length; length++) {
    const candidate = words
      .slice(-length)
      .map((word, at) => (at === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
      .join("");
    if (candidate !== "" && !/^[0-9]/.test(candidate) && !taken.has(candidate)) return candidate;
  }
  return `field${attributes.length}`;
}
