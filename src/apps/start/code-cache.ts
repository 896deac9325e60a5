import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { constants, Script } from "node:vm";
import { cacheFolder } from "../cache-folder.js";

export interface Compiled {
  readonly script: Script;
  /** A process whose compiled functions are still to be kept: V8's flags must stay what they are. */
  readonly isLearning: boolean;
}

/**
 * Runs of a command whose functions are gathered. The first one mostly computes everything, and most that it calls is not called again: the second
 * one starts anew, the third one adds to it.
 */
const learningRuns = 3;

/**
 * A script from V8's own cache. What a command called in its first runs is kept compiled, and nothing else: reading all of a bundle costs more
 * than a command itself (ADR 0181). What is not there is compiled when it is called.
 */
export function compileLearning(file: string, cacheFile: string): Compiled {
  const { text, options } = sourceOf(file);
  for (let runs = learningRuns; runs > 1; runs--) {
    const script = fromCache(text, options, `${cacheFile}.${runs}`);
    if (!script) continue;
    if (runs < learningRuns) keepAtExit(script, cacheFile, runs + 1);
    return { script, isLearning: runs < learningRuns };
  }
  const script = new Script(text, options);
  keepAtExit(script, cacheFile, existsSync(`${cacheFile}.1`) ? 2 : 1);
  return { script, isLearning: true };
}

/** A script with every function compiled: for a bundle of which most is called. */
export function compileWhole(file: string, cacheFile: string): Compiled {
  const { text, options } = sourceOf(file);
  const known = fromCache(text, options, cacheFile);
  if (known) return { script: known, isLearning: false };
  setFlagsFromString("--no-lazy");
  const script = new Script(text, options);
  setFlagsFromString("--lazy");
  keep(cacheFile, script.createCachedData());
  return { script, isLearning: false };
}

/** Where the compiled form of a build is kept, by the XDG rules. */
export function codeCacheFile(env: Readonly<Record<string, string | undefined>>, build: string): string {
  // V8 itself refuses what another version or other flags made; the name keeps these from replacing each other's.
  const made = [process.version, process.arch, ...process.execArgv, build].join("-");
  return join(cacheFolder(env), "code", `${made.replace(/[^\w.-]+/g, "_").slice(-180)}.cache`);
}

function sourceOf(file: string): { readonly text: string; readonly options: ConstructorParameters<typeof Script>[1] & object } {
  return {
    // A function of the names that CommonJS gives to a module (scripts/bundle.mjs).
    text: readFileSync(file, "latin1"),
    options: { filename: file, importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER },
  };
}

function fromCache(text: string, options: object, cacheFile: string): Script | undefined {
  const cachedData = readIfThere(cacheFile);
  if (cachedData === undefined) return undefined;
  const script = new Script(text, { ...options, cachedData });
  return script.cachedDataRejected === true ? undefined : script;
}

function keepAtExit(script: Script, cacheFile: string, runs: number): void {
  process.once("exit", (code) => {
    // An error ends a run before it has called what the next one will.
    if (code === 2) return;
    keep(`${cacheFile}.${runs}`, script.createCachedData());
    rmSync(`${cacheFile}.${runs - 1}`, { force: true });
  });
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
