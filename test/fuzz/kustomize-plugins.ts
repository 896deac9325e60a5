import type { Value } from "#src/core/manifest/value.js";
import { emitJson } from "#src/core/yaml/json.js";
import { fieldSpecs, type Place, replacement, selector } from "./kustomize-features.js";
import type { Fields } from "./kustomize-kinds.js";

/** The configuration of a builtin plugin, with more of its fields than a kustomization can set. */
export function randomPlugin(place: Place, role: "transformer" | "generator" | "validator"): Value {
  const { random } = place;
  const [kind, config] = random.pick(Object.entries(role === "generator" ? generators : transformers));
  const head = {
    apiVersion: "builtin",
    kind,
    metadata: { name: `plugin-${random.below(9)}`, ...(random.chance(0.1) ? { namespace: "pl" } : {}) },
  };
  const body = config(place);
  const { metadata, ...rest } = body;
  return { ...head, ...(metadata === undefined ? {} : { metadata }), ...rest };
}

type Config = (place: Place) => Fields;

const generators: { readonly [kind: string]: Config } = {
  ConfigMapGenerator: ({ random }) => ({
    ...(random.chance(0.5) ? { name: "pcfg" } : {}),
    literals: ["a=1", "b=x y"],
    ...(random.chance(0.3) ? { options: { disableNameSuffixHash: true, labels: { p: "1" } } } : {}),
    ...(random.chance(0.2) ? { behavior: random.pick(["create", "create", "create", "merge"]) } : {}),
  }),
  SecretGenerator: ({ random }) => ({ name: "psec", literals: ["a=1"], ...(random.chance(0.4) ? { type: "Opaque" } : {}) }),
  IAMPolicyGenerator: ({ random }) => ({
    cloud: random.chance(0.95) ? "gke" : "aws",
    kubernetesService: { name: "k", ...(random.chance(0.5) ? { namespace: "n" } : {}) },
    serviceAccount: { name: "s", projectId: "p" },
  }),
};

const transformers: { readonly [kind: string]: Config } = {
  AnnotationsTransformer: ({ random }) => ({ annotations: { pa: random.pick(["1", "x"]) }, fieldSpecs: fieldSpecs(random) }),
  LabelTransformer: ({ random }) => ({ labels: { pl: random.pick(["1", "x"]), app: "pl" }, fieldSpecs: fieldSpecs(random) }),
  NamespaceTransformer: ({ random }) => ({
    metadata: { name: "ns", namespace: random.pick(["plug", "prod", ""]) },
    ...(random.chance(0.4)
      ? { setRoleBindingSubjects: random.pick(["none", "allServiceAccounts", "defaultOnly", "bogus"]) }
      : {}),
    ...(random.chance(0.4) ? { unsetOnly: true } : {}),
    ...(random.chance(0.6)
      ? { fieldSpecs: random.chance(0.5) ? [{ path: "metadata/namespace", create: true }] : fieldSpecs(random) }
      : {}),
  }),
  PrefixTransformer: ({ random }) => ({
    prefix: "pp-",
    ...(random.chance(0.9) ? { fieldSpecs: [{ path: "metadata/name" }] } : {}),
  }),
  SuffixTransformer: ({ random }) => ({
    suffix: "-ps",
    fieldSpecs: random.chance(0.7) ? [{ path: "metadata/name" }] : fieldSpecs(random),
  }),
  PrefixSuffixTransformer: () => ({ prefix: "a-", suffix: "-b", fieldSpecs: [{ path: "metadata/name" }] }),
  ImageTagTransformer: ({ random }) => ({
    imageTag: { name: random.pick(["nginx", "app"]), newTag: "pt" },
    fieldSpecs: random.chance(0.5)
      ? [{ path: "spec/template/spec/containers[]/image" }, { path: "spec/image" }]
      : fieldSpecs(random),
  }),
  ReplicaCountTransformer: ({ random, known }) => ({
    replica: { name: random.pick(known).name, count: 5 },
    fieldSpecs: [
      { path: "spec/replicas", create: random.chance(0.5), kind: random.pick(["Deployment", "StatefulSet", "Widget", ""]) },
    ],
  }),
  HashTransformer: () => ({}),
  PatchTransformer: (place) => ({
    patch: emitJson(
      place.random.chance(0.5)
        ? [{ op: "add", path: "/metadata/annotations", value: { pt: "x" } }]
        : { metadata: { annotations: { pt: "y" }, name: "any" }, kind: "Any", apiVersion: "v1" },
    ),
    target: selector(place),
    ...(place.random.chance(0.2) ? { options: { allowNameChange: true } } : {}),
  }),
  PatchJson6902Transformer: ({ random, known }) => {
    const { kind, name, apiVersion } = random.pick(known);
    const group = apiVersion.includes("/") ? apiVersion.split("/")[0]! : "";
    return { target: { kind, name, group }, jsonOp: emitJson([{ op: "add", path: "/metadata/labels", value: { j: "1" } }]) };
  },
  PatchStrategicMergeTransformer: ({ random, known }) => {
    const { kind, name, apiVersion, namespace } = random.pick(known);
    return {
      patches: emitJson({ apiVersion, kind, metadata: { name, ...(namespace ? { namespace } : {}), annotations: { psm: "1" } } }),
    };
  },
  ReplacementTransformer: (place) => ({ replacements: [replacement(place)] }),
  ValueAddTransformer: (place) => ({
    ...(place.random.chance(0.8) ? { value: place.random.pick(["va", "5", ""]) } : {}),
    targets: [
      {
        ...(place.random.chance(0.5) ? { selector: selector(place) } : {}),
        fieldPath: place.random.pick(["metadata/name", "metadata/annotations/va", "spec/nested/x/y", "metadata/namespace"]),
        ...(place.random.chance(0.3) ? { filePathPosition: place.random.pick([1, 2, 3]) } : {}),
      },
    ],
    ...(place.random.chance(0.2) ? { targetFilePath: "a/b" } : {}),
  }),
};
