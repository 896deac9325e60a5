import type { ObjectMeta } from "../../manifest/object.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { decode } from "./decode.js";
import { structType } from "./go-type.js";

/** An ApplicationSet after admission and decoding: no unknown fields, no nulls, zero values in their place. */
export interface ApplicationSet {
  readonly metadata: ObjectMeta & { readonly namespace: string };
  readonly spec: ApplicationSetSpec;
  readonly status: ValueObject;
}

export interface ApplicationSetSpec {
  readonly goTemplate?: boolean;
  readonly goTemplateOptions?: readonly string[];
  readonly generators: readonly GeneratorSpec[] | null;
  readonly template: TemplateSpec;
  readonly templatePatch?: string;
  readonly syncPolicy?: { readonly preserveResourcesOnDeletion?: boolean; readonly applicationsSync?: string };
  readonly strategy?: StrategySpec;
  readonly preservedFields?: { readonly annotations?: readonly string[]; readonly labels?: readonly string[] };
  readonly ignoreApplicationDifferences?: readonly IgnoreRule[];
}

export interface StrategySpec {
  readonly type?: string;
  readonly deletionOrder?: string;
  readonly rollingSync?: { readonly steps?: readonly RolloutStep[] };
}

export interface RolloutStep {
  readonly matchExpressions?: readonly {
    readonly key?: string;
    readonly operator?: string;
    readonly values?: readonly string[];
  }[];
  readonly maxUpdate?: number | string;
}

export interface IgnoreRule {
  readonly name?: string;
  readonly jsonPointers?: readonly string[];
  readonly jqPathExpressions?: readonly string[];
}

/** metadata and spec of an Application, before or after rendering. */
export interface TemplateSpec {
  readonly metadata: {
    readonly name?: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
    readonly finalizers?: readonly string[];
  };
  readonly spec: ValueObject;
}

/** One entry of `generators`: one key of `generatorKeys` and perhaps a selector. */
export type GeneratorSpec = { readonly selector?: LabelSelector } & Readonly<Partial<Record<GeneratorKey, ValueObject>>>;

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly { readonly key: string; readonly operator: string; readonly values?: readonly string[] }[];
}

/** In the order in which the original looks at them. */
export const generatorKeys = [
  "list",
  "clusters",
  "git",
  "scmProvider",
  "clusterDecisionResource",
  "pullRequest",
  "matrix",
  "merge",
  "plugin",
] as const;
export type GeneratorKey = (typeof generatorKeys)[number];

/** Decodes an admitted manifest; throws `InputError` code APPSET_DECODE where a field has the wrong type. */
export function decodeApplicationSet(manifest: ValueObject): ApplicationSet {
  const metadata = isObject(manifest["metadata"]) ? manifest["metadata"] : {};
  const spec = decode(structType("ApplicationSetSpec"), manifest["spec"] as Value | undefined, "spec");
  return {
    metadata: { namespace: "argocd", ...metadata } as unknown as ApplicationSet["metadata"],
    spec: spec as unknown as ApplicationSetSpec,
    status: isObject(manifest["status"]) ? manifest["status"] : {},
  };
}
