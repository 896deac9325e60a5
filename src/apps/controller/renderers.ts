import type { ToolRenderers } from "../../core/render/render-source.js";

/** The tools that sources may be rendered with here; plain directories need none. */
export const renderers: ToolRenderers = {};
