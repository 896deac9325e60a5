import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { constants, Script } from "node:vm";

/** What `scripts/bundle.mjs` makes of `cli/bundled-program.ts` and `cli/bundled-helm.ts`. */
interface BundledProgram {
  runBundledProgram(args: readonly string[]): Promise<void>;
}

const dist = fileURLToPath(new URL("../../", import.meta.url));
const layers = ["platform", "core", "ports", "engine", "adapters", "simulator", "apps"];

/**
 * A bundle of commands, compiled from V8's own cache where there is one (ADR 0120);
 * undefined where the bundle is absent or older than what was compiled, and the modules are loaded one by one.
 */
export function loadBundle(
  name: "helm" | "program",
  env: Readonly<Record<string, string | undefined>>,
): BundledProgram | undefined {
  const file = join(dist, "bundle", `${name}.cjs`);
  const built = statSync(file, { throwIfNoEntry: false });
  if (built === undefined || layers.some((layer) => modified(join(dist, `.${layer}.tsbuildinfo`)) > built.mtimeMs))
    return undefined;
  const script = compile(file, codeCacheFile(env, `${file}-${built.size}-${built.mtimeMs}`));
  const module = { exports: {} };
  // CommonJS: the only kind of source whose compiled form V8 lets a program keep, on every Node that we support.
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  return module.exports as BundledProgram;
}

function compile(file: string, cacheFile: string): Script {
  const text = `(function (exports, require, module, __filename, __dirname) {${readFileSync(file, "latin1")}\n})`;
  const options = { filename: file, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER };
  const cachedData = readIfThere(cacheFile);
  if (cachedData !== undefined) {
    const script = new Script(text, { ...options, cachedData });
    if (script.cachedDataRejected !== true) return script;
  }
  // Every function is compiled now, so that the cache does not depend on what this run happens to call.
  setFlagsFromString("--no-lazy");
  const script = new Script(text, options);
  setFlagsFromString("--lazy");
  keep(cacheFile, script.createCachedData());
  return script;
}

function codeCacheFile(env: Readonly<Record<string, string | undefined>>, build: string): string {
  const home = env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache");
  // V8 itself refuses another version's cache; the name keeps two Nodes from replacing each other's.
  return join(
    home,
    "fleetwright",
    "code",
    `${process.version}-${process.arch}-${build.replace(/[^\w.-]+/g, "_").slice(-150)}.cache`,
  );
}

/** A reader sees the whole file or none; where nothing can be written, every start compiles. */
function keep(cacheFile: string, bytes: Buffer): void {
  try {
    mkdirSync(dirname(cacheFile), { recursive: true, mode: 0o700 });
    const temporary = `${cacheFile}.${process.pid}.tmp`;
    writeFileSync(temporary, bytes, { mode: 0o600 });
    renameSync(temporary, cacheFile);
  } catch {}
}

function readIfThere(name: string): Buffer | undefined {
  try {
    return readFileSync(name);
  } catch {
    return undefined;
  }
}

function modified(name: string): number {
  return statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
