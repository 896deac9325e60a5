import type { KubernetesObject } from "../manifest/object.js";
import type { Value } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import type { PatchArgs, Texts } from "./kustomization/fields.js";
import type { KustomizeSession } from "./session.js";

/** What Argo CD's `source.kustomize` lays over a kustomization, as `kustomize edit` would write it. */
export interface KustomizeOverrides {
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  /** `name=newName:tag`, `name:tag` or `name@digest`, as `kustomize edit set image` takes them. */
  readonly images?: readonly string[];
  readonly replicas?: readonly { readonly name: string; readonly count: number }[];
  readonly commonLabels?: Texts;
  readonly labelWithoutSelector?: boolean;
  readonly labelIncludeTemplates?: boolean;
  readonly forceCommonLabels?: boolean;
  readonly commonAnnotations?: Texts;
  readonly forceCommonAnnotations?: boolean;
  readonly namespace?: string;
  readonly components?: readonly string[];
  readonly ignoreMissingComponents?: boolean;
  readonly patches?: readonly PatchArgs[];
}

/** A chart of `helmCharts`, for the product's Helm renderer. */
export interface HelmRequest {
  /** The tree that holds the chart and the values files, and the paths in it. */
  readonly tree: FileTree;
  readonly chartPath: string;
  readonly releaseName: string | undefined;
  readonly nameTemplate: string | undefined;
  readonly namespace: string | undefined;
  /** Values files' contents in order, each already read and merged with `valuesInline`. */
  readonly values: readonly Uint8Array[];
  readonly apiVersions: readonly string[];
  readonly kubeVersion: string | undefined;
  readonly includeCrds: boolean;
  readonly skipTests: boolean;
  readonly skipHooks: boolean;
}

/** Renders a chart to the YAML that `helm template` prints. */
export type HelmRenderer = (request: HelmRequest) => string;

export interface KustomizeOptions {
  readonly loadRestrictions?: "rootOnly" | "none";
  /** The order where the kustomization has no `sortOptions`; default legacy. */
  readonly reorder?: "legacy" | "none";
  readonly enableHelm?: boolean;
  readonly renderHelm?: HelmRenderer;
  readonly helmKubeVersion?: string;
  readonly helmApiVersions?: readonly string[];
  readonly managedByLabel?: boolean;
  /** `--enable-alpha-plugins`: generators and transformers other than the builtin ones still cannot run. */
  readonly enableAlphaPlugins?: boolean;
  /** Remote bases and files come back as needs instead of an error. */
  readonly allowRemote?: boolean;
  /** What was fetched for earlier needs, by their key. */
  readonly remotes?: ReadonlyMap<string, FileTree>;
  /** Shared between builds so that a base that many overlays use is read and accumulated once. */
  readonly session?: KustomizeSession;
  readonly overrides?: KustomizeOverrides;
  /** Hears every warning once the build has ended, also where it failed. */
  readonly onWarning?: (warning: Warning) => void;
  /** Hears how many resources each patch and replacement target selects. What a session remembers is not told again. */
  readonly onSelection?: (selection: Selection) => void;
}

/** How many resources an entry of a kustomization selects in one build. */
export interface Selection {
  /** The kustomization. */
  readonly file: string;
  readonly field: "patches" | "patchesJson6902" | "replacements";
  /** Index in the field's list; entries that were laid over the file come after its own. */
  readonly entry: number;
  /** Index among a replacement's targets. */
  readonly target?: number;
  readonly count: number;
}

/** Something outside the tree that the build asks for. */
export type RemoteNeed =
  | {
      readonly kind: "git";
      readonly key: string;
      readonly url: string;
      /** "" asks for the default branch. */
      readonly ref: string;
      readonly path: string;
      readonly submodules: boolean;
    }
  | { readonly kind: "file"; readonly key: string; readonly url: string };

export interface Warning {
  readonly kind: "deprecation" | "noEffect";
  readonly message: string;
  /** The kustomization file it is about. */
  readonly file: string;
}

export type KustomizeResult =
  | {
      readonly kind: "built";
      /** In output order. */
      readonly resources: readonly KubernetesObject[];
      /** The bytes that `kustomize build` prints. */
      yaml(): string;
      readonly warnings: readonly Warning[];
    }
  | { readonly kind: "needs"; readonly needs: readonly RemoteNeed[] };

export type { Value };
