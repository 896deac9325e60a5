import { defaultFieldSpecs } from "../tables/field-specs.generated.js";
import type { FieldSpecEntry, NameReferenceEntry } from "../tables/types.js";
import { withPrefix } from "./errors.js";
import {
  type FieldSpec,
  fieldSpec,
  mergeFieldSpecs,
  mergeNameReferences,
  type NameReference,
  sortedByGvk,
} from "./field-spec.js";

const listNames = [
  "namePrefix",
  "nameSuffix",
  "namespace",
  "commonAnnotations",
  "commonLabels",
  "labels",
  "templateLabels",
  "varReference",
  "images",
  "replicas",
] as const;

export type FieldSpecList = (typeof listNames)[number];

/** Where the transformers of a kustomization look: the defaults, `configurations` and what `crds` say. */
export type TransformerConfig = { readonly [name in FieldSpecList]: readonly FieldSpec[] } & {
  readonly nameReference: readonly NameReference[];
};

const titles: Record<FieldSpecList | "nameReference", string> = {
  namePrefix: "NamePrefix",
  nameSuffix: "NameSuffix",
  namespace: "NameSpace",
  commonAnnotations: "CommonAnnotations",
  commonLabels: "CommonLabels",
  labels: "Labels",
  templateLabels: "TemplateLabels",
  varReference: "VarReference",
  images: "Images",
  replicas: "Replicas",
  nameReference: "NameReference",
};

export const emptyConfig: TransformerConfig = {
  ...(Object.fromEntries(listNames.map((name) => [name, []])) as unknown as Record<FieldSpecList, readonly FieldSpec[]>),
  nameReference: [],
};

const mergedOnce = new WeakMap<TransformerConfig, WeakMap<TransformerConfig, TransformerConfig>>();

/** Both together; a spec that is there in another form is not repeated, and a conflict is an error. */
export function mergeConfigs(config: TransformerConfig, incoming: TransformerConfig): TransformerConfig {
  if (incoming === emptyConfig) return config;
  if (config === incoming) return incoming;
  const known = mergedOnce.get(config)?.get(incoming);
  if (known) return known;
  const merged = mergeAnew(config, incoming);
  const memo = mergedOnce.get(config) ?? new WeakMap<TransformerConfig, TransformerConfig>();
  mergedOnce.set(config, memo.set(incoming, merged));
  return merged;
}

function mergeAnew(config: TransformerConfig, incoming: TransformerConfig): TransformerConfig {
  const merged = Object.fromEntries(
    listNames.map((name) => [
      name,
      withPrefix(`failed to merge ${titles[name]} fieldSpec`, () => sortedByGvk(mergeFieldSpecs(config[name], incoming[name]))),
    ]),
  ) as unknown as Record<FieldSpecList, readonly FieldSpec[]>;
  const nameReference = withPrefix("failed to merge NameReference fieldSpec", () =>
    sortedByGvk(mergeNameReferences(config.nameReference, incoming.nameReference)),
  );
  return { ...merged, nameReference };
}

/** The configuration that entries of a file or of the generated table describe, sorted. */
export function configOf(
  entries: {
    readonly [name in FieldSpecList]?: readonly FieldSpecEntry[] | undefined;
  } & { readonly nameReference?: readonly NameReferenceEntry[] | undefined },
): TransformerConfig {
  const lists = Object.fromEntries(
    listNames.map((name) => [name, sortedByGvk((entries[name] ?? []).map(specOf))]),
  ) as unknown as Record<FieldSpecList, readonly FieldSpec[]>;
  const nameReference = sortedByGvk((entries.nameReference ?? []).map(referenceOf));
  return { ...lists, nameReference };
}

function specOf(entry: FieldSpecEntry): FieldSpec {
  return fieldSpec(entry.path ?? "", entry);
}

function referenceOf(entry: NameReferenceEntry): NameReference {
  return {
    group: entry.group ?? "",
    version: entry.version ?? "",
    kind: entry.kind ?? "",
    referrers: (entry.fieldSpecs ?? []).map(specOf),
  };
}

export const defaultConfig: TransformerConfig = configOf(defaultFieldSpecs);
