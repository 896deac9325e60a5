import type { Commands } from "./run-commands.js";

/** Commands that need a clone or files only: no cluster, no server. They are also bundled, so that they start quickly (scripts/bundle.mjs). */
export const cloneCommands: Commands = new Map([
  ["adopt", async () => (await import("./adopt.js")).registerAdopt],
  ["impact", async () => (await import("./impact.js")).registerImpact],
  ["diff", async () => (await import("./diff.js")).registerDiff],
  ["render", async () => (await import("./render.js")).registerRender],
  ["at", async () => (await import("./at.js")).registerAt],
  ["blame", async () => (await import("./blame.js")).registerBlame],
  ["explain", async () => (await import("./explain.js")).registerExplain],
  ["scan", async () => (await import("./scan.js")).registerScan],
  ["compare", async () => (await import("./compare.js")).registerCompare],
  ["what-if", async () => (await import("./what-if.js")).registerWhatIf],
  ["lint", async () => (await import("./lint.js")).registerLint],
  ["kustomize", async () => (await import("./kustomize.js")).registerKustomize],
  ["helm", async () => (await import("./helm.js")).registerHelm],
]);
