import { InputError } from "../../core/errors.js";
import { stableRandomAnnotation } from "../../core/helm/stable-random-annotation.js";
import type { FileTreeFor, RenderApplication } from "../../core/impact/fleet-state.js";
import { unknownRepository } from "../../core/impact/workspace.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { type RenderResult, renderSource } from "../../core/render/render-source.js";
import { hasParameter } from "../../core/render/repository-url.js";
import { toolRenderers } from "../renderers.js";

/** What a preview assumes of a destination that it does not ask. */
const kubeVersion = "v1.33.0";

/** Renders Applications from the trees at hand, with one renderer that keeps what its sources share. */
export function renderFromTrees(options: Parameters<typeof toolRenderers>[0] = {}): RenderApplication {
  const renderers = toolRenderers(options);
  return (application, treeFor, kustomizeBuildOptions) => {
    const manifests: KubernetesObject[] = [];
    const warnings: string[] = [];
    const sources = isObject(application.spec["source"])
      ? [application.spec["source"]]
      : listAt(application.spec, "sources").filter(isObject);
    const appName = stringAt(application.metadata, "name");
    const namespace = stringAt(objectAt(application.spec, "destination"), "namespace");
    const seed = stringAt(objectAt(application.metadata, "annotations"), stableRandomAnnotation);
    const chosen = {
      project: stringAt(application.spec, "project"),
      ...(seed === "" ? {} : { stableRandom: seed }),
      ...(kustomizeBuildOptions ? { kustomizeBuildOptions } : {}),
    };
    const refs = new Map(
      sources.flatMap((source) => {
        const tree =
          stringAt(source, "ref") === ""
            ? undefined
            : treeFor(stringAt(source, "repoURL"), stringAt(source, "targetRevision") || "HEAD");
        return tree ? [[stringAt(source, "ref"), tree] as const] : [];
      }),
    );
    for (const source of sources) {
      const repoURL = stringAt(source, "repoURL");
      const revision = stringAt(source, "targetRevision") || "HEAD";
      if (stringAt(source, "ref") !== "" && !source["path"] && !source["chart"]) continue;
      const chart = stringAt(source, "chart");
      const tree = chart === "" ? treeFor(repoURL, revision) : treeFor(repoURL, stringAt(source, "targetRevision"), chart);
      if (!tree) throw chart === "" || hasParameter(repoURL) ? unknownRepository(repoURL) : unknownChart(chart, repoURL);
      const input = { tree, source, appName, namespace, kubeVersion, apiVersions: [], refs, ...chosen };
      const result = renderWithNeeds((remotes) => renderSource({ ...input, remotes }, renderers), treeFor);
      manifests.push(...result.manifests);
      warnings.push(...(result.warnings ?? []));
    }
    return { manifests, warnings };
  };
}

function unknownChart(chart: string, repoURL: string): InputError {
  return new InputError(`the chart ${chart} of ${repoURL} is not at hand`, {
    code: "IMPACT_REPOSITORY",
    hint: "without --offline it is fetched",
  });
}

const mostRounds = 20;

/** Renders, with what remote bases and a chart's dependencies ask for, each round what the last one named. */
function renderWithNeeds(
  render: (remotes: ReadonlyMap<string, FileTree>) => RenderResult,
  treeFor: FileTreeFor,
): Extract<RenderResult, { readonly kind: "rendered" }> {
  const remotes = new Map<string, FileTree>();
  for (let round = 0; round < mostRounds; round++) {
    const result = render(remotes);
    if (result.kind === "rendered") return result;
    // All are asked for before one is missed, so that they are fetched together.
    const found = result.needs.map((need) => ({ need, tree: treeFor(need.repoURL, need.revision || "HEAD", need.chart) }));
    for (const { need, tree } of found) {
      if (!tree)
        throw new InputError(`needs ${need.repoURL} at ${need.revision}, which is not this checkout`, {
          code: "IMPACT_REMOTE_BASE",
          hint: `give it with --repo ${need.repoURL}=PATH`,
        });
      remotes.set(need.key, tree);
    }
  }
  throw new InputError("remote bases refer to each other without end", { code: "RENDER_NEEDS" });
}
