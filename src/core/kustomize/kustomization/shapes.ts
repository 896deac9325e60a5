/** How a field decodes: Go's types as far as messages name them. */
export type Shape =
  | { readonly kind: "text"; readonly type: string }
  | { readonly kind: "boolean" }
  | { readonly kind: "integer"; readonly type: string }
  | { readonly kind: "list"; readonly of: Shape; readonly type: string }
  | { readonly kind: "texts" }
  | { readonly kind: "any" }
  | Struct;

export interface Struct {
  readonly kind: "struct";
  /** Go's package, where it is not `types`. */
  readonly package?: string;
  readonly type: string;
  /** Fields by their JSON name; `through` are the embedded types that Go passes on the way. */
  readonly fields: { readonly [name: string]: { readonly shape: Shape; readonly through: string } };
}

const text: Shape = { kind: "text", type: "string" };
const boolean: Shape = { kind: "boolean" };
const integer: Shape = { kind: "integer", type: "int" };
const texts: Shape = { kind: "texts" };
const any: Shape = { kind: "any" };

type Fields = { readonly [name: string]: Shape };

function list(of: Shape): Shape {
  return { kind: "list", of, type: `[]${typeName(of)}` };
}

function listOfPointers(of: Shape): Shape {
  return { kind: "list", of, type: `[]*${typeName(of)}` };
}

/** Go's name of a type in messages. */
export function typeName(shape: Shape): string {
  switch (shape.kind) {
    case "text":
    case "integer":
    case "list":
      return shape.type;
    case "boolean":
      return "bool";
    case "texts":
      return "map[string]string";
    case "any":
      return "map[string]interface {}";
    case "struct":
      return `${shape.package ?? "types"}.${shape.type}`;
  }
}

function struct(type: string, fields: Fields, ...embedded: readonly (readonly [string, Struct])[]): Struct {
  const all: { [name: string]: { shape: Shape; through: string } } = {};
  for (const [name, inner] of embedded)
    for (const [field, entry] of Object.entries(inner.fields))
      all[field] = { shape: entry.shape, through: `${name}.${entry.through}` };
  for (const [name, shape] of Object.entries(fields)) all[name] = { shape, through: "" };
  return { kind: "struct", type, fields: all };
}

/** The same of another package than `types`. */
function of(goPackage: string, shape: Struct): Struct {
  return { ...shape, package: goPackage };
}

const gvk = struct("Gvk", { group: text, version: text, kind: text });
const resId = struct("ResId", { name: text, namespace: text }, ["Gvk", gvk]);
export const selectorShape = struct("Selector", { annotationSelector: text, labelSelector: text }, ["ResId", resId]);
export const fieldSpecShape = struct("FieldSpec", { path: text, create: boolean }, ["Gvk", gvk]);
const patchOptions = struct("PatchArgs", { allowNameChange: boolean, allowKindChange: boolean });
export const patchShape = struct("Patch", { path: text, patch: text, target: selectorShape, options: patchOptions });
export const imageShape = struct("Image", { name: text, newName: text, tagSuffix: text, newTag: text, digest: text });
const fieldOptions = struct("FieldOptions", { delimiter: text, index: integer, encoding: text, create: boolean });
const source = struct("SourceSelector", { fieldPath: text, options: fieldOptions }, ["ResId", resId]);
const target = struct("TargetSelector", {
  select: selectorShape,
  reject: listOfPointers(selectorShape),
  fieldPaths: list(text),
  options: fieldOptions,
});
export const plainReplacementShape = struct("Replacement", { source, targets: listOfPointers(target), sourceValue: text });
export const replacementShape = struct("ReplacementField", { path: text }, ["Replacement", plainReplacementShape]);
export const replicaShape = struct("Replica", { name: text, count: { kind: "integer", type: "int64" } });
const varTarget = struct("Target", { apiVersion: text, name: text, namespace: text }, ["Gvk", gvk]);
const varShape = struct("Var", { name: text, objref: varTarget, fieldref: struct("FieldSelector", { fieldPath: text }) });
const sortOptionsShape = struct("SortOptions", {
  order: { kind: "text", type: "types.SortOrder" },
  legacySortOptions: struct("LegacySortOptions", { orderFirst: list(text), orderLast: list(text) }),
});
const generatorOptions = struct("GeneratorOptions", {
  labels: texts,
  annotations: texts,
  disableNameSuffixHash: boolean,
  immutable: boolean,
});
const kvSources = struct("KvPairSources", { literals: list(text), files: list(text), envs: list(text), env: text });
const generatorArgs = struct("GeneratorArgs", { namespace: text, name: text, behavior: text, options: generatorOptions }, [
  "KvPairSources",
  kvSources,
]);
const configMapArgs = struct("ConfigMapArgs", {}, ["GeneratorArgs", generatorArgs]);
const secretArgs = struct("SecretArgs", { type: text }, ["GeneratorArgs", generatorArgs]);
export const metadataShape = struct("ObjectMeta", { name: text, namespace: text, labels: texts, annotations: texts });
const helmGlobals = struct("HelmGlobals", { chartHome: text, configHome: text });
const helmChart = struct("HelmChart", {
  name: text,
  version: text,
  repo: text,
  releaseName: text,
  namespace: text,
  additionalValuesFiles: list(text),
  valuesFile: text,
  valuesInline: any,
  valuesMerge: text,
  includeCRDs: boolean,
  skipHooks: boolean,
  apiVersions: list(text),
  kubeVersion: text,
  nameTemplate: text,
  skipTests: boolean,
  debug: boolean,
  devel: boolean,
});
const legacyHelmChart = struct("HelmChartArgs", {
  chartName: text,
  chartVersion: text,
  chartRepoUrl: text,
  chartHome: text,
  chartRepoName: text,
  helmBin: text,
  helmHome: text,
  values: text,
  valuesLocal: any,
  valuesMerge: text,
  releaseName: text,
  releaseNamespace: text,
  extraArgs: list(text),
});
const label = struct("Label", {
  pairs: texts,
  includeSelectors: boolean,
  includeTemplates: boolean,
  fields: list(fieldSpecShape),
});

