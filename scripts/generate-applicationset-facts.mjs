// Writes the facts about Argo CD's API types that core/applicationset works from:
//   node scripts/generate-applicationset-facts.mjs ARGO_CD_SOURCE_DIR UNIDECODE_SOURCE_DIR
// ARGO_CD_SOURCE_DIR is the source of github.com/argoproj/argo-cd/v3 at the version to follow (`go mod download -json` prints where it is).
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseYaml } from "../dist/core/yaml/parse.js";

const [source, unidecode] = process.argv.slice(2);
if (!source || !unidecode) throw new Error("usage: generate-applicationset-facts.mjs ARGO_CD_SOURCE_DIR UNIDECODE_SOURCE_DIR");
const structs = new Map();
const packages = /\b(metav1|apiextensionsv1|runtime|intstr)\./g;
const scalars = { string: 1, bool: 1, int64: 1, int32: 1, int: 1, JSON: 1, RawExtension: 1, IntOrString: 1, Time: 1 };
const target = new URL("../src/core/applicationset/", import.meta.url).pathname;
const header = "// Written by scripts/generate-applicationset-facts.mjs; do not edit.\n";

writeGoTypes();
writeCrd("applicationset-crd.yaml", "applicationset-crd.generated.ts", "applicationSetCrd");
writeCrd("application-crd.yaml", "application-crd.generated.ts", "applicationCrd");
writeCrd("appproject-crd.yaml", "appproject-crd.generated.ts", "appProjectCrd");

writeTransliterations();

/** ASCII forms of letters that branch names hold: Latin, Greek, Cyrillic, Armenian and punctuation (github.com/gosimple/unidecode). */
function writeTransliterations() {
  const ranges = [
    [0xa0, 0x58f],
    [0x1e00, 0x1fff],
    [0x2000, 0x22ff],
  ];
  const table = new Map();
  for (const line of readFileSync(join(unidecode, "table.txt"), "utf8").split("\n")) {
    const found = /^0x([0-9a-f]{4}): (".*")$/i.exec(line.trim());
    if (found) table.set(Number.parseInt(found[1], 16), JSON.parse(found[2].replace(/\\x([0-9a-f]{2})/gi, "\\u00$1")));
  }
  const lines = ranges.map(([from, to]) => {
    const texts = Array.from({ length: to - from + 1 }, (_, index) => table.get(from + index) ?? "");
    return `  [${from}, ${JSON.stringify(texts.join("\t"))}],`;
  });
  writeFileSync(
    join(target, "template/transliterations.generated.ts"),
    `${header}/** First code point of a range, and the ASCII forms of it and its followers with tabs between. */\nexport const transliterations: readonly (readonly [from: number, texts: string])[] = [\n${lines.join("\n")}\n];\n`,
  );
}

/** name → `[jsonName, type, omitempty | omitzero][]` for a struct, or a type expression for a named type. */
function writeGoTypes() {
  const folder = join(source, "pkg/apis/application/v1alpha1");
  const text = readdirSync(folder)
    .filter((file) => file.endsWith(".go") && !file.endsWith("_test.go") && !/generated|zz_/.test(file))
    .map((file) => readFileSync(join(folder, file), "utf8"))
    .join("\n");
  for (const [, name, body] of text.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)) structs.set(name, body);
  const named = new Map();
  for (const [, name, type] of text.matchAll(/^type (\w+) ((?:\[\]|map\[string\]|\*)*[\w.]+)$/gm))
    named.set(name, type.replace(packages, ""));
  const out = {};
  const visit = (expression) => {
    const name = expression.replace(/^(?:\[\]|map\[string\]|\*)+/, "");
    if (name in out || name in scalars) return;
    if (structs.has(name)) {
      out[name] = fieldsOf(structs.get(name));
      for (const [, type] of out[name]) visit(type);
    } else if (named.has(name)) {
      out[name] = named.get(name);
      visit(named.get(name));
    } else throw new Error(`unknown type ${name}`);
  };
  out.LabelSelector = [
    ["matchLabels", "map[string]string", 1],
    ["matchExpressions", "[]LabelSelectorRequirement", 1],
  ];
  out.LabelSelectorRequirement = [
    ["key", "string", 0],
    ["operator", "string", 0],
    ["values", "[]string", 1],
  ];
  // Its own marshaller: the name is always written, a map or list that was given stays even when it is empty.
  out.ApplicationSourcePluginParameter = [
    ["name", "string", 0],
    ["string", "*string", 1],
    ["map", "*map[string]string", 1],
    ["array", "*[]string", 1],
  ];
  for (const root of ["ApplicationSetSpec", "ApplicationSpec", "Operation", "NestedMatrixGenerator", "NestedMergeGenerator"])
    visit(root);
  const lines = Object.entries(out).map(([name, type]) => `  ${name}: ${JSON.stringify(type)},`);
  writeFileSync(
    join(target, "model/go-types.generated.ts"),
    `${header}/** Struct fields are \`[name, type, kept]\`: kept 0 always, 1 unless empty, 2 unless zero. */\nexport const goTypes: Readonly<Record<string, string | readonly (readonly [name: string, type: string, kept: number])[]>> = {\n${lines.join("\n")}\n};\n`,
  );
}

function fieldsOf(body) {
  const fields = [];
  for (const line of body.split("\n")) {
    const embedded = /^\s*(\w+)\s+`json:"([^"]*)"/.exec(line);
    const plain = /^\s*(\w+)\s+(\S+)\s+`json:"([^"]*)"/.exec(line);
    if (plain) {
      const [name, ...options] = plain[3].split(",");
      if (name === "-") continue;
      const kept = options.includes("omitzero") ? 2 : options.includes("omitempty") ? 1 : 0;
      fields.push([name, plain[2].replace(packages, ""), kept]);
    } else if (embedded) {
      const name = embedded[2].split(",")[0];
      if (name === "") fields.push(...fieldsOf(structs.get(embedded[1])));
      else fields.push([name, embedded[1], embedded[2].includes("omitempty") ? 1 : 0]);
    }
  }
  return fields;
}

/** The schema of the CRD's storage version, equal sub-schemas written once: a node refers to others by their index. */
function writeCrd(file, out, name) {
  const crd = parseYaml(readFileSync(join(source, "manifests/crds", file), "utf8"), { dialect: "kubernetes", file });
  const nodes = [];
  const indexOf = new Map();
  const intern = (schema) => {
    const node = {};
    for (const [key, value] of Object.entries(schema)) {
      if (key === "description") continue;
      if (key === "properties")
        node[key] = Object.fromEntries(Object.entries(value).map(([field, child]) => [field, intern(child)]));
      else if (key === "items" || (key === "additionalProperties" && typeof value === "object")) node[key] = intern(value);
      else node[key] = value;
    }
    const text = JSON.stringify(node);
    if (!indexOf.has(text)) indexOf.set(text, nodes.push(text) - 1);
    return indexOf.get(text);
  };
  const root = intern(crd.spec.versions[0].schema.openAPIV3Schema);
  writeFileSync(
    join(target, "admission", out),
    `${header}import type { PackedSchema } from "./packed-schema.js";\n\nexport const ${name}: PackedSchema = {\n  root: ${root},\n  nodes: [\n${nodes.map((node) => `    ${node},`).join("\n")}\n  ],\n};\n`,
  );
}
