import type { JqBudget } from "../jq/delete.js";
import type { KubernetesObject } from "../manifest/object.js";
import { builtInSchemas } from "../manifest/schema/built-in.js";
import type { SchemaSource } from "../manifest/schema/schema.js";
import {
  compileIgnoreRules,
  type IgnoreDifference,
  type IgnoreRules,
  type IgnoreStatus,
  type ResourceOverride,
  withStatusRule,
} from "./ignore-rules.js";
import { compileKnownTypes, type KnownTypes } from "./known-types.js";

/** What an Application and the settings say about comparing. */
export interface CompareSettings {
  readonly ignoreDifferences?: readonly IgnoreDifference[];
  /** by `group/Kind` */
  readonly resourceOverrides?: ReadonlyMap<string, ResourceOverride>;
  readonly ignoreStatus?: IgnoreStatus;
  readonly ignoreAggregatedRoles?: boolean;
  /** argocd-cm's text; default annotation */
  readonly trackingMethod?: string;
  readonly instanceLabelKey?: string;
  readonly structuredMergeDiff?: boolean;
  readonly serverSideDiff?: boolean;
  /** compare option IncludeMutationWebhook=true */
  readonly includeMutationWebhook?: boolean;
  readonly fieldManager?: string;
  readonly jqBudget?: JqBudget;
  /** schemas of the kinds, for structured merge; default the built-in ones */
  readonly schemas?: SchemaSource;
}

/** The same, compiled: make it once for an Application, use it for all its resources. */
export interface CompareOptions {
  readonly rules: IgnoreRules;
  readonly knownTypes: KnownTypes;
  readonly ignoreAggregatedRoles: boolean;
  readonly tracking: { readonly method: string; readonly labelKey: string };
  readonly structuredMergeDiff: boolean;
  readonly serverSideDiff: boolean;
  readonly includeMutationWebhook: boolean;
  readonly fieldManager: string;
  readonly schemas: SchemaSource;
}

/** Throws InputError JQ_* where a jq expression does not compile. */
export function compileCompareOptions(settings: CompareSettings): CompareOptions {
  const overrides = withStatusRule(settings.resourceOverrides ?? new Map(), settings.ignoreStatus ?? "all");
  return {
    rules: compileIgnoreRules(settings.ignoreDifferences ?? [], overrides, settings.jqBudget ?? {}),
    knownTypes: compileKnownTypes(overrides),
    ignoreAggregatedRoles: settings.ignoreAggregatedRoles ?? false,
    tracking: {
      method: settings.trackingMethod ?? "annotation",
      labelKey: settings.instanceLabelKey ?? "app.kubernetes.io/instance",
    },
    structuredMergeDiff: settings.structuredMergeDiff ?? false,
    serverSideDiff: settings.serverSideDiff ?? false,
    includeMutationWebhook: settings.includeMutationWebhook ?? false,
    fieldManager: settings.fieldManager ?? "argocd-controller",
    schemas: settings.schemas ?? builtInSchemas,
  };
}

/** Ignored fields out, known types in their canonical form. */
export function normalizeIgnored(object: KubernetesObject, options: CompareOptions): KubernetesObject {
  const kept = options.rules.remove(object);
  // Argo CD: an object whose kind is ignored has no known types.
  return kept.kind && kept.apiVersion ? options.knownTypes(kept) : kept;
}
