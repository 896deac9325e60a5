// Writes deploy/install.yaml, what `kubectl apply -f` takes without a checkout, from deploy/install:
//   npx tsc -b && node scripts/generate-install.mjs
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { diskTree } from "../dist/adapters/fs/disk-tree.js";
import { buildKustomization } from "../dist/core/kustomize/index.js";

const deploy = fileURLToPath(new URL("../deploy", import.meta.url));
const built = buildKustomization(diskTree(deploy), "install");
if (built.kind !== "built") throw new Error("deploy/install needs what is not in the repository");
writeFileSync(
  `${deploy}/install.yaml`,
  `# Written by scripts/generate-install.mjs from deploy/install; do not edit.\n${built.yaml()}`,
);
