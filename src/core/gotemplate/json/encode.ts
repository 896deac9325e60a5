import { base64Encode } from "../../../platform/bytes.js";
import { functionError } from "../errors.js";
import { formatFloat } from "../fmt/float.js";
import { compareText } from "../value/text.js";
import { GoBytes, GoComplex, GoInt, GoList, GoMap, type GoObject, type GoValue } from "../value/value.js";

const maxDepth = 1_000;

/** encoding/json's Marshal. Throws TemplateFailure for values that JSON cannot hold. */
export function encodeJson(value: GoValue, options: { readonly escapeHtml?: boolean } = {}): string {
  return encode(value, options.escapeHtml ?? true, 0);
}

/** Whether `encodeJson` prints the value: cheaper, where the text is not wanted. */
export function isEncodable(value: GoValue, depth = 0): boolean {
  if (depth > maxDepth) return false;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null || value instanceof GoInt || value instanceof GoBytes) return true;
  if (value instanceof GoComplex) return false;
  if (value instanceof GoMap) {
    for (const item of value.entries.values()) if (!isEncodable(item, depth + 1)) return false;
    return true;
  }
  if (value instanceof GoList) {
    for (const item of value.items) if (!isEncodable(item, depth + 1)) return false;
    return true;
  }
  return isEncodable(value.json(), depth + 1);
}

/** encoding/json's Indent of compact JSON, with two blanks. */
export function encodePrettyJson(value: GoValue, options: { readonly escapeHtml?: boolean } = {}): string {
  return indentJson(encodeJson(value, options));
}

function encode(value: GoValue, escapeHtml: boolean, depth: number): string {
  if (depth > maxDepth) throw functionError("json: unsupported value: encountered a cycle");
  switch (typeof value) {
    case "undefined":
      return "null";
    case "boolean":
      return String(value);
    case "string":
      return encodeString(value, escapeHtml);
    case "number":
      return encodeFloat(value);
  }
  if (value === null) return "null";
  if (value instanceof GoInt) return value.value.toString();
  if (value instanceof GoBytes) return `"${base64Encode(value.bytes)}"`;
  if (value instanceof GoComplex) throw functionError("json: unsupported type: complex128");
  if (value instanceof GoMap) {
    if (value.isNil) return "null";
    const keys = [...value.entries.keys()].sort(compareText);
    const items = keys.map((key) => `${encodeString(key, escapeHtml)}:${encode(value.entries.get(key), escapeHtml, depth + 1)}`);
    return `{${items.join(",")}}`;
  }
  if (value instanceof GoList) {
    return value.isNil ? "null" : `[${value.items.map((item) => encode(item, escapeHtml, depth + 1)).join(",")}]`;
  }
  return encodeObject(value, escapeHtml, depth);
}

function encodeObject(value: GoObject, escapeHtml: boolean, depth: number): string {
  const json = value.json();
  if (!(json instanceof GoMap)) return encode(json, escapeHtml, depth + 1);
  const items = [...json.entries].map(([key, item]) => `${encodeString(key, escapeHtml)}:${encode(item, escapeHtml, depth + 1)}`);
  return `{${items.join(",")}}`;
}

/** A float as encoding/json prints it: plain digits between 1e-6 and 1e21. */
export function encodeFloat(value: number): string {
  if (!Number.isFinite(value)) throw functionError(`json: unsupported value: ${formatFloat(value, "g", -1)}`);
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e21)) return formatFloat(value, "e", -1).replace(/e-0(\d)$/, "e-$1");
  return formatFloat(value, "f", -1);
}

const named: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

const special = /["\\\u0000-\u001f\u2028\u2029]|[\ud800-\udfff]/gu;
const specialHtml = /["\\\u0000-\u001f\u2028\u2029<>&]|[\ud800-\udfff]/gu;

function encodeString(text: string, escapeHtml: boolean): string {
  const body = text.replace(escapeHtml ? specialHtml : special, (char) => {
    const code = char.charCodeAt(0);
    if (code >= 0xd800 && code <= 0xdfff) return "\\ufffd";
    return named[char] ?? `\\u${code.toString(16).padStart(4, "0")}`;
  });
  return `"${body}"`;
}

function indentJson(compact: string): string {
  let out = "";
  let depth = 0;
  for (let at = 0; at < compact.length; at++) {
    const char = compact[at] as string;
    if (char === '"') {
      const start = at;
      for (at++; compact[at] !== '"'; at++) if (compact[at] === "\\") at++;
      out += compact.slice(start, at + 1);
    } else if (char === "{" || char === "[") {
      const close = char === "{" ? "}" : "]";
      if (compact[at + 1] === close) {
        out += char + close;
        at++;
      } else {
        depth++;
        out += `${char}\n${"  ".repeat(depth)}`;
      }
    } else if (char === "}" || char === "]") {
      depth--;
      out += `\n${"  ".repeat(depth)}${char}`;
    } else if (char === ",") {
      out += `,\n${"  ".repeat(depth)}`;
    } else if (char === ":") {
      out += ": ";
    } else {
      out += char;
    }
  }
  return out;
}
