import { randomBytes } from "node:crypto";
import { helmRenderer } from "../core/render/helm-renderer.js";
import { kustomizeRenderer } from "../core/render/kustomize-renderer.js";
import type { ToolRenderers } from "../core/render/render-source.js";

/** The renderers of every tool, with what one render can leave for the next. Make one for each process or worker. */
export function toolRenderers(options: { readonly kustomizeBuildOptions?: string } = {}): ToolRenderers {
  return {
    Kustomize: kustomizeRenderer({ buildOptions: options.kustomizeBuildOptions ?? "" }),
    Helm: helmRenderer({ now: () => BigInt(Date.now()) * 1_000_000n, random: (count) => new Uint8Array(randomBytes(count)) }),
  };
}
