import type { BundleName } from "./short-run.js";

/** Names of `cli/clone-commands.ts`, known without loading them. */
const names = new Set("adopt impact diff render at blame explain scan compare what-if lint kustomize helm".split(" "));

/** The bundle that holds all that these arguments ask for. */
export function bundleFor(args: readonly string[]): BundleName | undefined {
  if (isLocalTemplate(args)) return "helm";
  if (args[0] === "kustomize") return "kustomize";
  // `diff --live` talks to clusters.
  const name = args.find((arg) => !arg.startsWith("-")) ?? "";
  if (!names.has(name) || args.includes("help") || args.includes("--live")) return undefined;
  return name === "impact" ? "impact" : "program";
}

/** `helm template` that asks no repository and no registry. */
function isLocalTemplate([first, second, ...rest]: readonly string[]): boolean {
  return first === "helm" && second === "template" && !rest.some((arg) => /^(--repo|--dependency-update|oci:)/.test(arg));
}
