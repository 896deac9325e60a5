import { readFileSync } from "node:fs";
import { readArchive } from "#src/core/helm/archive.js";
import type { Value } from "#src/core/manifest/value.js";
import { emitJson } from "#src/core/yaml/json.js";
import { parseYaml } from "#src/core/yaml/parse.js";
import type { Random } from "./random.js";

type Path = readonly string[];

const known = new Map<string, Value>();

/** values.yaml of a packed chart. */
export function chartValues(archive: string): Value {
  const read = known.get(archive);
  if (read !== undefined) return read;
  const file = readArchive(new Uint8Array(readFileSync(archive))).find(({ name }) => name === "values.yaml");
  const values = file === undefined ? {} : parseYaml(file.bytes, { dialect: "kubernetes" });
  known.set(archive, values);
  return values;
}

/** A values file that changes a few fields of a chart's defaults into what their kind suggests. */
export function mutatedValues(random: Random, defaults: Value): string {
  const paths = [...leaves(defaults, [])];
  const changes: { [key: string]: Value } = {};
  for (let count = 1 + random.below(8); count > 0 && paths.length > 0; count--) {
    const [path, value] = random.pick(paths);
    setAt(changes, path, changed(random, value));
  }
  return `${emitJson(changes)}\n`;
}

function* leaves(value: Value, path: Path): Generator<readonly [Path, Value]> {
  if (typeof value !== "object" || value === null || Array.isArray(value) || Object.keys(value).length === 0) {
    if (path.length > 0) yield [path, value];
    return;
  }
  for (const [key, item] of Object.entries(value)) yield* leaves(item as Value, [...path, key]);
}

function changed(random: Random, value: Value): Value {
  if (random.chance(0.05)) return null;
  if (typeof value === "boolean") return !value;
  if (typeof value === "number" || typeof value === "bigint") return random.pick<Value>([0, 1, 8443, "5"]);
  if (typeof value === "string")
    return random.pick<Value>([
      "",
      "web",
      "{{ .Release.Name }}-x",
      "a: b",
      "10Gi",
      "https://example.com/x",
      5,
      true,
      "IfNotPresent",
    ]);
  if (Array.isArray(value))
    return random.pick<Value>([
      [],
      ["a"],
      [{ name: "A", value: "b" }],
      [{ name: "x", key: "k", operator: "Exists" }],
      ["x", "y"],
    ]);
  return random.pick<Value>([
    {},
    { team: "a" },
    { a: "b", c: "{{ .Release.Name }}" },
    { requests: { cpu: "10m" } },
    { enabled: true },
    [{ name: "A" }],
  ]);
}

function setAt(target: { [key: string]: Value }, path: Path, value: Value): void {
  let at: { [key: string]: Value } = target;
  for (const key of path.slice(0, -1)) {
    const inner = at[key];
    if (typeof inner !== "object" || inner === null || Array.isArray(inner)) at[key] = {};
    at = at[key] as { [key: string]: Value };
  }
  at[path.at(-1) as string] = value;
}
