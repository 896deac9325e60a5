import { utf8Decode } from "../../../platform/bytes.js";
import type { KvSources } from "../kustomization/fields.js";
import { kustomizeError, quoteGo, withPrefix } from "../model/errors.js";
import type { DataValue } from "./data-map.js";

export interface Pair {
  readonly key: string;
  readonly value: DataValue;
}

/** How a generator reads a file. */
export type ReadFile = (path: string) => Uint8Array;

/** Pairs of env files, literals and files, in that order. */
export function loadPairs(read: ReadFile, sources: KvSources): readonly Pair[] {
  const { envs = [], literals = [], files = [] } = sources;
  return [
    ...withPrefix(`env source files: [${envs.join(" ")}]`, () => envs.flatMap((path) => pairsOfEnvFile(read(path)))),
    ...withPrefix(`literal sources [${literals.join(" ")}]`, () => literals.map(pairOfLiteral)),
    ...withPrefix(`file sources: [${files.join(" ")}]`, () => files.map((source) => pairOfFile(read, source))),
  ];
}

function pairOfLiteral(source: string): Pair {
  const equals = source.indexOf("=");
  if (equals <= 0) throw kustomizeError("KUSTOMIZE_GENERATOR", `invalid literal source ${source}, expected key=value`);
  return { key: source.slice(0, equals), value: unquote(source.slice(equals + 1)) };
}

function unquote(text: string): string {
  const first = text[0];
  if (text.length < 2 || first !== text.at(-1)) return text;
  return first === '"' || first === "'" ? text.slice(1, -1) : text;
}

function pairOfFile(read: ReadFile, source: string): Pair {
  const [key, path] = splitFileSource(source);
  const bytes = read(path);
  return { key, value: utf8Decode(bytes) ?? bytes };
}

/** `path` or `key=path`. */
export function splitFileSource(source: string): [string, string] {
  const parts = source.split("=");
  const fail = (message: string): Error => kustomizeError("KUSTOMIZE_GENERATOR", message);
  if (parts.length > 2) throw fail(`source ${quoteGo(source)} key name or file path contains '='`);
  if (parts.length === 1) return [baseName(source), source];
  const [key, path] = parts as [string, string];
  if (key === "") throw fail(`missing key name for file path ${quoteGo(path)} in source ${quoteGo(source)}`);
  if (path === "") throw fail(`missing file path for key name ${quoteGo(key)} in source ${quoteGo(source)}`);
  return [key, path];
}

function baseName(path: string): string {
  const trimmed = path.replace(/\/+$/, "");
  if (trimmed === "") return path === "" ? "." : "/";
  return trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** Go's scanner stops at a line of 64 KiB without an error. */
const maxLine = 64 * 1024;

function pairsOfEnvFile(content: Uint8Array): readonly Pair[] {
  const pairs: Pair[] = [];
  let start = 0;
  for (let number = 0; start < content.length; number++) {
    const feed = content.indexOf(10, start);
    const end = feed < 0 ? content.length : feed;
    if (end - start >= maxLine) break;
    const isReturn = end > start && content[end - 1] === 13;
    const pair = pairOfLine(content.subarray(start, isReturn ? end - 1 : end), number);
    if (pair) pairs.push(pair);
    start = end + 1;
  }
  return pairs;
}

function pairOfLine(bytes: Uint8Array, number: number): Pair | undefined {
  const decoded = utf8Decode(bytes);
  if (decoded === undefined)
    throw kustomizeError("KUSTOMIZE_GENERATOR", `line ${number + 1} of an env file has invalid utf8 bytes`);
  const line = (number === 0 && decoded.startsWith("\ufeff") ? decoded.slice(1) : decoded).replace(
    /^[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/,
    "",
  );
  if (line === "" || line.startsWith("#")) return undefined;
  const equals = line.indexOf("=");
  const key = equals < 0 ? line : line.slice(0, equals);
  return key === "" ? undefined : { key, value: equals < 0 ? "" : line.slice(equals + 1) };
}