const typeMeta = struct("TypeMeta", { kind: text, apiVersion: text });

const kustomizationFields: Fields = {
  metadata: metadataShape,
  openapi: texts,
  namePrefix: text,
  nameSuffix: text,
  namespace: text,
  commonLabels: texts,
  labels: list(label),
  commonAnnotations: texts,
  patchesStrategicMerge: list({ kind: "text", type: "types.PatchStrategicMerge" }),
  patchesJson6902: list(patchShape),
  patches: list(patchShape),
  images: list(imageShape),
  imageTags: list(imageShape),
  replacements: list(replacementShape),
  replicas: list(replicaShape),
  vars: list(varShape),
  sortOptions: sortOptionsShape,
  resources: list(text),
  components: list(text),
  crds: list(text),
  bases: list(text),
  configMapGenerator: list(configMapArgs),
  secretGenerator: list(secretArgs),
  helmGlobals,
  helmCharts: list(helmChart),
  helmChartInflationGenerator: list(legacyHelmChart),
  generatorOptions,
  configurations: list(text),
  generators: list(text),
  transformers: list(text),
  validators: list(text),
  buildMetadata: list(text),
};

export const kustomizationShape = struct("Kustomization", kustomizationFields, ["TypeMeta", typeMeta]);

const fieldSpecs: Shape = { kind: "list", of: fieldSpecShape, type: "types.FsSlice" };
const nameReference = of("builtinconfig", struct("NameBackReferences", { fieldSpecs }, ["Gvk", gvk]));

/** A file of `configurations`. */
export const configurationShape = of(
  "builtinconfig",
  struct("TransformerConfig", {
    namePrefix: fieldSpecs,
    nameSuffix: fieldSpecs,
    namespace: fieldSpecs,
    commonLabels: fieldSpecs,
    labels: fieldSpecs,
    templateLabels: fieldSpecs,
    commonAnnotations: fieldSpecs,
    nameReference: { kind: "list", of: nameReference, type: "builtinconfig.nbrSlice" },
    varReference: fieldSpecs,
    images: fieldSpecs,
    replicas: fieldSpecs,
  }),
);

/** A definition in a file of `crds`. */
export const openApiDefinitionShape = of("accumulator", struct("OpenAPIDefinition", { Schema: any, Dependencies: list(text) }));

const valueAddTarget = struct("Target", { selector: selectorShape, fieldPath: text, filePathPosition: integer });

const iamPolicyArgs = struct("IAMPolicyGeneratorArgs", {
  cloud: { kind: "text", type: "types.Cloud" },
  kubernetesService: struct("KubernetesService", { name: text, namespace: text }),
  serviceAccount: struct("ServiceAccount", { name: text, projectId: text }),
});

/** The configurations of plugins, by kind. */
export const pluginShapes = {
  annotations: struct("AnnotationsTransformerPlugin", { annotations: texts, fieldSpecs: list(fieldSpecShape) }),
  labels: struct("LabelTransformerPlugin", { labels: texts, fieldSpecs: list(fieldSpecShape) }),
  imageTag: struct("ImageTagTransformerPlugin", { imageTag: imageShape, fieldSpecs: list(fieldSpecShape) }),
  namespace: struct("NamespaceTransformerPlugin", {
    metadata: metadataShape,
    fieldSpecs: list(fieldSpecShape),
    unsetOnly: boolean,
    setRoleBindingSubjects: { kind: "text", type: "namespace.RoleBindingSubjectMode" },
  }),
  patch: patchShape,
  patchJson6902: struct("PatchJson6902TransformerPlugin", { target: selectorShape, path: text, jsonOp: text }),
  patchStrategicMerge: struct("PatchStrategicMergeTransformerPlugin", { paths: list(text), patches: text }),
  prefix: of("builtins", struct("PrefixTransformerPlugin", { prefix: text, fieldSpecs })),
  suffix: of("builtins", struct("SuffixTransformerPlugin", { suffix: text, fieldSpecs })),
  replicaCount: struct("ReplicaCountTransformerPlugin", { replica: replicaShape, fieldSpecs: list(fieldSpecShape) }),
  replacement: struct("ReplacementTransformerPlugin", { replacements: list(replacementShape) }),
  valueAdd: struct("ValueAddTransformerPlugin", { value: text, targets: list(valueAddTarget), targetFilePath: text }),
  configMap: struct("ConfigMapGeneratorPlugin", { metadata: metadataShape }, ["ConfigMapArgs", configMapArgs]),
  secret: struct("SecretGeneratorPlugin", { metadata: metadataShape }, ["SecretArgs", secretArgs]),
  helm: struct("HelmChartInflationGeneratorPlugin", {}, ["HelmGlobals", helmGlobals], ["HelmChart", helmChart]),
  iamPolicy: struct("IAMPolicyGeneratorPlugin", {}, ["IAMPolicyGeneratorArgs", iamPolicyArgs]),
} satisfies { readonly [name: string]: Struct };
