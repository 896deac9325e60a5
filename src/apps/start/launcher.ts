#!/usr/bin/env node
import { loadBundle } from "./bundle.js";
import { bundleFor } from "./bundled-commands.js";

// What `main.ts` does, as one file of CommonJS (`dist/bundle/bin/fleetwright.cjs`): Node's loader of modules takes as long as a small render.
const args = process.argv.slice(2);
const name = bundleFor(args);
const bundle = name && loadBundle(name, args, process.env);
if (bundle) void bundle.runBundledProgram(args);
else void import(new URL("../../apps/main.js", import.meta.url).href);
