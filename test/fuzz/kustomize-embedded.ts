import { emitJson } from "#src/core/yaml/json.js";
import type { BuildCase } from "./kustomize-case.js";
import type { Random } from "./random.js";

const scalars = ["1", "1.5", "true", "~", "null", "", "x", "a b", "'q'", '"d"', "!!str 5", "yes", "0x1F", "2020-01-01", "é"];
const values = [
  "5",
  "x",
  "true",
  "1.5",
  "null",
  "",
  "yes",
  "a: b",
  "0x1F",
  "x\ny\n",
  "#c",
  "it's",
  'a "b"',
  "- x",
  "[",
  "2020-01-01",
];
const paths = ["a", "b", "c", "n", "a.b", "a.0", "a.1", "b.a", "c.b.a", "a.[b=x].c", "b.*", "c.n", "0", "a.b.c"];

/** Replacements into the YAML or JSON that a ConfigMap holds. */
export function randomEmbedded(random: Random): BuildCase {
  const document = random.chance(0.15) ? `{${entriesInFlow(random, 2)}}` : mapping(random, "", 2);
  const target = (): object => ({
    select: { kind: "ConfigMap" },
    fieldPaths: [`data.x.${random.pick(paths)}`],
    ...(random.chance(0.5) ? { options: { create: true } } : {}),
  });
  const source = random.chance(0.8)
    ? { sourceValue: random.pick(values) }
    : { source: { kind: "Widget", fieldPath: random.pick(["spec.n", "spec.t", "spec.b"]) } };
  const kustomization = { resources: ["c.yaml", "w.yaml"], replacements: [{ ...source, targets: [target()] }] };
  return {
    files: {
      "kustomization.yaml": emitJson(kustomization as never),
      "c.yaml": emitJson({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { x: document } }),
      "w.yaml": "apiVersion: x.io/v1\nkind: Widget\nmetadata: {name: w}\nspec: {n: 7, t: text, b: true}\n",
    },
    target: "",
  };
}

function mapping(random: Random, indent: string, depth: number): string {
  const keys = random.some(["a", "b", "c"], 0.7);
  if (keys.length === 0) keys.push("a");
  return keys.map((key) => `${indent}${key}:${value(random, indent, depth)}`).join("");
}

function sequence(random: Random, indent: string, depth: number): string {
  const items = Array.from({ length: 1 + random.below(3) }, () =>
    depth > 0 && random.chance(0.4)
      ? mapping(random, `${indent}  `, depth - 1).slice(indent.length + 2)
      : `${random.pick(scalars)}\n`,
  );
  return items.map((item) => `${indent}- ${item}`).join("");
}

function value(random: Random, indent: string, depth: number): string {
  const deeper = `${indent}${random.pick(["  ", "    "])}`;
  switch (depth > 0 ? random.below(8) : 0) {
    case 1:
      return `\n${mapping(random, deeper, depth - 1)}`;
    case 2:
      return `\n${sequence(random, random.pick([indent, deeper]), depth - 1)}`;
    case 3:
      return ` {${entriesInFlow(random, depth)}}\n`;
    case 4:
      return ` [${random.some(["1", "x", "'q'", "true"], 0.6).join(", ")}]\n`;
    case 5:
      return ` ${random.pick(["|", "|-", ">", ">-"])}\n${deeper}line one\n${deeper}${random.pick(["two", "three and four"])}\n`;
    default:
      return ` ${random.pick(scalars)}\n`;
  }
}

function entriesInFlow(random: Random, depth: number): string {
  return random
    .some(["a", "b", "c"], 0.7)
    .map(
      (key) =>
        `"${key}": ${depth > 0 && random.chance(0.3) ? `{${entriesInFlow(random, depth - 1)}}` : random.pick(["1", '"s"', "true", "null", "[1, 2]"])}`,
    )
    .join(", ");
}
