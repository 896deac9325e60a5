#!/usr/bin/env node

import type * as Start from "./start/start.js";

const args = process.argv.slice(2);

// What is loaded first is one CommonJS file: Node's loader of modules, and what it makes of its built-in ones, cost more than a command itself.
const start = bundledStart();
const name = start?.bundleFor(args);
const bundle = name && start?.loadBundle(name, args, { dist: dist(), env: process.env });
if (bundle) {
  await bundle.runBundledProgram(args);
  // All is said. Node would first take down a heap that the system frees at once.
  process.exit();
} else {
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

function dist(): string {
  return process.getBuiltinModule("node:url").fileURLToPath(new URL("../", import.meta.url));
}
