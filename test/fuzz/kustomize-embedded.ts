import { emitJson } from "#src/core/yaml/json.js";
import type { BuildCase } from "./kustomize-case.js";
import type { Random } from "./random.js";

const scalars = [
  "1",
  "1.5",
  "true",
  "~",
  "null",
  "",
  "x",
  "a b",
  "'q'",
  '"d"',
  "!!str 5",
  "yes",
  "0x1F",
  "2020-01-01",
  "é",
  "! x",
];
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
  const target = (): object => ({
    select: { kind: "ConfigMap" },
    fieldPaths: Array.from({ length: random.chance(0.15) ? 2 : 1 }, () => `data.x.${random.pick(paths)}`),
    ...(random.chance(0.5) ? { options: { create: true } } : {}),
  });
  const source = random.chance(0.8)
    ? { sourceValue: random.pick(values) }
    : { source: { kind: "Widget", fieldPath: random.pick(["spec.n", "spec.t", "spec.b"]) } };
  const kustomization = { resources: ["c.yaml", "w.yaml"], replacements: [{ ...source, targets: [target()] }] };
  return {
    files: {
      "kustomization.yaml": emitJson(kustomization as never),
      "c.yaml": emitJson({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "c" }, data: { x: embedded(random) } }),
      "w.yaml": "apiVersion: x.io/v1\nkind: Widget\nmetadata: {name: w}\nspec: {n: 7, t: text, b: true}\n",
    },
    target: "",
  };
}

function embedded(random: Random): string {
  if (random.chance(0.02)) return random.pick(["---", "---\n", "# only\n", "--- # x\n", "x", "x # y\n", "'x'"]);
  if (random.chance(0.15)) return `{${entriesInFlow(random, 2)}}`;
  const document = `${random.chance(0.1) ? `base: &base\n  a: 1\n  b: two\n` : ""}${mapping(random, "", 2)}`;
  const marked = random.chance(0.1) ? `---\n${document}` : document;
  return random.chance(0.6) ? commented(random, marked) : marked;
}

/** With comments on lines and between them, at indentations that occur around them, and with empty lines. */
function commented(random: Random, document: string): string {
  const lines = document.split("\n").slice(0, -1);
  const density = random.pick([0.05, 0.2, 0.5]);
  const out: string[] = [];
  let count = 0;
  const note = (): string => `#${random.pick(["", " "])}c${++count}`;
  const emptyLine = (): void => void (random.chance(0.3) && out.push(""));
  for (let at = 0; at <= lines.length; at++) {
    const around = [indentOf(lines[at - 1]), indentOf(lines[at]), indentOf(lines[at]), 0, 2];
    emptyLine();
    while (random.chance(density)) {
      out.push(`${" ".repeat(random.pick(around))}${note()}`);
      emptyLine();
    }
    if (at < lines.length) out.push(random.chance(density) ? `${lines[at]} ${note()}` : lines[at]!);
  }
  return `${out.join("\n")}${random.pick(["", "\n", "\n\n", "\n...\n"])}`;
}

function indentOf(line = ""): number {
  return line.length - line.trimStart().length;
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
  switch (depth > 0 ? random.below(12) : 0) {
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
    case 6:
      return random.pick([` [\n${deeper}x,\n${deeper}'q'\n${indent}]\n`, ` {\n${deeper}a: 1,\n${deeper}b: [2, 3]\n${indent}}\n`]);
    case 7:
      return ` ${random.pick(["'", '"'])}one\n\n${deeper}two`.replace(/^ (.)(.*)$/s, " $1$2$1\n");
    case 8:
      return random.pick([" *base\n", " &x 1\n", ` &y\n${mapping(random, deeper, depth - 1)}`, ` [*base, 'a\n\n${deeper}b']\n`]);
    case 9:
      return `\n${deeper}<<: *base\n${mapping(random, deeper, depth - 1)}`;
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
