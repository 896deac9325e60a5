import { emitJson } from "#src/core/yaml/json.js";
import type { BuildCase } from "./kustomize-case.js";
import type { Random } from "./random.js";
import { randomText, wrappedText } from "./random-text.js";

/** One custom resource full of strings and numbers, as JSON or as YAML in any style: what the reader makes of them and the writer prints. */
export function randomScalars(random: Random): BuildCase {
  const [name, text] = random.pick([jsonStrings, jsonWraps, plainScalars, styledScalars, numbers, keys])(random);
  const patch = random.chance(0.2) ? patches(random) : "";
  return { files: { "kustomization.yaml": `resources: [${name}]\n${patch}`, [name]: text }, target: "" };
}

function patches(random: Random): string {
  return random.pick([
    "namePrefix: p-\n",
    "commonAnnotations: {z: z}\n",
    "labels: [{pairs: {z: z}}]\n",
    'patches:\n- target: {kind: .*}\n  patch: \'[{"op":"add","path":"/spec/added","value":1}]\'\n',
    "patches:\n- target: {kind: .*}\n  patch: '{apiVersion: x.io/v1, kind: Any, metadata: {name: any}, spec: {added: 1}}'\n",
    "buildMetadata: [originAnnotations]\n",
  ]);
}

type Named = readonly [string, string];

function head(kind: string): { [key: string]: unknown } {
  return { apiVersion: "x.io/v1", kind, metadata: { name: "r" } };
}

function jsonStrings(random: Random): Named {
  const data: Record<string, string> = {};
  for (let i = 0; i < 12; i++) data[`k${i}`] = randomText(random);
  return [
    "r.json",
    emitJson({ ...(head("S") as object), spec: data, data: { n: { n: { n: data } }, list: Object.values(data) } } as never),
  ];
}

function jsonWraps(random: Random): Named {
  const spec: Record<string, string> = {};
  for (let i = 0; i < 12; i++) spec[`w${i}`] = wrappedText(random);
  let nested: unknown = spec;
  for (let depth = random.below(6); depth > 0; depth--) nested = random.chance(0.7) ? { n: nested } : [nested];
  return ["r.json", emitJson({ ...(head("W") as object), spec: nested } as never, { escapeHtml: false })];
}

function keys(random: Random): Named {
  const spec: Record<string, string> = {};
  for (let i = 0; i < 7; i++)
    spec[
      random.chance(0.3) ? randomText(random).slice(0, 140) : random.pick(["a", "A", "_", "-", ".", "z"]) + random.below(200)
    ] = `v${i}`;
  for (let i = 0; i < 5; i++)
    spec[random.pick(["1", "10", "2", "yes", "no", "true", "null", "~", "1.5", "", " ", "a b", "<<", "=", "é"])] = `o${i}`;
  return ["r.json", emitJson({ ...(head("K") as object), spec } as never, { escapeHtml: false })];
}

const odd = [
  "0777",
  "0o17",
  "0x1F",
  "0b101",
  "1e3",
  "1E3",
  "1.0",
  "1.50",
  "-0",
  "-0.0",
  "+1",
  "+1.5",
  ".5",
  "5.",
  "1_000",
  "1e-7",
  "123456789012345678",
  "12345678901234567890",
  "9007199254740993",
  "18446744073709551616",
  "18446744073709551615",
  "0.1",
  "1e21",
  "1e20",
  "100000000000000000000",
  "1e6",
  "1e400",
  "-1e400",
  "0x",
  "0b",
  "0o",
  "0o8",
  "08",
  "09",
  "0_1",
  "1__0",
  "_1",
  "1_",
  "-0x1F",
  "-0b1",
  "-0o17",
  "+0x1F",
  "0X1F",
  "0B1",
  "0O17",
  ".inf",
  "-.inf",
  "+.inf",
  ".Inf",
  ".INF",
  ".iNf",
  ".nan",
  ".NaN",
  ".NAN",
  "~",
  "null",
  "Null",
  "NULL",
  "nULL",
  "true",
  "True",
  "TRUE",
  "tRUE",
  "yes",
  "Yes",
  "no",
  "NO",
  "on",
  "off",
  "y",
  "n",
  "Y",
  "N",
  "2020-01-01",
  "2020-1-1",
  "2020-01-01T00:00:00Z",
  "2020-01-01 00:00:00",
  "2020-01-01t01:02:03.456+02:00",
  "2001-12-14 21:59:43.10 -5",
  "2020-13-01",
  "12:30:45",
  "190:20:30",
  "1:2",
  "!!str 1",
  '!!int "3"',
  "!!int 3.0",
  "!!float 3",
  "!!float 3.5",
  "!!float 1e3",
  "!!bool yes",
  "!!bool true",
  "!!bool on",
  '!!null ""',
  "!!null null",
  "!!str",
  "!!str ~",
  "!!str true",
  "!!binary aGk=",
  "!!binary |\n    aGVs\n    bG8=",
  "!custom x",
  "! x",
  "! 12",
  "!!timestamp 2020-01-01",
  "!!set {a, b}",
  "!!omap [a: 1]",
  "!!map {}",
  "!!seq []",
  "!<tag:yaml.org,2002:str> 5",
  "&a x",
  "&a",
  "[a, b: c]",
  "{a, b: }",
  "[1,2,]",
  "[]",
  "{}",
  "[,]",
  "{,}",
  "[a,,b]",
  "- a",
  "? a",
  "a: b",
  "a:b",
  "a #b",
  "a# b",
  "#c",
  "'x'",
  '"x"',
  "'it''s'",
  '"\\u00e9\\x41\\U0001F600\\/\\_\\N\\L\\P\\e\\0\\a\\b\\t\\n\\v\\f\\r\\ \\""',
  '"\\q"',
  '"\\x4"',
  '"\\ud83d\\ude00"',
  '"\\ud800"',
  "@a",
  "`a`",
  "%a",
  "*nope",
  "|",
  ">",
  "|\n    x",
  "|-\n    x\n",
  "|+\n    x\n\n",
  ">\n    a\n    b\n\n    c\n",
  ">-\n    a\n     b\n    c",
  "|2\n      x",
  "|1\n    x",
  ">3-\n       a",
  "|0\n    x",
  "|10\n    x",
  "| # c\n    x",
  "|#c\n    x",
  "x\n    y",
  "x\n\n    y",
  "'x\n    y'",
  '"x\n    y"',
  '"x\\\n    y"',
  "'x\n\n    y'",
  '"x \\\n      \\ y"',
  "a\tb",
  "\ta",
  "a\t",
  "'\t'",
  '"\t"',
  "é",
  "日本",
  "😀",
  "\u00a0",
  "\u2028",
  "\u0085",
  "\ufeff",
  "a\u2028b",
  "-",
  "--",
  "---",
  "...",
  "--- a",
  "-a",
  "?a",
  ":a",
  ":",
  "a:",
  "<<",
  "=",
  "1,2",
  "1,000",
  "$x",
  "{{ x }}",
  "1.2.3",
  "1e",
  "e1",
  "1e+",
  "1e+3",
  "1.e3",
  "+.5",
  "-.5",
  "1.5e300",
  "1.7976931348623157e308",
  "5e-324",
  "2e-324",
  "123456789.123456789",
  "0.000001",
  "0.0000001",
  "1e15",
  "1e16",
  "1e17",
  "1e22",
  "123456.789e3",
  "-9223372036854775808",
  "-9223372036854775809",
  "9223372036854775808",
  "00",
  "-01",
  "+01",
  "1.10",
  "10.0",
  "100.",
  "0.0",
  "0e0",
  "0e5",
  "infinity",
  "inf",
  "nan",
  "Infinity",
  "0x1p3",
  "0x1.8",
  "1_0.5",
  "1_0e1_0",
  "0x_1",
  "0b_1",
] as const;

