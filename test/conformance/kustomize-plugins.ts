import { helmRenderer } from "#src/core/helm/kustomize-renderer.js";
import { runPlugin } from "#src/core/kustomize/build/run-plugin.js";
import { memoryTree } from "#src/core/kustomize/index.js";
import type { CaseBase } from "./kustomize.js";

export interface PluginCase extends CaseBase {
  readonly kind: "transformerPlugin" | "generatorPlugin";
  readonly config: string;
  readonly input?: string;
  readonly files: Readonly<Record<string, string>>;
  readonly target: string;
}

/** Runs one builtin plugin by itself and prints what it leaves. */
export function runPluginCase(found: PluginCase): string {
  const { files, target, config, input } = found;
  return runPlugin(memoryTree(files), target === "." ? "" : target, {
    config,
    ...(input !== undefined && { input }),
    ...(found.needsHelm && { enableHelm: true, renderHelm: helmRenderer() }),
  });
}
