// Condenses Kubernetes' published OpenAPI v3 documents into the table that the simulator serves and validates with.
// Usage: node scripts/generate-openapi.mjs KUBERNETES_SOURCE/api/openapi-spec/v3 > src/simulator/openapi/schemas.generated.json
// One definition a line; only what the served groups reach; descriptions are cut to their first sentence.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const folder = process.argv[2];
const served = new Set(
  ["api/v1", "apps/v1", "batch/v1", "autoscaling/v1", "autoscaling/v2", "policy/v1"].concat(
    [
      "networking",
      "rbac.authorization",
      "storage",
      "apiextensions",
      "apiregistration",
      "admissionregistration",
      "coordination",
      "discovery",
      "events",
      "node",
      "scheduling",
      "authentication",
      "authorization",
      "certificates",
    ].map((group) => (group === "apiregistration" ? "apiregistration.k8s.io/v1" : `${group}.k8s.io/v1`)),
  ),
);

const all = new Map();
const roots = new Set();
for (const file of readdirSync(folder)) {
  const match = /^(?:apis__|)(.+)__(v1|v2)_openapi\.json$/.exec(file);
  if (!match || !served.has(`${match[1]}/${match[2]}`)) continue;
  const document = JSON.parse(readFileSync(join(folder, file), "utf8"));
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    all.set(name, schema);
    const kinds = schema["x-kubernetes-group-version-kind"];
    if (kinds?.length === 1 || name.endsWith(".meta.v1.Status") || name.endsWith("meta.v1.DeleteOptions")) roots.add(name);
  }
}

const reached = new Map();
function visit(name) {
  if (reached.has(name)) return;
  const schema = condense(all.get(name));
  reached.set(name, schema);
  for (const found of JSON.stringify(schema).matchAll(/#\/components\/schemas\/([^"]+)/g)) visit(found[1]);
}

function condense(node) {
  if (Array.isArray(node)) return node.map(condense);
  if (typeof node !== "object" || node === null) return node;
  // `allOf: [{$ref}]` with a default or description beside it: one reference.
  const out = {};
  for (const [key, value] of Object.entries(node)) {
    if (key === "description") out[key] = firstSentence(value);
    else if (key === "properties")
      out[key] = Object.fromEntries(Object.entries(value).map(([name, schema]) => [name, condense(schema)]));
    else if (key === "default" && typeof value === "object" && Object.keys(value).length === 0) continue;
    else if (key === "default" && value === "") continue;
    else out[key] = condense(value);
  }
  return out;
}

function firstSentence(text) {
  if (typeof text !== "string") return text;
  const end = /[.!?](?:\s|$)/.exec(text.replace(/(e\.g|i\.e|etc)\./gi, (found) => found.replaceAll(".", "_")));
  return end ? text.slice(0, end.index + 1) : text;
}

for (const name of [...roots].sort()) visit(name);
const lines = [...reached.keys()].sort().map((name) => `${JSON.stringify(name)}:${JSON.stringify(reached.get(name))}`);
process.stdout.write(`{\n${lines.join(",\n")}\n}\n`);
