import { setFlagsFromString } from "node:v8";

/**
 * Bytecode that V8 interprets before it optimises a function. Six times its own measure: within the seconds that a command takes, most of what is optimised
 * at once is thrown away again, and its compiling takes as much of the processor as the command itself (ADR 0180).
 */
const bytesBeforeOptimising = 400_000;

/**
 * For processes that end soon. Called when all modules are loaded: what was compiled under other flags, V8 refuses to take from a cache, Node's own
 * built-in modules too. A V8 that has no such flag goes on as it is.
 */
export function expectShortRun(): void {
  setFlagsFromString(`--interrupt-budget=${bytesBeforeOptimising}`);
}
