// Apart from bundle.mjs, which loads the bundler: this is asked before anything is installed.
import { existsSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const file = join(root, "dist/bundle/program.cjs");
const layers = ["platform", "core", "ports", "engine", "adapters", "simulator", "apps"];

/** Whether something was compiled or installed after the bundle was made. */
export function isBundleStale() {
  if (!existsSync(file)) return true;
  const built = statSync(file).mtimeMs;
  return [...layers.map((layer) => `dist/.${layer}.tsbuildinfo`), "package-lock.json", "scripts/bundle.mjs"].some(
    (name) => existsSync(join(root, name)) && statSync(join(root, name)).mtimeMs > built,
  );
}
