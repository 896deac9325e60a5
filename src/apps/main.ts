#!/usr/bin/env node
import { processIo } from "./cli/io.js";
import { runProgram } from "./cli/program.js";

await runProgram(processIo(), process.argv.slice(2));
