import type { Value } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { emitYaml } from "../../yaml/emit.js";
import { parseYaml } from "../../yaml/parse.js";
import { generateConfigMap } from "../generators/config-map.js";
import { type HelmArgs, helmGenerator } from "../generators/helm.js";
import { generateIamPolicy } from "../generators/iam-policy.js";
import { generateSecret } from "../generators/secret.js";
import { decode } from "../kustomization/decode.js";
import { decodeByGoYaml } from "../kustomization/decode-go-yaml.js";
import type {
  GeneratorArgs,
  IamPolicyArgs,
  ImageArgs,
  Metadata,
  PatchArgs,
  ReplacementArgs,
  ReplicaArgs,
  SecretArgs,
  Texts,
} from "../kustomization/fields.js";
import { pluginShapes, type Struct } from "../kustomization/shapes.js";
import { annotation } from "../model/annotations.js";
import { kustomizeError, prefixError, quoteGo } from "../model/errors.js";
import { type FieldSpec, fieldSpec } from "../model/field-spec.js";
import { formatGvk } from "../model/gvk.js";
import { formatId } from "../model/res-id.js";
import type { Resource } from "../model/resource.js";
import { toJson } from "../nodes/json.js";
import type { NodeMap } from "../nodes/node.js";
import type { KustomizeOptions } from "../options.js";
import type { FieldSpecEntry } from "../tables/types.js";
import { hashTransformer } from "../transformers/hash.js";
import { imageTagTransformer } from "../transformers/image-tag.js";
import { annotationsTransformer, labelTransformer } from "../transformers/labels.js";
import { namespaceTransformer, type SubjectMode } from "../transformers/namespace.js";
import { patchTransformer } from "../transformers/patch.js";
import { type PatchJson6902Args, patchJson6902Transformer } from "../transformers/patch-json6902.js";
import { type PatchStrategicMergeArgs, patchStrategicMergeTransformer } from "../transformers/patch-strategic-merge.js";
import { prefixTransformer, suffixTransformer } from "../transformers/prefix-suffix.js";
import { replacementTransformer } from "../transformers/replacement.js";
import { replicaCountTransformer } from "../transformers/replica-count.js";
import type { Transformer } from "../transformers/transformer.js";
import { type ValueAddArgs, valueAddTransformer } from "../transformers/value-add.js";
import type { Loader } from "../tree/loader.js";
import type { PatchReader } from "../tree/patch-reader.js";

/** What a plugin is configured with, beside its configuration. */
export interface PluginContext {
  readonly loader: Loader;
  readonly reader: PatchReader;
  readonly options: KustomizeOptions;
}

export type Generator = () => readonly NodeMap[];

export type Plugin =
  | { readonly kind: "generator"; readonly generate: Generator }
  | { readonly kind: "transformer"; readonly transformer: Transformer };

/** Configures the builtin plugin that a resource of `generators`, `transformers` or `validators` describes. */
export function loadPlugin(config: Resource, context: PluginContext): Plugin {
  const { group, version, kind } = config.curId;
  if (group !== "" || version !== "builtin") refuseExternal(config, context.options);
  const configure = Object.hasOwn(plugins, kind) ? plugins[kind] : undefined;
  if (configure === undefined) throw kustomizeError("KUSTOMIZE_PLUGIN", `unable to load builtin ${formatGvk(config.curId)}`);
  try {
    return configure(toJson(config.value), context);
  } catch (error) {
    throw prefixError(error, `plugin ${formatId(config.orgId)} fails configuration`);
  }
}

function refuseExternal(config: Resource, options: KustomizeOptions): never {
  if (!options.enableAlphaPlugins)
    throw kustomizeError("KUSTOMIZE_PLUGIN", `external plugins disabled; unable to load external plugin '${config.orgId.kind}'`);
  refuseMounts(config);
  throw kustomizeError("KUSTOMIZE_PLUGIN", `the plugin ${formatId(config.orgId)} needs a container or an executable`, {
    hint: "only the builtin plugins run in process",
  });
}

