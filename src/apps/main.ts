#!/usr/bin/env node
import * as nodeModule from "node:module";
import { processIo } from "./cli/io.js";
import { runProgram } from "./cli/program.js";

// Node 22.8 and newer keep what they compiled for the next start; older ones have no such function.
if ("enableCompileCache" in nodeModule) (nodeModule.enableCompileCache as () => unknown)();
await runProgram(processIo(), process.argv.slice(2));
