import type { Value } from "../manifest/value.js";
import { emitJson } from "../yaml/json.js";

export function typeName(value: Value): "null" | "boolean" | "number" | "string" | "array" | "object" {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "boolean":
      return "boolean";
    case "string":
      return "string";
    case "object":
      return "object";
    default:
      return "number";
  }
}

/** JSON as gojq writes it: sorted keys, no blanks; NaN is null, infinities are the largest numbers. */
export function jsonText(value: Value): string {
  if (typeof value === "number") {
    if (Number.isNaN(value)) return "null";
    if (!Number.isFinite(value)) return value > 0 ? "1.7976931348623157e+308" : "-1.7976931348623157e+308";
    return Object.is(value, -0) ? "-0" : emitJson(value);
  }
  if (Array.isArray(value)) return `[${value.map(jsonText).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const object = value as { readonly [key: string]: Value };
    return `{${Object.keys(object)
      .sort(compareText)
      .map((key) => `${emitJson(key, { escapeHtml: false })}:${jsonText(object[key] as Value)}`)
      .join(",")}}`;
  }
  return emitJson(value, { escapeHtml: false }).replaceAll("\u007f", "\\u007f");
}

const previewLength = 32;

/** The beginning of a value's JSON, for messages. */
export function preview(value: Value): string {
  const text = jsonText(value);
  if (text.length <= previewLength - 2) return text;
  const end = { string: ' ..."', array: " ...]", object: " ...}" }[typeName(value) as "string"] ?? " ...";
  return text.slice(0, previewLength - 2 - end.length) + end;
}

/** By code points, as Go compares strings. */
export function compareText(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left === right) continue;
    const isSurrogate = (code: number) => code >= 0xd800 && code <= 0xdfff;
    if (isSurrogate(left) !== isSurrogate(right)) return isSurrogate(left) ? 1 : -1;
    return left < right ? -1 : 1;
  }
  return a.length < b.length ? -1 : 1;
}
