// Writes deploy/crds (what a cluster installs) and deploy/schemas (what an editor checks against), both from the packed schemas in
// src/core/applicationset/admission:
//   npx tsc -b && node scripts/generate-crds.mjs && npx biome check --write deploy/schemas
import { mkdirSync, writeFileSync } from "node:fs";
import { editorSchemaOf, kinds } from "../dist/core/applicationset/admission/crd.js";
import { installedCrdOf } from "../dist/core/applicationset/admission/installed-crd.js";
import { emitYaml } from "../dist/core/yaml/emit.js";

const deploy = new URL("../deploy/", import.meta.url);
mkdirSync(new URL("schemas/", deploy), { recursive: true });
for (const kind of kinds) {
  const yaml = emitYaml(installedCrdOf(kind), { style: "kubernetes" });
  writeFileSync(new URL(`crds/${kind.plural}.yaml`, deploy), `# Written by scripts/generate-crds.mjs; do not edit.\n${yaml}`);
  writeFileSync(new URL(`schemas/${kind.singular}.schema.json`, deploy), `${JSON.stringify(editorSchemaOf(kind), null, 2)}\n`);
}
