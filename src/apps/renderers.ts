import type { ToolRenderers } from "../core/render/render-source.js";

/** The renderers of every tool, with what one render can leave for the next. Make one for each process or worker. */
export function toolRenderers(): ToolRenderers {
  return {};
}
