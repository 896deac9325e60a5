import type { Value } from "../../manifest/value.js";
import { emitYaml } from "../../yaml/emit.js";
import type { Kustomization, LabelArgs, PatchArgs, ReplacementArgs } from "../kustomization/fields.js";
import { prefixError, rewordError } from "../model/errors.js";
import { type FieldSpec, fieldSpec, mergeFieldSpecs } from "../model/field-spec.js";
import type { TransformerConfig } from "../model/transformer-config.js";
import { imageTagTransformer } from "../transformers/image-tag.js";
import { annotationsTransformer, labelTransformer } from "../transformers/labels.js";
import { namespaceTransformer } from "../transformers/namespace.js";
import { patchTransformer } from "../transformers/patch.js";
import { patchJson6902Transformer } from "../transformers/patch-json6902.js";
import { patchStrategicMergeTransformer } from "../transformers/patch-strategic-merge.js";
import { prefixTransformer, suffixTransformer } from "../transformers/prefix-suffix.js";
import { replacementTransformer } from "../transformers/replacement.js";
import { replicaCountTransformer } from "../transformers/replica-count.js";
import type { Transformer } from "../transformers/transformer.js";
import type { PatchReader } from "../tree/patch-reader.js";

/** The transformers that the fields of a kustomization ask for, in the order of the original. */
export function builtinTransformers(
  fields: Kustomization,
  config: TransformerConfig,
  reader: PatchReader,
): readonly Transformer[] {
  const steps: Transformer[] = [];
  const { patchesStrategicMerge, patches, namespace, namePrefix, nameSuffix, commonAnnotations, patchesJson6902, replacements } =
    fields;
  if (patchesStrategicMerge && patchesStrategicMerge.length > 0) {
    const args = { paths: patchesStrategicMerge };
    steps.push(configured("PatchStrategicMergeTransformer", args, () => patchStrategicMergeTransformer(args, reader)));
  }
  for (const [entry, patch] of (patches ?? []).entries()) {
    const text = (): string => configText(patch);
    const step = configured("PatchTransformer", patch, () => patchTransformer(patch, reader, text));
    steps.push({ ...step, entry: { field: "patches", entry } });
  }
  if (namespace) steps.push(namespaceTransformer({ namespace, specs: config.namespace }));
  if (namePrefix) steps.push(prefixTransformer(namePrefix, config.namePrefix));
  if (nameSuffix) steps.push(suffixTransformer(nameSuffix, config.nameSuffix));
  for (const label of fields.labels ?? []) steps.push(labelTransformer(label.pairs ?? {}, labelSpecs(label, config)));
  if (fields.labels?.length || (fields.commonLabels && Object.keys(fields.commonLabels).length > 0))
    steps.push(labelTransformer(fields.commonLabels ?? {}, config.commonLabels));
  if (commonAnnotations && Object.keys(commonAnnotations).length > 0)
    steps.push(annotationsTransformer(commonAnnotations, config.commonAnnotations));
  for (const [entry, { target, path, patch }] of (patchesJson6902 ?? []).entries()) {
    const args = { ...(target ? { target } : {}), ...(path ? { path } : {}), ...(patch ? { jsonOp: patch } : {}) };
    const step = configured("PatchJson6902Transformer", args, () => patchJson6902Transformer(args, reader));
    steps.push({ ...step, entry: { field: "patchesJson6902", entry } });
  }
  for (const replica of fields.replicas ?? []) steps.push(replicaCountTransformer(replica, config.replicas));
  for (const image of fields.images ?? []) steps.push(imageTagTransformer(image, config.images));
  const wanted = replacements?.map(withoutEmptyTargets);
  if (wanted && wanted.length > 0)
    steps.push({
      ...configured("ReplacementTransformer", { Replacements: wanted }, () => replacementTransformer(wanted, reader)),
      entry: { field: "replacements", entry: 0 },
    });
  return steps;
}

const noSpecs: readonly FieldSpec[] = [];
const metadataLabels = [fieldSpec("metadata/labels", { create: true })];

function labelSpecs(label: LabelArgs, config: TransformerConfig): readonly FieldSpec[] {
  try {
    const own = label.fields?.length ? label.fields.map((entry) => fieldSpec(entry.path ?? "", entry)) : noSpecs;
    let specs = mergeFieldSpecs(own, config.labels);
    if (label.includeSelectors) return mergeFieldSpecs(specs, config.commonLabels);
    if (label.includeTemplates)
      try {
        specs = mergeFieldSpecs(specs, config.templateLabels);
      } catch (error) {
        throw prefixError(error, "failed to merge template fieldSpec");
      }
    return mergeFieldSpecs(specs, metadataLabels);
  } catch (error) {
    throw prefixError(error, "failed to merge labels");
  }
}

/** Makes a transformer; what is wrong with its configuration is told together with it. */
export function configured<T>(kind: string, args: object, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw rewordError(
      error,
      (message) => `trouble configuring builtin ${kind} with config: \`\n${configText(args)}\`: ${message}`,
    );
  }
}

function configText(args: PatchArgs | object): string {
  return emitYaml(withoutEmpty(args as unknown as Value), { style: "kubernetes" });
}

function withoutEmpty(value: Value): Value {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, child]) => child !== undefined && child !== "" && child !== false)
      .map(([key, child]) => [key, withoutEmpty(child as Value)]),
  );
}

/** The configuration of a step is written and read once more, which loses empty lists. */
function withoutEmptyTargets({ targets, ...rest }: ReplacementArgs): ReplacementArgs {
  return targets === undefined || targets.length === 0 ? rest : { ...rest, targets };
}
