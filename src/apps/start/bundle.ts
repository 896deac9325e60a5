import { statSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { codeCacheFile, compileLearning, compileWhole } from "./code-cache.js";
import { type BundleName, expectShortRun } from "./short-run.js";

/** What `scripts/bundle.mjs` makes of the entries `cli/bundled-*.ts`. */
interface Bundles {
  readonly program: BundledProgram;
  readonly helm: BundledProgram;
  readonly kustomize: typeof import("../cli/bundled-kustomize.js");
}

interface BundledProgram {
  runBundledProgram(args: readonly string[]): Promise<void>;
}

const dist = fileURLToPath(new URL("../../", import.meta.url));
const layers = ["platform", "core", "ports", "engine", "adapters", "simulator", "apps"];

/**
 * A bundle of commands, compiled from V8's own cache where there is one (ADR 0120);
 * undefined where the bundle is absent or older than what was compiled, and the modules are loaded one by one.
 */
export function loadBundle<Name extends BundleName>(
  name: Name,
  args: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): Bundles[Name] | undefined {
  const file = join(dist, "bundle", `${name}.cjs`);
  const built = statSync(file, { throwIfNoEntry: false });
  if (built === undefined || layers.some((layer) => modified(join(dist, `.${layer}.tsbuildinfo`)) > built.mtimeMs))
    return undefined;
  const build = `${file}-${built.size}-${built.mtimeMs}`;
  const command = args.find((arg) => !arg.startsWith("-")) ?? "";
  const { script, isLearning } =
    name !== "program"
      ? compileWhole(file, codeCacheFile(env, build))
      : compileLearning(file, codeCacheFile(env, `${build}-${command}${args.includes("--help") ? "-help" : ""}`));
  const module = { exports: {} };
  // CommonJS: the only kind of source whose compiled form V8 lets a program keep, on every Node that we support.
  script.runInThisContext()(module.exports, createRequire(file), module, file, dirname(file));
  if (!isLearning) expectShortRun(name);
  return module.exports as Bundles[Name];
}

function modified(name: string): number {
  return statSync(name, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
