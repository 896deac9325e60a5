import { utf8DecodeLossy } from "../../platform/bytes.js";
import { helmError } from "./failure.js";

export interface TarEntry {
  readonly name: string;
  readonly kind: "file" | "directory" | "other";
  readonly bytes: Uint8Array;
}

const block = 512;

/** The entries of a tar archive: ustar, GNU long names and PAX paths. Throws HELM_ARCHIVE where it is damaged. */
export function* readTar(archive: Uint8Array): Generator<TarEntry> {
  let longName: string | undefined;
  for (let at = 0; at + block <= archive.length; ) {
    const header = archive.subarray(at, at + block);
    if (header[0] === 0 && header.every((byte) => byte === 0)) return;
    checkSum(header);
    const size = number(header.subarray(124, 136));
    const start = at + block;
    if (start + size > archive.length) throw damaged("unexpected EOF");
    const bytes = archive.subarray(start, start + size);
    at = start + Math.ceil(size / block) * block;
    const type = String.fromCharCode(header[156] as number);
    if (type === "L") {
      longName = text(bytes);
    } else if (type === "x") {
      longName = paxPath(bytes) ?? longName;
    } else if (type !== "g" && type !== "K") {
      const name = longName ?? nameOf(header);
      longName = undefined;
      yield { name, kind: kindOf(type, name), bytes: kindOf(type, name) === "file" ? bytes : bytes.subarray(0, 0) };
    }
  }
}

function kindOf(type: string, name: string): TarEntry["kind"] {
  if (type === "5" || name.endsWith("/")) return "directory";
  return type === "0" || type === "\0" || type === "7" ? "file" : "other";
}

function nameOf(header: Uint8Array): string {
  const name = text(header.subarray(0, 100));
  const isUstar = text(header.subarray(257, 262)) === "ustar";
  const prefix = isUstar && header[263] === 0x30 ? text(header.subarray(345, 500)) : "";
  return prefix === "" ? name : `${prefix}/${name}`;
}

function text(bytes: Uint8Array): string {
  const end = bytes.indexOf(0);
  return utf8DecodeLossy(end < 0 ? bytes : bytes.subarray(0, end));
}

/** Octal digits, or GNU's base-256 form. */
function number(field: Uint8Array): number {
  if (((field[0] as number) & 0x80) !== 0) {
    let value = (field[0] as number) & 0x7f;
    for (const byte of field.subarray(1)) value = value * 256 + byte;
    if (value > Number.MAX_SAFE_INTEGER) throw damaged("invalid size");
    return value;
  }
  const digits = text(field).trim();
  if (!/^[0-7]*$/.test(digits)) throw damaged("invalid tar header");
  return Number.parseInt(digits || "0", 8);
}

function checkSum(header: Uint8Array): void {
  // The field itself counts as eight blanks.
  let sum = 8 * 0x20;
  for (let index = 0; index < 148; index++) sum += header[index] as number;
  for (let index = 156; index < block; index++) sum += header[index] as number;
  if (number(header.subarray(148, 156)) !== sum) throw damaged("invalid tar header");
}

/** The `path` record of a PAX header: `LENGTH path=VALUE\n`. */
function paxPath(bytes: Uint8Array): string | undefined {
  let found: string | undefined;
  for (let at = 0; at < bytes.length; ) {
    const blank = bytes.indexOf(0x20, at);
    const length = blank < 0 ? Number.NaN : Number(utf8DecodeLossy(bytes.subarray(at, blank)));
    if (!(length > 0) || at + length > bytes.length) break;
    const record = utf8DecodeLossy(bytes.subarray(blank + 1, at + length - 1));
    if (record.startsWith("path=")) found = record.slice("path=".length);
    at += length;
  }
  return found;
}

function damaged(reason: string): ReturnType<typeof helmError> {
  return helmError(`archive/tar: ${reason}`, { code: "HELM_ARCHIVE" });
}