function refuseMounts(config: Resource): void {
  const text = annotation(config.value, "config.kubernetes.io/function") ?? annotation(config.value, "config.k8s.io/function");
  const spec = text === undefined ? null : parseYaml(text, { dialect: "kubernetes" });
  const container = isObject(spec) ? spec["container"] : undefined;
  const mounts = isObject(container) ? container["mounts"] : undefined;
  for (const mount of Array.isArray(mounts) ? mounts : []) {
    const source = isObject(mount) && typeof mount["src"] === "string" ? mount["src"] : "";
    const problem = `plugin ${formatId(config.orgId)} with mount path '${source}' is not permitted; mount paths must be`;
    if (source.startsWith("/"))
      throw kustomizeError("KUSTOMIZE_PLUGIN", `${problem} relative to the current kustomization directory`);
    if (leavesDirectory(source)) throw kustomizeError("KUSTOMIZE_PLUGIN", `${problem} under the current kustomization directory`);
  }
}

function leavesDirectory(path: string): boolean {
  let depth = 0;
  for (const part of path.split("/")) {
    if (part === "..") depth -= 1;
    else if (part !== "" && part !== ".") depth += 1;
    if (depth < 0) return true;
  }
  return false;
}

type Specs = { readonly fieldSpecs?: readonly FieldSpecEntry[] };

function specsOf({ fieldSpecs }: Specs): readonly FieldSpec[] {
  return (fieldSpecs ?? []).map((entry) => fieldSpec(entry.path ?? "", entry));
}

function requireSpecs(args: Specs): readonly FieldSpec[] {
  if (args.fieldSpecs === undefined) throw kustomizeError("KUSTOMIZE_PLUGIN", "fieldSpecs is not expected to be nil");
  return specsOf(args);
}

function read<T>(value: Value, shape: Struct): T {
  return decode(value, shape, { isStrict: false, isCoercing: true }) as T;
}

/** These two plugins of the original read their configuration with another library than the rest. */
function readAffix<T>(value: Value, shape: Struct): T {
  return decodeByGoYaml(value, shape) as T;
}

function transformerPlugin(
  make: (value: Value, context: PluginContext) => Transformer,
): (value: Value, context: PluginContext) => Plugin {
  return (value, context) => ({ kind: "transformer", transformer: make(value, context) });
}

function generatorPlugin(
  make: (value: Value, context: PluginContext) => Generator,
): (value: Value, context: PluginContext) => Plugin {
  return (value, context) => ({ kind: "generator", generate: make(value, context) });
}

function named<T extends { readonly name?: string; readonly namespace?: string }>(args: T & { readonly metadata?: Metadata }): T {
  const { metadata, ...rest } = args;
  return {
    ...rest,
    name: args.name || metadata?.name,
    namespace: args.namespace || metadata?.namespace,
  } as unknown as T;
}

const subjectModes = ["defaultOnly", "none", "allServiceAccounts"];

