import { compareBytes, emitJson, parseJson } from "../../yaml/json.js";
import { isObject, type Value, type ValueObject } from "../value.js";

/**
 * One step of a field path in the notation of FieldsV1, which also is its identity: `f:replicas` a field or map key,
 * `k:{"name":"web"}` an item of a keyed list, `v:"a"` an item of a set, `i:0` an index.
 */
export type PathElement = string;

export type FieldPath = readonly PathElement[];

export function fieldElement(name: string): PathElement {
  return `f:${name}`;
}

export function keyElement(keys: ValueObject): PathElement {
  return `k:${emitJson(keys)}`;
}

export function valueElement(value: Value): PathElement {
  return `v:${emitJson(value)}`;
}

/** The element with its JSON in canonical form; undefined when the text is none. */
export function readElement(text: string): PathElement | undefined {
  const kind = text.slice(0, 2);
  try {
    if (kind === "f:") return text;
    if (kind === "i:") return /^-?\d+$/.test(text.slice(2)) ? text : undefined;
    if (kind === "v:") return valueElement(parseJson(text.slice(2)));
    if (kind !== "k:") return undefined;
    const keys = parseJson(text.slice(2));
    return isObject(keys) ? keyElement(keys) : undefined;
  } catch {
    return undefined;
  }
}

const KINDS = ["f", "k", "v", "i"];

/** structured-merge-diff: fields before keys, values and indexes; each kind by its content. */
export function compareElements(a: PathElement, b: PathElement): number {
  if (a === b) return 0;
  const kind = KINDS.indexOf(a[0] as string) - KINDS.indexOf(b[0] as string);
  if (kind !== 0) return kind;
  const [left, right] = [a.slice(2), b.slice(2)];
  if (a[0] === "f") return compareBytes(left, right);
  if (a[0] === "i") return Number(left) - Number(right);
  const [leftValue, rightValue] = [parseJson(left), parseJson(right)];
  return a[0] === "k" ? compareKeys(leftValue as ValueObject, rightValue as ValueObject) : compareValues(leftValue, rightValue);
}

function compareKeys(a: ValueObject, b: ValueObject): number {
  const left = Object.entries(a).sort(([x], [y]) => compareBytes(x, y));
  const right = Object.entries(b).sort(([x], [y]) => compareBytes(x, y));
  for (let index = 0; index < left.length && index < right.length; index++) {
    const [leftName, leftValue] = left[index] as [string, Value];
    const [rightName, rightValue] = right[index] as [string, Value];
    const order = compareBytes(leftName, rightName) || compareValues(leftValue, rightValue);
    if (order !== 0) return order;
  }
  return left.length - right.length;
}

/** structured-merge-diff: numbers, then strings, booleans, lists, maps, null. */
function rankOf(value: Value): number {
  if (typeof value === "number" || typeof value === "bigint") return 0;
  if (typeof value === "string") return 1;
  if (typeof value === "boolean") return 2;
  if (Array.isArray(value)) return 3;
  return value === null ? 5 : 4;
}

function compareValues(a: Value, b: Value): number {
  const rank = rankOf(a) - rankOf(b);
  if (rank !== 0) return rank;
  if (typeof a === "string") return compareBytes(a, b as string);
  if (typeof a === "number" || typeof a === "bigint") return a < (b as number) ? -1 : a > (b as number) ? 1 : 0;
  if (typeof a === "boolean") return Number(a) - Number(b);
  return compareBytes(emitJson(a), emitJson(b));
}

/** How the API server words a path: `.spec.containers[name="web"].image`. */
export function formatPath(path: FieldPath): string {
  return path.map(formatElement).join("");
}

function formatElement(element: PathElement): string {
  const content = element.slice(2);
  if (element[0] === "f") return `.${content}`;
  if (element[0] === "i") return `[${content}]`;
  if (element[0] === "v") return `[=${formatValue(parseJson(content))}]`;
  const keys = Object.entries(parseJson(content) as ValueObject).sort(([a], [b]) => compareBytes(a, b));
  return `[${keys.map(([name, value]) => `${name}=${formatValue(value)}`).join(",")}]`;
}

function formatValue(value: Value): string {
  return typeof value === "string" ? JSON.stringify(value) : emitJson(value);
}
