import { base64Decode, base64Encode, utf8DecodeLossy, utf8Encode } from "../../platform/bytes.js";
import type { Value } from "../manifest/value.js";
import { described, JqError } from "./errors.js";
import { jsonText, preview } from "./text.js";

const htmlEscapes: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", "'": "&apos;", '"': "&quot;" };
const tsvEscapes: Readonly<Record<string, string>> = { "\t": "\\t", "\r": "\\r", "\n": "\\n", "\\": "\\\\", "\0": "\\0" };

/** `@name` applied to a value. */
export function formatText(name: string, value: Value): string {
  const text = () => (typeof value === "string" ? value : jsonText(value));
  switch (name) {
    case "text":
      return text();
    case "json":
      return jsonText(value);
    case "html":
      return text().replace(/[<>&'"]/g, (character) => htmlEscapes[character] ?? character);
    case "uri":
      return uriText(text());
    case "urid":
      return uriDecoded(text(), value);
    case "csv":
      return row("csv", value, ",", (item) => `"${item.replaceAll('"', '""').replaceAll("\0", "\\0")}"`);
    case "tsv":
      return row("tsv", value, "\t", (item) => item.replace(/[\t\r\n\\\0]/g, (character) => tsvEscapes[character] ?? character));
    case "sh": {
      const list = Array.isArray(value) ? value : [value];
      return row("sh", list, " ", (item) => `'${item.replaceAll("'", "'\\''").replaceAll("\0", "\\0")}'`);
    }
    case "base64":
      return base64Encode(text());
    case "base64d":
      return base64Text(text(), value);
    default:
      throw new JqError(`format not defined: @${name}`);
  }
}

export const formats: ReadonlySet<string> = new Set("text json html uri urid csv tsv sh base64 base64d".split(" "));

function row(name: string, value: Value, separator: string, quote: (item: string) => string): string {
  if (!Array.isArray(value)) throw new JqError(`@${name} cannot be applied to: ${described(value)}`);
  return value
    .map((item: Value) => {
      if (typeof item === "object" && item !== null) {
        throw new JqError(`@${name} cannot format an array including: ${described(item)}`);
      }
      if (typeof item === "string") return quote(item);
      const text = jsonText(item);
      return text === "null" && name !== "sh" ? "" : text;
    })
    .join(separator);
}

function uriText(text: string): string {
  let encoded = "";
  for (const byte of utf8Encode(text)) {
    const character = String.fromCharCode(byte);
    encoded += /[A-Za-z0-9\-_.~]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return encoded;
}

function uriDecoded(text: string, value: Value): string {
  const bytes: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "%") {
      const code = text.codePointAt(at) ?? 0;
      bytes.push(...utf8Encode(String.fromCodePoint(code)));
      if (code > 0xffff) at++;
      continue;
    }
    const digits = text.slice(at + 1, at + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(digits)) {
      throw new JqError(`@urid cannot be applied to ${preview(value)}: invalid URL escape ${JSON.stringify(`%${digits}`)}`);
    }
    bytes.push(Number.parseInt(digits, 16));
    at += 2;
  }
  return utf8DecodeLossy(Uint8Array.from(bytes));
}

function base64Text(text: string, value: Value): string {
  const body = text.split("=")[0] ?? "";
  const digits = body.replace(/[\r\n]/g, "");
  const bad = /[^A-Za-z0-9+/\r\n]/.exec(body);
  if (bad || digits.length % 4 === 1) {
    const at = bad?.index ?? body.length - (body.length % 4);
    throw new JqError(`@base64d cannot be applied to ${preview(value)}: illegal base64 data at input byte ${at}`);
  }
  const bytes = base64Decode(digits + "=".repeat((4 - (digits.length % 4)) % 4));
  return bytes ? utf8DecodeLossy(bytes) : "";
}
