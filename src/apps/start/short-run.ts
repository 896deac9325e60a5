import { setFlagsFromString } from "node:v8";

/**
 * Bytecode that V8 interprets before it optimises a function, by bundle: some times its own measure, the most where a command is one render. Within the
 * seconds that a command takes, most of what is optimised at once is thrown away again, and its compiling takes as much of the processor as the
 * command itself (ADR 0175, 0180).
 */
const bytesBeforeOptimising = { program: 400_000, impact: 400_000, kustomize: 200_000, helm: 1_000_000 } as const;

export type BundleName = keyof typeof bytesBeforeOptimising;

/**
 * For processes that end soon. Called when all modules are loaded: what was compiled under other flags, V8 refuses to take from a cache, Node's own
 * built-in modules too. A V8 that has no such flag goes on as it is.
 */
export function expectShortRun(bundle: BundleName): void {
  setFlagsFromString(`--interrupt-budget=${bytesBeforeOptimising[bundle]}`);
  if (bundle !== "helm") return;
  // What is young is small and mostly lives to the end: threads that share its copying wait for each other longer than they work, and room for it
  // is better made at once.
  setFlagsFromString("--no-parallel-scavenge");
  setFlagsFromString("--semi-space-growth-factor=8");
}
