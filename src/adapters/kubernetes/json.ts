import type { Value } from "../../core/manifest/value.js";

/**
 * Text to send: JSON.stringify, and for the rare object that carries integers beyond 2^53 a writer that keeps their digits.
 */
export function stringifyJson(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    return writeExact(value as Value);
  }
}

/** Reads what an API server answered. Only texts with long digit runs pay for exact integers. */
export function parseJsonExact(text: string, parseSlow: (text: string) => unknown = JSON.parse): unknown {
  return /[^"\d][0-9]{16}/.test(text) ? parseSlow(text) : JSON.parse(text);
}

function writeExact(value: Value | undefined): string {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return `[${value.map((item: Value) => writeExact(item)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(([, field]) => field !== undefined);
    return `{${fields.map(([key, field]) => `${JSON.stringify(key)}:${writeExact(field as Value)}`).join(",")}}`;
  }
  return JSON.stringify(value ?? null);
}
