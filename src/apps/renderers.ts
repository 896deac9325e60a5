import { randomBytes } from "node:crypto";
import { helmRenderer as chartsOfKustomizations } from "../core/helm/kustomize-renderer.js";
import type { Selection } from "../core/kustomize/index.js";
import { once } from "../core/once.js";
import { helmRenderer } from "../core/render/helm-renderer.js";
import { kustomizeRenderer } from "../core/render/kustomize-renderer.js";
import type { ToolRenderers } from "../core/render/render-source.js";

/** The renderers of every tool, with what one render can leave for the next. Make one for each process or worker. */
export function toolRenderers(
  options: { readonly kustomizeBuildOptions?: string; readonly onSelection?: (selection: Selection) => void } = {},
): ToolRenderers {
  const outside = {
    now: () => BigInt(Date.now()) * 1_000_000n,
    random: (count: number) => new Uint8Array(randomBytes(count)),
  };
  // Made when the first chart comes: most processes that render a few overlays see none.
  const charts = once(() => helmRenderer(outside));
  const kustomizeCharts = once(() => chartsOfKustomizations(outside));
  return {
    Kustomize: kustomizeRenderer({
      buildOptions: options.kustomizeBuildOptions ?? "",
      renderHelm: (request) => kustomizeCharts()(request),
      ...(options.onSelection ? { onSelection: options.onSelection } : {}),
    }),
    Helm: (input, directory) => charts()(input, directory),
  };
}
