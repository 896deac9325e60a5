import { kustomizeRenderer } from "../core/render/kustomize-renderer.js";
import type { ToolRenderers } from "../core/render/render-source.js";

/** The renderers of every tool, with what one render can leave for the next. Make one for each process or worker. */
export function toolRenderers(options: { readonly kustomizeBuildOptions?: string } = {}): ToolRenderers {
  return { Kustomize: kustomizeRenderer({ buildOptions: options.kustomizeBuildOptions ?? "" }) };
}
