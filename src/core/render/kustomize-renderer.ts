import {
  buildKustomization,
  type HelmRenderer,
  type KustomizeOverrides,
  KustomizeSession,
  type Selection,
} from "../kustomize/index.js";
import { listAt, objectAt, stringAt, type ValueObject } from "../manifest/value.js";
import type { ToolRenderer } from "./render-source.js";

export interface KustomizeRendererOptions {
  /** `kustomize.buildOptions` of `argocd-cm` for inputs that name none, for example `--enable-helm --load-restrictor LoadRestrictionsNone`. */
  readonly buildOptions?: string;
  readonly renderHelm?: HelmRenderer;
  /** Hears what patches and replacements select, each once for as long as the renderer lives. */
  readonly onSelection?: (selection: Selection) => void;
}

/** Renders Kustomize sources; what they share is accumulated once for as long as the renderer lives. */
export function kustomizeRenderer(options: KustomizeRendererOptions = {}): ToolRenderer {
  const sessions = new Map<string, KustomizeSession>();
  return (input, directory) => {
    const flags = input.kustomizeBuildOptions ?? options.buildOptions ?? "";
    const isUnrestricted = /LoadRestrictionsNone/.test(flags);
    const session = sessionOf(sessions, flags);
    const result = buildKustomization(input.tree, directory, {
      session,
      allowRemote: true,
      remotes: input.remotes,
      loadRestrictions: isUnrestricted ? "none" : "rootOnly",
      enableHelm: /--enable-helm(?![\w-]|=(?:0|f|F|false|FALSE|False)\b)/.test(flags),
      ...(options.renderHelm ? { renderHelm: options.renderHelm } : {}),
      ...(options.onSelection ? { onSelection: options.onSelection } : {}),
      helmKubeVersion: input.kubeVersion,
      helmApiVersions: input.apiVersions,
      overrides: overridesOf(objectAt(input.source, "kustomize"), input.namespace),
    });
    if (result.kind === "needs") {
      return {
        kind: "needs",
        needs: result.needs.map((need) =>
          need.kind === "chart"
            ? { key: need.key, repoURL: need.url, revision: need.version, chart: need.chart }
            : { key: need.key, repoURL: need.url, revision: need.kind === "git" ? need.ref || "HEAD" : "HEAD" },
        ),
      };
    }
    return {
      kind: "rendered",
      manifests: result.resources,
      sourceType: "Kustomize",
      warnings: result.warnings.map((warning) => warning.message),
    };
  };
}

/** What was accumulated under other options is of no use. */
function sessionOf(sessions: Map<string, KustomizeSession>, flags: string): KustomizeSession {
  const known = sessions.get(flags);
  if (known) return known;
  const session = new KustomizeSession();
  sessions.clear();
  sessions.set(flags, session);
  return session;
}

/** The fields of `source.kustomize`; they carry the names that the renderer gives them. */
function overridesOf(source: ValueObject, destinationNamespace: string): KustomizeOverrides {
  const replicas = listAt(source, "replicas") as readonly ValueObject[];
  return {
    ...(source as KustomizeOverrides),
    ...(replicas.length === 0
      ? {}
      : { replicas: replicas.map((entry) => ({ name: stringAt(entry, "name"), count: Number(entry["count"]) })) }),
    ...(source["commonAnnotationsEnvsubst"] === true
      ? { commonAnnotations: substituted(objectAt(source, "commonAnnotations"), destinationNamespace) }
      : {}),
  };
}

/** Argo CD: `commonAnnotationsEnvsubst` puts the build environment's variables in place. */
function substituted(annotations: ValueObject, namespace: string): Readonly<Record<string, string>> {
  const value = (text: string): string => text.replace(/\$\{?ARGOCD_APP_NAMESPACE\}?/g, namespace);
  return Object.fromEntries(Object.entries(annotations).map(([key, text]) => [key, value(String(text))]));
}
