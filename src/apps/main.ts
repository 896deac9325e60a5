#!/usr/bin/env node

import * as nodeModule from "node:module";
import { loadBundle } from "./start/bundle.js";
import { bundleFor } from "./start/bundled-commands.js";

const args = process.argv.slice(2);
const name = bundleFor(args);
const bundle = name && loadBundle(name, args, process.env);
if (bundle) await bundle.runBundledProgram(args);
else {
  // Node 22.8 and newer keep what they compiled for the next start; older ones have no such function.
  if ("enableCompileCache" in nodeModule) (nodeModule.enableCompileCache as () => unknown)();
  const [{ processIo }, { runProgram }] = await Promise.all([import("./cli/io.js"), import("./cli/program.js")]);
  await runProgram(processIo(), args);
}
