// Condenses Kubernetes' .proto files into the field tables of the simulator's protobuf reader.
// Usage: node scripts/generate-protobuf.mjs MODULES_FOLDER VERSION > src/simulator/protobuf/fields.generated.json
// One message a line: {"number": "name type"}; a repeated field's type begins with "*", a map's is "map KEY VALUE".
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const [modules, version] = process.argv.slice(2);
const files = ["pkg/apis/meta/v1", "pkg/runtime", "pkg/util/intstr", "pkg/api/resource"].map((path) =>
  join(modules, `apimachinery@${version}`, path),
);
const api = join(modules, `api@${version}`);
for (const group of readdirSync(api)) for (const name of ["v1", "v2"]) files.push(join(api, group, name));
files.push(join(modules, `apiextensions-apiserver@${version}`, "pkg/apis/apiextensions/v1"));

const lines = [];
for (const folder of files) {
  const file = join(folder, "generated.proto");
  if (!existsSync(file)) continue;
  const source = readFileSync(file, "utf8").replace(/^\s*\/\/.*$/gm, "");
  const name = /^package ([\w.]+);/m.exec(source)[1];
  for (const [, message, body] of source.matchAll(/^message (\w+) \{([\s\S]*?)^\}/gm)) {
    const fields = {};
    for (const [, label, type, field, number] of body.matchAll(
      /^\s*(optional |repeated |)([\w.]+|map<[^>]+>) (\w+) = (\d+);/gm,
    )) {
      fields[number] = `${field} ${label === "repeated " ? "*" : ""}${typeName(type, name)}`;
    }
    lines.push(`${JSON.stringify(`${name}.${message}`.replace("k8s.io.", ""))}:${JSON.stringify(fields)}`);
  }
}
process.stdout.write(`{\n${lines.join(",\n")}\n}\n`);

function typeName(type, name) {
  const map = /^map<(.+), (.+)>$/.exec(type);
  if (map) return `map ${map[1]} ${typeName(map[2], name)}`;
  if (/^(string|bytes|bool|int32|int64|double|uint32|uint64)$/.test(type)) return type;
  return type.startsWith(".") ? type.slice(1).replace("k8s.io.", "") : `${name}.${type}`.replace("k8s.io.", "");
}
