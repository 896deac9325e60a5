import { InputError } from "../../core/errors.js";
import { stableRandomAnnotation } from "../../core/helm/stable-random-annotation.js";
import type { RenderApplication } from "../../core/impact/fleet-state.js";
import { unknownRepository } from "../../core/impact/workspace.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { renderSource } from "../../core/render/render-source.js";
import { toolRenderers } from "../renderers.js";

/** What a preview assumes of a destination that it does not ask. */
const kubeVersion = "v1.33.0";

/** Renders Applications from the trees at hand, with one renderer that keeps what its sources share. */
export function renderFromTrees(options: Parameters<typeof toolRenderers>[0] = {}): RenderApplication {
  const renderers = toolRenderers(options);
  return (application, treeFor) => {
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
      const tree = treeFor(repoURL, revision);
      if (!tree) throw unknownRepository(repoURL);
      const result = renderSource(
        { tree, source, appName, namespace, kubeVersion, apiVersions: [], refs, remotes: new Map(), ...chosen },
        renderers,
      );
      if (result.kind === "needs") {
        const [need] = result.needs;
        throw new InputError(`needs ${need?.repoURL} at ${need?.revision}, which is not this checkout`, {
          code: "IMPACT_REMOTE_BASE",
          hint: `give it with --repo ${need?.repoURL}=PATH`,
        });
      }
      manifests.push(...result.manifests);
      warnings.push(...(result.warnings ?? []));
    }
    return { manifests, warnings };
  };
}
