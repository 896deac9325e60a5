import { loadBundle } from "./bundle.js";
import { bundleFor } from "./bundled-commands.js";

/** The entry of the smallest bundle. Runs a command that is bundled and ends the process; undefined where these arguments ask for more. */
export function runBundled(args: readonly string[], dist: string): Promise<void> | undefined {
  const name = bundleFor(args);
  const bundle = name && loadBundle(name, args, { dist, env: process.env });
  // All is said when it returns: Node would first take down a heap that the system frees at once.
  return bundle?.runBundledProgram(args).then(() => process.exit());
}
