// Brings a fresh clone to where its commands run: dependencies installed, sources compiled. Quick when nothing is missing.
import { spawnSync } from "node:child_process";
import { existsSync, lstatSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { isBundleStale } from "./bundle-staleness.mjs";

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

export function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: "inherit", ...options });
  if (result.error) throw result.error;
  return result.status ?? 1;
}

export function bin(name) {
  return join(root, "node_modules", ".bin", name);
}

function requireNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  process.stderr.write(`Fleetwright needs Node 20.19 or newer; this is ${process.version}.\n`);
  process.exit(2);
}

/** Whether what is installed was installed from another lock file. A linked folder is somebody else's to keep. */
function mustInstall() {
  const modules = join(root, "node_modules");
  if (existsSync(modules) && lstatSync(modules).isSymbolicLink()) return false;
  const installed = join(modules, ".package-lock.json");
  if (!existsSync(installed)) return true;
  const wanted = packagesOf(join(root, "package-lock.json"));
  const present = packagesOf(installed);
  return [...wanted].some(([path, version]) => present.get(path) !== version);
}

function packagesOf(lockFile) {
  const { packages } = JSON.parse(readFileSync(lockFile, "utf8"));
  return new Map(
    Object.entries(packages)
      .filter(([path, entry]) => path !== "" && !entry.optional)
      .map(([path, entry]) => [path, entry.version]),
  );
}

function isPageStale() {
  const built = join(root, "web/dist/index.html");
  if (!existsSync(built)) return true;
  const sources = [
    "web/index.html",
    "web/vite.config.ts",
    ...readdirSync(join(root, "web/src")).map((name) => `web/src/${name}`),
  ];
  return sources.some((name) => statSync(join(root, name)).mtimeMs > statSync(built).mtimeMs);
}

export function setup() {
  requireNode();
  if (mustInstall()) {
    process.stderr.write("Installing dependencies …\n");
    const status = run("npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    if (status !== 0) process.exit(status);
  }
  const status =
    run(bin("tsc"), ["-b"]) ||
    (isBundleStale() ? run(process.execPath, [join(root, "scripts/bundle.mjs")]) : 0) ||
    (isPageStale() ? run(bin("vite"), ["build", "--config", "web/vite.config.ts"]) : 0);
  if (status !== 0) process.exit(status);
}
