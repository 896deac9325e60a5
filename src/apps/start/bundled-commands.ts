/** Names of `cli/clone-commands.ts`, known without loading them. */
const names = new Set("adopt impact diff render at blame explain scan compare what-if lint kustomize helm".split(" "));

/** Whether the bundle holds all that these arguments ask for. */
export function isBundled(args: readonly string[]): boolean {
  // `diff --live` talks to clusters.
  return names.has(args.find((arg) => !arg.startsWith("-")) ?? "") && !args.includes("help") && !args.includes("--live");
}
