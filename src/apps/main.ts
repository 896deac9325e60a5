#!/usr/bin/env node

import type * as Start from "./start/start.js";

const args = process.argv.slice(2);

// One CommonJS file is looked at first: Node's loader of modules, and what it makes of its built-in ones, cost more than a command itself.
const bundled = bundledStart()?.runBundled(
  args,
  process.getBuiltinModule("node:url").fileURLToPath(new URL("../", import.meta.url)),
);
if (bundled) await bundled;
else {
  // Node 22.8 and newer keep what they compiled for the next start; older ones have no such function.
  const module = process.getBuiltinModule("node:module");
  if ("enableCompileCache" in module) (module.enableCompileCache as () => unknown)();
  const [{ processIo }, { runProgram }] = await Promise.all([import("./cli/io.js"), import("./cli/program.js")]);
  await runProgram(processIo(), args);
}

/** Absent where nothing was bundled. */
function bundledStart(): typeof Start | undefined {
  const require = process.getBuiltinModule("node:module").createRequire(import.meta.url);
  try {
    return require("../bundle/start.cjs") as typeof Start;
  } catch {
    return undefined;
  }
}
