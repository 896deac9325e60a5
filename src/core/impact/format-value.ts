import type { Value } from "../manifest/value.js";

/** A value on one line: strings as they are where that is unambiguous, else JSON; undefined as "(absent)". */
export function formatValue(value: Value | undefined): string {
  if (value === undefined) return "(absent)";
  if (typeof value === "string")
    return /^[\w./:@-]+$/.test(value) && !/^(true|false|null|[\d.+-]+)$/.test(value) ? value : JSON.stringify(value);
  return JSON.stringify(value, (_key, nested: unknown) => (typeof nested === "bigint" ? `${nested}` : nested));
}
