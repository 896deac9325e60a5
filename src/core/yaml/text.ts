import type { Value } from "../manifest/value.js";
import { formatGoFloat, formatJsonNumber } from "./go-number.js";
import { resolvePlain } from "./resolve.js";

/** 1-based line of an offset into normalised text; past its end is a line of its own. */
export function lineOf(src: string, pos: number): number {
  let line = 1;
  const end = Math.min(pos, src.length);
  for (let index = 0; index < end; index++) {
    const code = src.charCodeAt(index);
    if (code === 10 || code === 0x85 || code === 0x2028 || code === 0x2029) line += 1;
  }
  return pos > src.length ? line + 1 : line;
}

/** 1-based column in characters of an offset into normalised text. */
export function columnOf(src: string, pos: number): number {
  if (pos > src.length) return 1;
  let start = pos;
  while (start > 0 && !"\n\x85\u2028\u2029".includes(src[start - 1] as string)) start -= 1;
  return Array.from(src.slice(start, pos)).length + 1;
}

/**
 * How a JSON round trip through sigs.k8s.io/yaml prints a number: encoding/json writes it, go-yaml v2 reads that back as an
 * integer where it can and prints the rest as strconv does.
 */
export function printThroughJson(value: number | bigint): string {
  if (typeof value === "bigint") {
    if (value >= -(2n ** 63n) && value < 2n ** 64n) return String(value);
    return formatGoFloat(Number(value));
  }
  const json = formatJsonNumber(value);
  const read = resolvePlain(json, "kubernetes").value;
  return typeof read === "number" && !Number.isSafeInteger(read) ? formatGoFloat(read) : String(read);
}

/** What kustomize prints for a scalar of its own dialect that is not a string. */
export function kustomizeText(value: Value): string {
  return typeof value === "number" || typeof value === "bigint" ? printThroughJson(value) : String(value);
}
