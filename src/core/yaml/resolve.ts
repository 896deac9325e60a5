import { Problem } from "./cursor.js";
import { parseGoInteger } from "./go-number.js";
import { parseTimestamp } from "./timestamp.js";

export type Dialect = "kustomize" | "kubernetes";

/** A scalar's short tag and meaning. */
export interface Resolved {
  readonly tag: string;
  readonly value: null | boolean | number | bigint | string;
}

const NULL_WORDS = ["", "~", "null", "Null", "NULL"];
const TRUE_WORDS = ["true", "True", "TRUE"];
const FALSE_WORDS = ["false", "False", "FALSE"];
const FLOAT_WORDS: readonly [number, readonly string[]][] = [
  [Number.NaN, [".nan", ".NaN", ".NAN"]],
  [Number.POSITIVE_INFINITY, [".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"]],
  [Number.NEGATIVE_INFINITY, ["-.inf", "-.Inf", "-.INF"]],
];
const OLD_TRUE_WORDS = ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON"];
const OLD_FALSE_WORDS = ["n", "N", "no", "No", "NO", "off", "Off", "OFF"];

function wordTable(dialect: Dialect): ReadonlyMap<string, Resolved> {
  const table = new Map<string, Resolved>();
  const add = (words: readonly string[], tag: string, value: Resolved["value"]): void => {
    for (const word of words) table.set(word, { tag, value });
  };
  add(NULL_WORDS, "!!null", null);
  add(TRUE_WORDS, "!!bool", true);
  add(FALSE_WORDS, "!!bool", false);
  for (const [value, words] of FLOAT_WORDS) add(words, "!!float", value);
  if (dialect === "kubernetes") {
    add(OLD_TRUE_WORDS, "!!bool", true);
    add(OLD_FALSE_WORDS, "!!bool", false);
  }
  return table;
}

const WORDS = { kustomize: wordTable("kustomize"), kubernetes: wordTable("kubernetes") } as const;
const OLD_BOOLEANS: ReadonlySet<string> = new Set([...OLD_TRUE_WORDS, ...OLD_FALSE_WORDS]);

/** YAML 1.1's further booleans, which go-yaml v3 reads as strings and still quotes. */
export function isOldBoolean(text: string): boolean {
  return OLD_BOOLEANS.has(text);
}

/** 1: a sign or digit, 2: a dot, 3: first letter of a word with a meaning; 0: certainly a string. */
export const HINTS: Uint8Array = hints();

function hints(): Uint8Array {
  const table = new Uint8Array(128);
  for (const char of "+-0123456789") table[char.charCodeAt(0)] = 1;
  table[46] = 2;
  for (const char of "yYnNtTfFoO~") table[char.charCodeAt(0)] = 3;
  return table;
}

const YAML_FLOAT = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const DOT_FLOAT = /^\.[0-9]+([eE][-+]?[0-9]+)?$/;

/** What a plain scalar without tag means. */
export function resolvePlain(text: string, dialect: Dialect): Resolved {
  if (text === "") return { tag: "!!null", value: null };
  const code = text.charCodeAt(0);
  const hint = code < 128 ? HINTS[code] : 0;
  if (hint === 0) return { tag: "!!str", value: text };
  const word = WORDS[dialect].get(text);
  if (word) return word;
  if (hint === 1) return resolveNumber(text, true);
  if (hint === 2) {
    const value = parseDotFloat(text);
    if (value !== undefined) return { tag: "!!float", value };
  }
  return { tag: "!!str", value: text };
}

function resolveNumber(text: string, timestampsAllowed: boolean): Resolved {
  if (timestampsAllowed) {
    const time = parseTimestamp(text);
    if (time !== undefined) return { tag: "!!timestamp", value: time };
  }
  const plain = text.includes("_") ? text.replaceAll("_", "") : text;
  const integer = parseGoInteger(plain);
  if (integer !== undefined) return { tag: "!!int", value: integer };
  if (YAML_FLOAT.test(plain)) {
    const value = Number(plain);
    if (Number.isFinite(value)) return { tag: "!!float", value };
  }
  return { tag: "!!str", value: text };
}

/** strconv.ParseFloat of a text that begins with a dot. */
function parseDotFloat(text: string): number | undefined {
  if (!DOT_FLOAT.test(text)) return undefined;
  const value = Number(text);
  return Number.isFinite(value) ? value : undefined;
}

const LONG_TAG_PREFIX = "tag:yaml.org,2002:";

export function shortTag(tag: string): string {
  return tag.startsWith(LONG_TAG_PREFIX) ? `!!${tag.slice(LONG_TAG_PREFIX.length)}` : tag;
}

const RESOLVABLE: ReadonlySet<string> = new Set(["!!str", "!!bool", "!!int", "!!float", "!!null", "!!timestamp"]);

/**
 * What a scalar with an explicit tag means: `tag` is a short tag, or "" for none.
 * Throws a Problem when the text does not fit; a tag unknown to go-yaml leaves the text a string.
 */
export function resolveTagged(text: string, tag: string, dialect: Dialect, pos = 0): Resolved {
  if (tag === "") return resolvePlain(text, dialect);
  if (!RESOLVABLE.has(tag) || tag === "!!str") return { tag, value: text };
  let found = resolvePlain(text, dialect);
  if (found.tag === "!!timestamp" && tag !== "!!timestamp") found = resolveNumber(text, false);
  if (found.tag === tag) return found;
  if (tag === "!!float" && found.tag === "!!int" && fitsInt64(found.value)) return { tag, value: Number(found.value) };
  throw new Problem("plain", `cannot decode ${found.tag} \`${text}\` as a ${tag}`, pos);
}

function fitsInt64(value: Resolved["value"]): boolean {
  return typeof value === "number" || (typeof value === "bigint" && value < 2n ** 63n);
}

export function resolveKustomize(text: string, tag: string): Resolved {
  return resolveTagged(text, tag, "kustomize");
}
