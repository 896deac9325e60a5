#!/usr/bin/env node
import { dirname } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { loadBundle } from "./bundle.js";
import { bundleFor } from "./bundled-commands.js";

// What `main.ts` does, as one file of CommonJS (`dist/bundle/fleetwright.cjs`): Node's loader of modules alone takes as long as a small render.
const dist = dirname(dirname(fileURLToPath(import.meta.url)));
const args = process.argv.slice(2);
const name = bundleFor(args);
const bundle = name && loadBundle(name, args, { env: process.env, dist });
if (bundle) void bundle.runBundledProgram(args);
else void import(pathToFileURL(`${dist}/apps/main.js`).href);