function plainScalars(random: Random): Named {
  const lines = Array.from({ length: 1 + random.below(8) }, (_, i) => `  k${i}: ${random.pick(odd)}\n`).join("");
  const list = random.chance(0.5)
    ? `  list:\n${Array.from({ length: random.below(5) }, () => `  - ${random.pick(odd).replaceAll("\n", "\n  ")}\n`).join("")}`
    : "";
  const key = random.pick(odd.filter((text) => /^[^&!{[|>?-]/.test(text)));
  const odds = random.chance(0.1) ? `  ? ${key}\n  : v\n` : random.chance(0.2) ? `  ${key}: v\n` : "";
  return ["r.yaml", `apiVersion: x.io/v1\nkind: Scalars\nmetadata: {name: s}\nspec:\n${lines}${list}${odds}`];
}

function numbers(random: Random): Named {
  const digits = (count: number): string => Array.from({ length: count }, () => random.below(10)).join("");
  const one = (): string => {
    const sign = random.pick(["", "", "-", "+"]);
    const whole = random.pick(["0", digits(1), digits(3), digits(1 + random.below(22)), "", `${digits(2)}_${digits(2)}`]);
    const fraction = random.chance(0.5) ? `.${digits(random.below(20))}` : "";
    const exponent = random.chance(0.3)
      ? `${random.pick(["e", "E"])}${random.pick(["", "+", "-"])}${digits(1 + random.below(3))}`
      : "";
    return sign + whole + fraction + exponent;
  };
  const json = random.chance(0.3);
  if (!json)
    return [
      "r.yaml",
      `apiVersion: x.io/v1\nkind: N\nmetadata: {name: s}\nspec:\n${Array.from({ length: 12 }, (_, i) => `  k${i}: ${one()}\n`).join("")}`,
    ];
  const legal = (): string => {
    const text = one()
      .replace(/^\+/, "")
      .replace(/_/g, "")
      .replace(/^(-?)0+(?=\d)/, "$1")
      .replace(/^(-?)(?=[.e]|$)/i, "$10")
      .replace(/\.(?!\d)/, "");
    return text;
  };
  return [
    "r.json",
    `{"apiVersion":"x.io/v1","kind":"N","metadata":{"name":"s"},"spec":[${Array.from({ length: 12 }, legal).join(",")}]}`,
  ];
}

/** The same strings in every style of YAML. */
function styledScalars(random: Random): Named {
  const lines: string[] = [];
  for (let i = 0; i < 6; i++)
    lines.push(`  k${i}: ${styled(random, random.chance(0.5) ? wrappedText(random) : randomText(random).slice(0, 60))}`);
  return ["r.yaml", `apiVersion: x.io/v1\nkind: Styled\nmetadata: {name: s}\nspec:\n${lines.join("\n")}\n`];
}

function styled(random: Random, text: string): string {
  const pad = "    ";
  const lines = text.replace(/[\r\u0085\u2028\u2029]/g, " ").split("\n");
  switch (random.below(5)) {
    case 0:
      return `|${random.pick(["", "-", "+"])}\n${lines.map((line) => (line === "" ? "" : pad + line)).join("\n")}`;
    case 1:
      return `>${random.pick(["", "-", "+"])}\n${lines.map((line) => (line === "" ? "" : pad + line)).join("\n")}`;
    case 2:
      return `'${lines.join(`\n\n${pad}`).replaceAll("'", "''")}'`;
    case 3:
      return `"${lines.join(`\n\n${pad}`).replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
    default:
      return lines.join(`\n${pad}`);
  }
}
