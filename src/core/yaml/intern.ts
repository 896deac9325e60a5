import { type Dialect, HINTS, resolvePlain } from "./resolve.js";

/**
 * Keys and short words of manifests repeat by the thousand. The tables hold the strings met last, one a slot, so that a
 * repeated one costs a comparison instead of a new string; they never change what is read.
 */
const KEY_SLOTS = 4096;
const keyTables: Readonly<Record<Dialect, (string | undefined)[]>> = {
  kustomize: new Array(KEY_SLOTS),
  kubernetes: new Array(KEY_SLOTS),
};
const TEXT_SLOTS = 4096;
const texts: (string | undefined)[] = new Array(TEXT_SLOTS);
const metBefore = new Int32Array(TEXT_SLOTS);

/** The plain key `src[start, end)`, or undefined when it is not simply a string to this dialect. `hash` may be 0: unknown. */
export function internedKey(src: string, start: number, end: number, hash: number, dialect: Dialect): string | undefined {
  const length = end - start;
  const slot = (hash === 0 ? hashOf(src, start, end) : hash) & (KEY_SLOTS - 1);
  const table = keyTables[dialect];
  const known = table[slot];
  if (known !== undefined && known.length === length && matches(src, start, known)) return known;
  const text = src.slice(start, end);
  if (text === "<<" || text === "__proto__" || text === "") return undefined;
  const first = text.charCodeAt(0);
  if (first < 128 && HINTS[first] !== 0 && resolvePlain(text, dialect).tag !== "!!str") return undefined;
  if (length > 64) return text;
  const key = detached(text);
  table[slot] = key;
  return key;
}

/** The text `src[start, end)`; only what was met before gets a slot, so that names met once cost no more than a slice. */
export function internedText(src: string, start: number, end: number): string {
  const length = end - start;
  const hash = hashOf(src, start, end);
  const slot = (hash * 31 + length) & (TEXT_SLOTS - 1);
  const known = texts[slot];
  if (known !== undefined && known.length === length && matches(src, start, known)) return known;
  const text = src.slice(start, end);
  if (metBefore[slot] === hash) texts[slot] = detached(text);
  metBefore[slot] = hash;
  return text;
}

function hashOf(src: string, start: number, end: number): number {
  let hash = 0;
  for (let pos = start; pos < end; pos++) hash = (hash * 31 + src.charCodeAt(pos)) | 0;
  return hash;
}

function matches(src: string, start: number, known: string): boolean {
  for (let index = 0; index < known.length; index++) {
    if (src.charCodeAt(start + index) !== known.charCodeAt(index)) return false;
  }
  return true;
}

/** V8 copies what is shorter than this; a longer part of a text keeps all of it alive. */
const SHORTEST_SLICE = 13;

/** A copy that does not keep the whole source text alive, as a slice of it would. */
function detached(text: string): string {
  return text.length < SHORTEST_SLICE ? text : (JSON.parse(JSON.stringify(text)) as string);
}
