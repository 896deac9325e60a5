import { buildKustomization, type KustomizeOverrides, KustomizeSession } from "../kustomize/index.js";
import { isObject, listAt, objectAt, type ValueObject } from "../manifest/value.js";
import { InputError } from "../errors.js";
import type { ToolRenderer } from "./render-source.js";

/**
 * The renderer of Kustomize sources; `session` shares what overlays have in common. `buildOptions` is argocd-cm's `kustomize.buildOptions`.
 */
export function kustomizeRenderer(session: KustomizeSession = new KustomizeSession(), buildOptions: () => string = () => ""): ToolRenderer {
  return ({ tree, source, remotes, kubeVersion, apiVersions }, directory) => {
    const options = objectAt(source, "kustomize");
    const flags = buildOptions();
    const result = buildKustomization(tree, directory, {
      session,
      loadRestrictions: /LoadRestrictionsNone/.test(flags) ? "none" : "rootOnly",
      enableHelm: /--enable-helm\b/.test(flags),
      helmKubeVersion: kubeVersion,
      helmApiVersions: apiVersions,
      allowRemote: true,
      remotes,
      overrides: overridesOf(options),
    });
    if (result.kind === "built") return { kind: "rendered", manifests: result.resources, sourceType: "Kustomize" };
    const needs = result.needs.map((need) => {
      if (need.kind === "git") return { key: need.key, repoURL: need.url, revision: need.ref };
      throw new InputError(`remote file ${need.url} is not fetched`, {
        code: "KUSTOMIZE_REMOTE_FILE",
        hint: "keep the file in the repository, or name a git repository",
      });
    });
    return { kind: "needs", needs };
  };
}

/** `spec.source.kustomize` in the renderer's words. */
function overridesOf(options: ValueObject): KustomizeOverrides {
  const { version: _, kubeVersion: __, apiVersions: ___, images, replicas, ...rest } = options;
  const counts = listAt(options, "replicas").filter(isObject).map((entry) => ({ name: String(entry["name"] ?? ""), count: Number(entry["count"] ?? 0) }));
  return {
    ...(rest as KustomizeOverrides),
    ...(images === undefined ? {} : { images: listAt(options, "images").map(String) }),
    ...(replicas === undefined ? {} : { replicas: counts }),
  };
}
