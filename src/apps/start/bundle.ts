import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { type Compiled, codeCacheFile, compileLearning, compileWhole } from "./code-cache.js";
import { type BundleName, expectShortRun } from "./short-run.js";

/** What `scripts/bundle.mjs` makes of the entries `cli/bundled-*.ts`. */
interface Bundles {
  readonly program: BundledProgram;
  readonly impact: BundledProgram;
  readonly helm: BundledProgram;
  readonly kustomize: typeof import("../cli/bundled-kustomize.js");
}

interface BundledProgram {
  runBundledProgram(args: readonly string[]): Promise<void>;
}

const layers = ["platform", "core", "ports", "engine", "adapters", "simulator", "apps"];
/** Of Node: what a warm run of `impact` uses. */
const builtIns = ["node:crypto", "node:fs", "node:os", "node:path", "node:util", "node:v8", "node:zlib"];

/**
 * A bundle of commands in `dist`, compiled from V8's own cache where there is one (ADR 0120);
 * undefined where the bundle is absent or older than what was compiled, and the modules are loaded one by one.
 */
export function loadBundle<Name extends BundleName>(
  name: Name,
  args: readonly string[],
  { dist, env }: { readonly dist: string; readonly env: Readonly<Record<string, string | undefined>> },
): Bundles[Name] | undefined {
  const folder = join(dist, "bundle");
  const made = modified(join(folder, `${name}.cjs`));
  if (made === 0 || layers.some((layer) => modified(join(dist, `.${layer}.tsbuildinfo`)) > made)) return undefined;
  const command = args.find((arg) => !arg.startsWith("-")) ?? "";
  const run = `${command}${args.includes("--help") ? "-help" : ""}`;
  const parts = new Map<string, object>();
  let isLearning = false;
  const load = (part: string): object => {
    const known = parts.get(part);
    if (known) return known;
    const file = join(folder, `${part}.cjs`);
    const { size, mtimeMs } = statSync(file);
    const build = `${file}-${size}-${mtimeMs}`;
    const compiled: Compiled =
      name === "kustomize"
        ? compileWhole(file, codeCacheFile(env, build))
        : compileLearning(file, codeCacheFile(env, `${build}-${run}`));
    isLearning ||= compiled.isLearning;
    const module = { exports: {} };
    parts.set(part, module.exports);
    const nodeRequire = createRequire(file);
    const require = (id: string): unknown => (id.startsWith("./") ? load(id.slice(2, -".cjs".length)) : nodeRequire(id));
    // CommonJS: the only kind of source whose compiled form V8 lets a program keep, on every Node that we support.
    compiled.script.runInThisContext()(module.exports, require, module, file, dirname(file), load);
    return module.exports;
  };
  // Its parts are loaded while it runs: they are compiled and kept under the flags that hold then. Node's own were kept under V8's.
  if (name === "impact") {
    const require = createRequire(import.meta.url);
    for (const id of builtIns) require(id);
    expectShortRun(name);
  }
  const program = load(name);
  if (name !== "impact" && !isLearning) expectShortRun(name);
  return program as Bundles[Name];
}

function modified(name: string): number {
  return statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
