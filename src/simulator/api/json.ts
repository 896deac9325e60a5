import type { Value } from "../../core/manifest/value.js";

const longDigits = /\d{16}/;
const tokens = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const mark = "\u0001int:";

/** JSON to a value; integers beyond 2^53 become bigints. Throws a SyntaxError. */
export function readJson(text: string): Value {
  if (!longDigits.test(text)) return JSON.parse(text) as Value;
  const marked = text.replace(tokens, (token) =>
    token[0] !== '"' && /^-?\d+$/.test(token) && !Number.isSafeInteger(Number(token)) ? `"\\u0001int:${token}"` : token,
  );
  return JSON.parse(marked, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value,
  ) as Value;
}

/** A value to JSON; bigints keep every digit. */
export function writeJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch {
    const marked = JSON.stringify(value, (_key, item: unknown) => (typeof item === "bigint" ? `${mark}${item}` : item));
    return marked.replace(/"\\u0001int:(-?\d+)"/g, "$1");
  }
}

/** A copy that shares nothing with `value`. */
export function copyOf<T>(value: T): T {
  if (Array.isArray(value)) return value.map(copyOf) as T;
  if (typeof value !== "object" || value === null) return value;
  const out: Record<string, unknown> = {};
  for (const key of Object.keys(value)) out[key] = copyOf((value as Record<string, unknown>)[key]);
  return out as T;
}
