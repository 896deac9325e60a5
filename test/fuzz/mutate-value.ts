import type { Value } from "#src/core/manifest/value.js";
import { emitJson } from "#src/core/yaml/json.js";
import type { Random } from "./random.js";

/** A map in a list may have a `toString` that is none. */
function shown(value: Value): string {
  return Array.isArray(value) ? emitJson(value) : String(value);
}

export interface Pool {
  /** key → values found under it anywhere */
  readonly byKey: ReadonlyMap<string, readonly Value[]>;
  /** field of a kustomization → values */
  readonly fields: ReadonlyMap<string, readonly Value[]>;
}

type Path = readonly (string | number)[];
type Fields = { readonly [key: string]: Value };

const strange: readonly Value[] = [
  null,
  "",
  "x",
  "5",
  5,
  0,
  -1,
  1.5,
  true,
  false,
  [],
  {},
  [null],
  ["x"],
  [[]],
  { a: "b" },
  { a: null },
  [{ name: "x" }],
  "true",
  "null",
  "a.b",
  "a/b",
  "*",
  "[",
  "(",
  "2020-01-01",
  "a:b",
  "🙂",
  "a,b",
  12345678901234567890n,
  "a=b",
];

/** Some edits of a document's tree: other values, fields of other cases, fields renamed, removed, doubled or of another type. */
export function mutateValue(random: Random, document: Value, pool: Pool, place: string): Value {
  let changed = document;
  const count = random.chance(0.5) ? 1 : 1 + random.below(4);
  for (let i = 0; i < count; i++) changed = mutateOnce(random, changed, pool, place);
  return changed;
}

function mutateOnce(random: Random, document: Value, pool: Pool, place: string): Value {
  if (place === "kustomization" && random.chance(0.5) && isMap(document)) {
    const field = random.pick([...pool.fields.keys()]);
    return { ...document, [field]: random.pick(pool.fields.get(field)!) };
  }
  if (place === "" && random.chance(0.05)) return wrapped(random, document);
  const paths = pathsOf(document).filter((path) => random.chance(path.length > 1 ? 1 : 0.2));
  if (paths.length === 0) return document;
  const path = random.pick(paths);
  return updated(document, path, (value, key) => mutatedAt(random, value, key, pool));
}

function wrapped(random: Random, document: Value): Value {
  const items = random.chance(0.5) ? [document] : [document, document];
  return random.pick<Value>([
    { apiVersion: "v1", kind: "List", items },
    { apiVersion: "v1", kind: "List", items: [document, null] },
    { apiVersion: "apps/v1", kind: "DeploymentList", items },
    { kind: "List", items },
    { apiVersion: "v1", kind: "List", metadata: {}, items: [] },
    [document],
  ]);
}

const gone = Symbol("gone");
type Edit = Value | typeof gone | { readonly [key: string]: Value };

function mutatedAt(random: Random, value: Value, key: string, pool: Pool): Edit {
  switch (random.below(10)) {
    case 0:
      return gone;
    case 1:
      return random.pick(strange);
    case 2:
    case 3:
    case 4: {
      const known = pool.byKey.get(key);
      return known === undefined ? random.pick(strange) : random.pick(known);
    }
    case 5:
      if (Array.isArray(value))
        return random.pick<Value>([
          [...value, ...value],
          [...value].reverse(),
          value.slice(1),
          value.slice(0, 1),
          [...value, null],
          value[0] ?? null,
        ]);
      if (isMap(value)) return renamed(random, value);
      return [value];
    case 6:
      if (Array.isArray(value)) return [...value, random.pick([...value, random.pick(strange)])];
      if (isMap(value))
        return {
          ...value,
          [random.pick([
            "$patch",
            "$patch",
            "extra",
            "name",
            "kind",
            "namespace",
            "$retainKeys",
            "$setElementOrder/containers",
            "$deleteFromPrimitiveList/args",
            "constructor",
            "toString",
          ])]: random.pick(["delete", "replace", "merge", "x", ...strange]),
        };
      return random.pick<Value>([shown(value), `${shown(value)}x`, { [shown(value)]: null }]);
    case 7:
      if (isMap(value)) return Object.fromEntries(Object.entries(value).reverse());
      return typeof value === "string"
        ? random.pick([
            value.toUpperCase(),
            `^${value}$`,
            `${value}.*`,
            value.slice(1),
            `${value}|zz`,
            ` ${value}`,
            `${value}\n`,
            value.repeat(12),
          ])
        : shown(value);
    case 8:
      return typeof value === "string" && value !== "" ? value.slice(0, random.below(value.length)) : null;
    default:
      if (isMap(value)) {
        const other = random.pick([...pool.byKey.keys()]);
        return { ...value, [other]: random.pick(pool.byKey.get(other)!) };
      }
      return random.pick(strange);
  }
}

function renamed(random: Random, value: Fields): Fields {
  const keys = Object.keys(value);
  if (keys.length === 0) return value;
  const chosen = random.pick(keys);
  const next = random.pick([
    chosen.toLowerCase(),
    `${chosen}s`,
    chosen.slice(0, -1),
    chosen.charAt(0).toUpperCase() + chosen.slice(1),
    chosen.toUpperCase(),
  ]);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key === chosen ? next : key, item]));
}

function pathsOf(value: Value, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return value.flatMap((item, index) => [[...path, index], ...pathsOf(item, [...path, index])]);
  if (isMap(value)) return Object.entries(value).flatMap(([key, item]) => [[...path, key], ...pathsOf(item, [...path, key])]);
  return [];
}

function updated(value: Value, path: Path, change: (value: Value, key: string) => Edit, key = ""): Value {
  const [first, ...rest] = path;
  if (first === undefined) return change(value, key) as Value;
  if (Array.isArray(value)) {
    const next = updated(value[first as number]!, rest, change, key) as Edit;
    return next === gone
      ? value.filter((_, index) => index !== first)
      : value.map((item, index) => (index === first ? (next as Value) : item));
  }
  const next = updated((value as Fields)[first]!, rest, change, String(first)) as Edit;
  if (next !== gone)
    return Object.fromEntries(
      Object.entries(value as Fields).map(([name, item]) => [name, name === first ? (next as Value) : item]),
    );
  return Object.fromEntries(Object.entries(value as Fields).filter(([name]) => name !== first));
}

function isMap(value: Value): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
