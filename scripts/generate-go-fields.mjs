// Reads Kubernetes' Go types for what OpenAPI does not tell: which fields are pointers (a zero value stays) and which are written even when empty.
// Usage: node scripts/generate-go-fields.mjs MODULES_FOLDER VERSION > src/simulator/openapi/go-fields.generated.json
// MODULES_FOLDER holds the modules api@VERSION, apimachinery@VERSION and apiextensions-apiserver@VERSION.
// One definition a line: {"pointers":[fields], "always":{field: zero value}}.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [modules, version] = process.argv.slice(2);
const schemas = JSON.parse(readFileSync(new URL("../src/simulator/openapi/schemas.generated.json", import.meta.url), "utf8"));
const folderOf = (module) => join(modules, `${module}@${version}`);

const packages = [
  [join(folderOf("apimachinery"), "pkg/apis/meta/v1"), "io.k8s.apimachinery.pkg.apis.meta.v1"],
  [
    join(folderOf("apiextensions-apiserver"), "pkg/apis/apiextensions/v1"),
    "io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1",
  ],
];
for (const group of readdirSync(folderOf("api"))) {
  for (const api of ["v1", "v2"]) {
    const folder = join(folderOf("api"), group, api);
    if (existsSync(folder)) packages.push([folder, `io.k8s.api.${group}.${api}`]);
  }
}

const structs = new Map();
for (const [folder, prefix] of packages) {
  for (const file of readdirSync(folder)) {
    if (!/types.*\.go$/.test(file) && file !== "types.go") continue;
    for (const found of readFileSync(join(folder, file), "utf8").matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm))
      structs.set(`${prefix}.${found[1]}`, found[2]);
  }
}

function fieldsOf(name, seen = new Set()) {
  const body = structs.get(name);
  if (!body || seen.has(name)) return [];
  seen.add(name);
  const prefix = name.slice(0, name.lastIndexOf("."));
  const fields = [];
  for (const line of body.split("\n")) {
    const match = /^\s*(?:(\w+)\s+)?([*[\]\w.{}]+)\s+`.*?json:"([^"]*)"/.exec(line);
    if (!match) continue;
    const [json, ...options] = match[3].split(",");
    if (options.includes("inline") || json === "") fields.push(...fieldsOf(`${prefix}.${match[2].replace(/^\*/, "")}`, seen));
    else if (json !== "-") fields.push({ json, type: match[2], options });
  }
  return fields;
}

function targetOf(schema) {
  const ref = schema?.$ref ?? schema?.allOf?.[0]?.$ref;
  return ref ? schemas[ref.slice(ref.lastIndexOf("/") + 1)] : schema;
}

const lines = [];
for (const name of Object.keys(schemas)) {
  const pointers = [];
  const always = {};
  for (const { json, type, options } of fieldsOf(name)) {
    const property = schemas[name].properties?.[json];
    if (!property) continue;
    const target = targetOf(property);
    const isStruct =
      /^[\w.]+$/.test(type) &&
      ((target?.type === "object" && target.additionalProperties === undefined) || target?.format === "date-time");
    if (type.startsWith("*")) {
      pointers.push(json);
      if (!options.includes("omitempty")) always[json] = null;
    } else if (isStruct) {
      if (!options.includes("omitzero") || json === "creationTimestamp") always[json] = target.format === "date-time" ? null : {};
    } else if (!options.includes("omitempty")) {
      always[json] =
        type.startsWith("[]") || type.startsWith("map")
          ? null
          : target?.type === "boolean"
            ? false
            : target?.type === "integer"
              ? 0
              : target?.type === "string" && type !== "resource.Quantity"
                ? ""
                : null;
    }
  }
  if (pointers.length + Object.keys(always).length > 0)
    lines.push(`${JSON.stringify(name)}:${JSON.stringify({ pointers, always })}`);
}
process.stdout.write(`{\n${lines.join(",\n")}\n}\n`);