const plugins: { readonly [kind: string]: (value: Value, context: PluginContext) => Plugin } = {
  AnnotationsTransformer: transformerPlugin((value) => {
    const args = read<Specs & { annotations?: Texts }>(value, pluginShapes.annotations);
    return annotationsTransformer(args.annotations ?? {}, specsOf(args));
  }),
  LabelTransformer: transformerPlugin((value) => {
    const args = read<Specs & { labels?: Texts }>(value, pluginShapes.labels);
    return labelTransformer(args.labels ?? {}, specsOf(args));
  }),
  HashTransformer: transformerPlugin(() => hashTransformer),
  ImageTagTransformer: transformerPlugin((value) => {
    const args = read<Specs & { imageTag?: ImageArgs }>(value, pluginShapes.imageTag);
    return imageTagTransformer(args.imageTag ?? {}, specsOf(args));
  }),
  NamespaceTransformer: transformerPlugin((value) => {
    const args = read<Specs & { metadata?: Metadata; unsetOnly?: boolean; setRoleBindingSubjects?: string }>(
      value,
      pluginShapes.namespace,
    );
    const mode = args.setRoleBindingSubjects || "defaultOnly";
    if (!subjectModes.includes(mode))
      throw kustomizeError(
        "KUSTOMIZE_PLUGIN",
        `invalid value ${quoteGo(mode)} for setRoleBindingSubjects: must be one of "defaultOnly", "none" or "allServiceAccounts"`,
      );
    return namespaceTransformer({
      namespace: args.metadata?.namespace ?? "",
      specs: specsOf(args),
      isUnsetOnly: args.unsetOnly ?? false,
      subjects: mode as SubjectMode,
    });
  }),
  PatchTransformer: transformerPlugin((value, { reader }) =>
    patchTransformer(read<PatchArgs>(value, pluginShapes.patch), reader, () => emitYaml(value, { style: "kustomize" })),
  ),
  PatchJson6902Transformer: transformerPlugin((value, { reader }) =>
    patchJson6902Transformer(read<PatchJson6902Args>(value, pluginShapes.patchJson6902), reader),
  ),
  PatchStrategicMergeTransformer: transformerPlugin((value, { reader }) =>
    patchStrategicMergeTransformer(read<PatchStrategicMergeArgs>(value, pluginShapes.patchStrategicMerge), reader),
  ),
  PrefixTransformer: transformerPlugin((value) => {
    const args = readAffix<Specs & { prefix?: string }>(value, pluginShapes.prefix);
    return prefixTransformer(args.prefix ?? "", requireSpecs(args));
  }),
  SuffixTransformer: transformerPlugin((value) => {
    const args = readAffix<Specs & { suffix?: string }>(value, pluginShapes.suffix);
    return suffixTransformer(args.suffix ?? "", requireSpecs(args));
  }),
  PrefixSuffixTransformer: transformerPlugin((value) => {
    const prefix = readAffix<Specs & { prefix?: string }>(value, pluginShapes.prefix);
    const suffix = readAffix<Specs & { suffix?: string }>(value, pluginShapes.suffix);
    const steps = [
      prefixTransformer(prefix.prefix ?? "", requireSpecs(prefix)),
      suffixTransformer(suffix.suffix ?? "", requireSpecs(suffix)),
    ];
    return {
      kind: "PrefixSuffixTransformer",
      transform: (map, context) => steps.forEach((step) => step.transform(map, context)),
    };
  }),
  ReplicaCountTransformer: transformerPlugin((value) => {
    const args = read<Specs & { replica?: ReplicaArgs }>(value, pluginShapes.replicaCount);
    return replicaCountTransformer(args.replica ?? {}, specsOf(args));
  }),
  ReplacementTransformer: transformerPlugin((value, { reader }) => {
    const args = read<{ replacements?: readonly ReplacementArgs[] }>(value, pluginShapes.replacement);
    return replacementTransformer(args.replacements ?? [], reader);
  }),
  ValueAddTransformer: transformerPlugin((value, { reader, loader }) => {
    const directory = loader.root.slice(loader.root.lastIndexOf("/") + 1) || "/";
    return valueAddTransformer(read<ValueAddArgs>(value, pluginShapes.valueAdd), reader, directory);
  }),
  ConfigMapGenerator: generatorPlugin((value, { reader }) => {
    const args = named(read<GeneratorArgs>(value, pluginShapes.configMap));
    return () => [generateConfigMap(reader.read, args)];
  }),
  SecretGenerator: generatorPlugin((value, { reader }) => {
    const args = named(read<SecretArgs>(value, pluginShapes.secret));
    return () => [generateSecret(reader.read, args)];
  }),
  HelmChartInflationGenerator: generatorPlugin((value, { loader, options }) =>
    helmGenerator(read<HelmArgs>(value, pluginShapes.helm), loader, options),
  ),
  IAMPolicyGenerator: generatorPlugin((value) => {
    const args = read<IamPolicyArgs>(value, pluginShapes.iamPolicy);
    return () => [generateIamPolicy(args)];
  }),
};
