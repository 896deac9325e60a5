#!/usr/bin/env node
import { loadBundle } from "./start/bundle.js";
import { isBundled } from "./start/bundled-commands.js";

const args = process.argv.slice(2);
const bundle = isBundled(args) ? loadBundle(process.env) : undefined;
if (bundle) await bundle.runBundledProgram(args);
else {
  const [{ processIo }, { runProgram }] = await Promise.all([import("./cli/io.js"), import("./cli/program.js")]);
  await runProgram(processIo(), args);
}
