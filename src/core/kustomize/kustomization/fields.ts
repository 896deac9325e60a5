import type { Value } from "../../manifest/value.js";
import type { FieldSpecEntry } from "../tables/types.js";

/** The fields of a kustomization as they are written; what is missing is undefined. */
export interface Kustomization {
  readonly kind?: string;
  readonly apiVersion?: string;
  readonly metadata?: Metadata;
  readonly openapi?: Texts;
  readonly namePrefix?: string;
  readonly nameSuffix?: string;
  readonly namespace?: string;
  readonly commonLabels?: Texts;
  readonly labels?: readonly LabelArgs[];
  readonly commonAnnotations?: Texts;
  readonly patchesStrategicMerge?: readonly string[];
  readonly patchesJson6902?: readonly PatchArgs[];
  readonly patches?: readonly PatchArgs[];
  readonly images?: readonly ImageArgs[];
  readonly imageTags?: readonly ImageArgs[];
  readonly replacements?: readonly ReplacementArgs[];
  readonly replicas?: readonly ReplicaArgs[];
  readonly vars?: readonly VarArgs[];
  readonly sortOptions?: SortOptionsArgs;
  readonly resources?: readonly string[];
  readonly components?: readonly string[];
  readonly crds?: readonly string[];
  readonly bases?: readonly string[];
  readonly configMapGenerator?: readonly GeneratorArgs[];
  readonly secretGenerator?: readonly SecretArgs[];
  readonly helmGlobals?: HelmGlobals;
  readonly helmCharts?: readonly HelmChartArgs[];
  readonly helmChartInflationGenerator?: readonly LegacyHelmChartArgs[];
  readonly generatorOptions?: GeneratorOptions;
  readonly configurations?: readonly string[];
  readonly generators?: readonly string[];
  readonly transformers?: readonly string[];
  readonly validators?: readonly string[];
  readonly buildMetadata?: readonly string[];
}

export type Texts = { readonly [key: string]: string };

export interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly labels?: Texts;
  readonly annotations?: Texts;
}

export interface LabelArgs {
  readonly pairs?: Texts;
  readonly includeSelectors?: boolean;
  readonly includeTemplates?: boolean;
  readonly fields?: readonly FieldSpecEntry[];
}

/** Empty fields match anything; the others are regular expressions, or exact in a replacement's source. */
export interface SelectorArgs {
  readonly group?: string;
  readonly version?: string;
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly annotationSelector?: string;
  readonly labelSelector?: string;
}

export interface PatchArgs {
  readonly path?: string;
  readonly patch?: string;
  readonly target?: SelectorArgs;
  readonly options?: { readonly allowNameChange?: boolean; readonly allowKindChange?: boolean };
}

export interface ImageArgs {
  readonly name?: string;
  readonly newName?: string;
  readonly tagSuffix?: string;
  readonly newTag?: string;
  readonly digest?: string;
}

export interface ReplicaArgs {
  readonly name?: string;
  readonly count?: number | bigint;
}

export interface FieldOptions {
  readonly delimiter?: string;
  readonly index?: number;
  readonly encoding?: string;
  readonly create?: boolean;
}

export interface ReplacementSource extends SelectorArgs {
  readonly fieldPath?: string;
  readonly options?: FieldOptions;
}

export interface ReplacementTarget {
  readonly select?: SelectorArgs;
  readonly reject?: readonly SelectorArgs[];
  readonly fieldPaths?: readonly string[];
  readonly options?: FieldOptions;
}

export interface ReplacementArgs {
  readonly path?: string;
  readonly source?: ReplacementSource;
  readonly sourceValue?: string;
  readonly targets?: readonly ReplacementTarget[];
}

export interface VarArgs {
  readonly name?: string;
  readonly objref?: {
    readonly apiVersion?: string;
    readonly group?: string;
    readonly version?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
  readonly fieldref?: { readonly fieldPath?: string };
}

export interface SortOptionsArgs {
  readonly order?: string;
  readonly legacySortOptions?: { readonly orderFirst?: readonly string[]; readonly orderLast?: readonly string[] };
}

export interface GeneratorOptions {
  readonly labels?: Texts;
  readonly annotations?: Texts;
  readonly disableNameSuffixHash?: boolean;
  readonly immutable?: boolean;
}

export interface KvSources {
  readonly literals?: readonly string[];
  readonly files?: readonly string[];
  readonly envs?: readonly string[];
  readonly env?: string;
}

export interface GeneratorArgs extends KvSources {
  readonly namespace?: string;
  readonly name?: string;
  readonly behavior?: string;
  readonly options?: GeneratorOptions;
}

export interface SecretArgs extends GeneratorArgs {
  readonly type?: string;
}

export interface HelmGlobals {
  readonly chartHome?: string;
  readonly configHome?: string;
}

export interface HelmChartArgs {
  readonly name?: string;
  readonly version?: string;
  readonly repo?: string;
  readonly releaseName?: string;
  readonly namespace?: string;
  readonly additionalValuesFiles?: readonly string[];
  readonly valuesFile?: string;
  readonly valuesInline?: { readonly [key: string]: Value };
  readonly valuesMerge?: string;
  readonly includeCRDs?: boolean;
  readonly skipHooks?: boolean;
  readonly apiVersions?: readonly string[];
  readonly kubeVersion?: string;
  readonly nameTemplate?: string;
  readonly skipTests?: boolean;
  readonly debug?: boolean;
  readonly devel?: boolean;
}

export interface LegacyHelmChartArgs {
  readonly chartName?: string;
  readonly chartVersion?: string;
  readonly chartRepoUrl?: string;
  readonly chartHome?: string;
  readonly chartRepoName?: string;
  readonly helmBin?: string;
  readonly helmHome?: string;
  readonly values?: string;
  readonly valuesLocal?: { readonly [key: string]: Value };
  readonly valuesMerge?: string;
  readonly releaseName?: string;
  readonly releaseNamespace?: string;
  readonly extraArgs?: readonly string[];
}

export interface IamPolicyArgs {
  readonly cloud?: string;
  readonly kubernetesService?: { readonly name?: string; readonly namespace?: string };
  readonly serviceAccount?: { readonly name?: string; readonly projectId?: string };
}
