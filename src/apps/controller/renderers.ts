import { kustomizeRenderer } from "../../core/render/kustomize-source.js";
import type { ToolRenderers } from "../../core/render/render-source.js";

/** The tools that sources may be rendered with here; plain directories need none. Each call has its own shared parses. */
export function createRenderers(): ToolRenderers {
  return { Kustomize: kustomizeRenderer() };
}
