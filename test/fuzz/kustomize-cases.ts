import type { Value } from "#src/core/manifest/value.js";
import { emitJson } from "#src/core/yaml/json.js";
import type { BuildCase } from "./kustomize-case.js";
import type { Random } from "./random.js";

type Fields = { [key: string]: Value };

interface Known {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

/** What the manifests of a case hold, so that most edits have something to edit. */
function knownResources(texts: readonly string[]): readonly Known[] {
  return texts.flatMap((text) =>
    text.split(/^---\n/m).map((part) => ({
      apiVersion: /^apiVersion: (.*)$/m.exec(part)?.[1] ?? "",
      kind: /^kind: (.*)$/m.exec(part)?.[1] ?? "",
      name: (/^ {2}name: (.*)$/m.exec(part)?.[1] ?? "").replaceAll('"', ""),
      namespace: /^ {2}namespace: (.*)$/m.exec(part)?.[1] ?? "",
    })),
  );
}

const names = ["web", "api", "db", "e5", "cache-1", "a.b"];
const namespaces = ["prod", "default", "team-a"];
const plainScalars = [
  "x",
  "5",
  '"5"',
  "'true'",
  "true",
  "1.0",
  "0x1F",
  "1e3",
  "~",
  "null",
  "",
  "yes",
  "on",
  "012",
  "2020-01-02",
  "'a: b'",
  '""',
  "a b",
  "9007199254740993",
  "|\n{indent}  line1\n{indent}  line2",
  "1_000",
  ".5",
  "'#no'",
];

/** A base of random resources, components, and overlays upon each other; every field is legal, the combination need not be. */
export function randomKustomizations(random: Random): BuildCase {
  const files: Record<string, string> = {};
  const resources = random.some(names, 0.5);
  if (resources.length === 0) resources.push("web");
  const paths = resources.map((name) => {
    files[`base/${name}.yaml`] = randomManifest(random, name);
    return `${name}.yaml`;
  });
  const known = knownResources(Object.values(files));
  const baseGenerators = generators(random, "base");
  files["base/kustomization.yaml"] = kustomization({
    ...baseGenerators,
    resources: paths,
    ...(random.chance(0.3) ? edits(random, known) : {}),
  });
  const components = random.chance(0.4) ? ["c0"] : [];
  for (const component of components)
    files[`${component}/kustomization.yaml`] = kustomization({
      apiVersion: "kustomize.config.k8s.io/v1alpha1",
      kind: "Component",
      commonAnnotations: { component },
      ...edits(random, known),
      ...(random.chance(0.3) ? generators(random, component) : {}),
    });
  let below = "base";
  const depth = 1 + random.below(3);
  const componentLevel = random.below(depth);
  for (let level = 0; level < depth; level++) {
    const fields: Fields = { resources: [`../${below}`], ...edits(random, known) };
    if (random.chance(0.4))
      Object.assign(fields, random.chance(0.5) ? generators(random, `o${level}`) : changedGenerators(random, baseGenerators));
    if (components.length > 0 && level === componentLevel)
      fields["components"] = components.map((component) => `../${component}`);
    below = `o${level}`;
    files[`${below}/kustomization.yaml`] = kustomization(fields);
  }
  return { files, target: below };
}

function kustomization(fields: Fields): string {
  return `${emitJson(fields, { indent: 2, escapeHtml: false })}\n`;
}

function scalar(random: Random, indent: string): string {
  return random.pick(plainScalars).replaceAll("{indent}", indent);
}

function entries(random: Random, indent: string, keys: readonly string[]): string {
  const lines = random.some(keys, 0.6).map((key) => `${indent}${key}: ${scalar(random, indent)}`);
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function randomManifest(random: Random, name: string): string {
  const count = 1 + random.below(4);
  const parts: string[] = [];
  const kinds = [workload, service, configMap, role, custom, ingress, cronJob, scaler];
  for (let i = 0; i < count; i++) parts.push(random.pick(kinds)(random, name));
  const byKind = new Map(parts.map((part) => [/^kind: (.*)$/m.exec(part)?.[1], part]));
  return [...byKind.values()].join("---\n");
}

function metadata(random: Random, name: string): string {
  const namespace = random.chance(0.25) ? `  namespace: ${random.pick(namespaces)}\n` : "";
  const labels = random.chance(0.6)
    ? `  labels:\n    app: ${random.pick(["web", "'api'", '"db"'])}\n${random.chance(0.3) ? "    tier: 5\n" : ""}`
    : "";
  const annotations = random.chance(0.4) ? `  annotations:\n    note: ${random.pick(["x", "'5'", "true", "7"])}\n` : "";
  return `metadata:\n  name: ${random.chance(0.2) ? `"${name}"` : name}\n${namespace}${labels}${annotations}`;
}

function podSpec(random: Random, indent: string): string {
  const container = (name: string): string =>
    `${indent}- name: ${name}\n${indent}  image: ${random.pick(["nginx", "'nginx:1.2'", "reg.io/app:v1", "nginx@sha256:abc", '"busybox"'])}\n` +
    (random.chance(0.5)
      ? `${indent}  env:\n${indent}  - name: A\n${indent}    value: ${scalar(random, `${indent}    `)}\n${indent}  - name: B\n${indent}    valueFrom:\n${indent}      configMapKeyRef:\n${indent}        name: base-cm\n${indent}        key: k\n`
      : "") +
    (random.chance(0.4)
      ? `${indent}  ports:\n${indent}  - containerPort: 80\n${indent}  - containerPort: ${random.pick(["80", "443", "'80'"])}\n${random.chance(0.5) ? `${indent}    protocol: UDP\n` : ""}`
      : "") +
    (random.chance(0.3) ? `${indent}  args: [a, "5", 5, "$(VAR)"]\n` : "") +
    (random.chance(0.3) ? `${indent}  volumeMounts:\n${indent}  - mountPath: /x\n${indent}    name: v\n` : "");
  return (
    `${indent}containers:\n${container("main")}${random.chance(0.5) ? container("side") : ""}` +
    (random.chance(0.3) ? `${indent}initContainers:\n${container("init")}` : "") +
    (random.chance(0.4)
      ? `${indent}volumes:\n${indent}- name: v\n${indent}  secret:\n${indent}    secretName: base-secret\n`
      : "") +
    (random.chance(0.3) ? `${indent}serviceAccountName: web\n` : "") +
    (random.chance(0.2) ? `${indent}nodeSelector: {a: b, c: }\n` : "") +
    (random.chance(0.2) ? `${indent}empty:\n` : "")
  );
}

function workload(random: Random, name: string): string {
  const kind = random.pick(["Deployment", "StatefulSet", "DaemonSet"]);
  const template = random.chance(0.7) ? `    metadata:\n      labels:\n        app: ${random.pick(["web", "'web'"])}\n` : "";
  return (
    `apiVersion: apps/v1\nkind: ${kind}\n${metadata(random, name)}spec:\n` +
    (random.chance(0.5) ? `  replicas: ${random.pick(["1", "'2'", "0x3"])}\n` : "") +
    (random.chance(0.6) ? "  selector:\n    matchLabels:\n      app: web\n" : "") +
    `  template:\n${template}    spec:\n${podSpec(random, "      ")}`
  );
}

function service(random: Random, name: string): string {
  return `apiVersion: v1\nkind: Service\n${metadata(random, name)}spec:\n  ports:\n  - port: 80\n    name: http\n${random.chance(0.4) ? "  - port: 81\n    protocol: UDP\n" : ""}${random.chance(0.6) ? "  selector:\n    app: web\n" : ""}`;
}

function configMap(random: Random, name: string): string {
  return `apiVersion: v1\nkind: ${random.pick(["ConfigMap", "Secret"])}\n${metadata(random, name)}data:\n  k: v\n${entries(random, "  ", ["a", "b", "long-key", "z.yaml"])}`;
}

function role(random: Random, name: string): string {
  const kind = random.pick(["RoleBinding", "ClusterRoleBinding", "Role", "ServiceAccount", "Namespace"]);
  if (kind === "ServiceAccount" || kind === "Namespace") return `apiVersion: v1\nkind: ${kind}\n${metadata(random, name)}`;
  if (kind === "Role")
    return `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\n${metadata(random, name)}rules:\n- apiGroups: [""]\n  resources: [secrets]\n  resourceNames: [base-secret, other]\n`;
  return (
    `apiVersion: rbac.authorization.k8s.io/v1\nkind: ${kind}\n${metadata(random, name)}roleRef:\n  apiGroup: rbac.authorization.k8s.io\n  kind: Role\n  name: ${name}\n` +
    `subjects:\n- kind: ServiceAccount\n  name: ${random.pick([name, "default"])}\n${random.chance(0.5) ? `  namespace: ${random.pick(namespaces)}\n` : ""}- kind: Group\n  name: devs\n`
  );
}

function custom(random: Random, name: string): string {
  return (
    `apiVersion: example.com/v1\nkind: Widget\n${metadata(random, name)}spec:\n${entries(random, "  ", ["a", "b", "c", "d"])}  list:\n  - name: one\n    v: ${scalar(random, "    ")}\n  - name: two\n` +
    `  nested:\n    x: 1\n${entries(random, "    ", ["y", "z"])}${random.chance(0.3) ? '  flow: {a: 1, b: [x, y], c: "5"}\n' : ""}`
  );
}

function ingress(random: Random, name: string): string {
  return `apiVersion: networking.k8s.io/v1\nkind: Ingress\n${metadata(random, name)}spec:\n  tls:\n  - hosts: [a.example]\n    secretName: base-secret\n  rules:\n  - host: a.example\n    http:\n      paths:\n      - path: /\n        pathType: Prefix\n        backend:\n          service:\n            name: ${name}\n            port:\n              number: 80\n`;
}

function cronJob(random: Random, name: string): string {
  return `apiVersion: batch/v1\nkind: CronJob\n${metadata(random, name)}spec:\n  schedule: "* * * * *"\n  jobTemplate:\n    spec:\n      template:\n        spec:\n${podSpec(random, "          ")}`;
}

function scaler(random: Random, name: string): string {
  return `apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n${metadata(random, name)}spec:\n  scaleTargetRef:\n    apiVersion: apps/v1\n    kind: Deployment\n    name: ${name}\n  maxReplicas: 3\n`;
}

function generators(random: Random, name: string): Fields {
  const fields: Fields = {};
  const options: Fields = random.chance(0.3)
    ? { options: { disableNameSuffixHash: random.chance(0.5), labels: { gen: "yes" }, immutable: random.chance(0.3) } }
    : {};
  if (random.chance(0.7))
    fields["configMapGenerator"] = [{ name: `${name}-cm`, literals: ["k=v", `n=${random.below(9)}`, "q='x y'"], ...options }];
  if (random.chance(0.5))
    fields["secretGenerator"] = [
      { name: `${name}-secret`, literals: ["pw=hunter2"], type: random.pick(["Opaque", ""]), ...options },
    ];
  if (random.chance(0.2)) fields["generatorOptions"] = { annotations: { g: "1" }, disableNameSuffixHash: random.chance(0.5) };
  return fields;
}

/** The base's generators once more, to merge into what they made or to replace it. */
function changedGenerators(random: Random, made: Fields): Fields {
  const behavior = random.pick(["merge", "replace"]);
  const again = (field: string): Fields => {
    const before = made[field];
    if (!Array.isArray(before)) return {};
    return { [field]: before.map((args: Value) => ({ ...(args as Fields), behavior, literals: ["k=over", "added=1"] })) };
  };
  return { ...again("configMapGenerator"), ...again("secretGenerator") };
}

function edits(random: Random, known: readonly Known[]): Fields {
  const workloads = known.filter(({ kind }) => kind === "Deployment" || kind === "StatefulSet");
  const fields: Fields = {};
  const add = (probability: number, name: string, make: () => Value): void => {
    if (random.chance(probability)) fields[name] = make();
  };
  add(0.3, "namePrefix", () => random.pick(["p-", "1", "x."]));
  add(0.2, "nameSuffix", () => random.pick(["-s", "2"]));
  add(0.3, "namespace", () => random.pick([...namespaces, "123"]));
  add(0.25, "commonLabels", () => ({ team: random.pick(["a", "5"]), app: random.pick(["web", "new"]) }));
  add(0.3, "labels", () => [
    { pairs: { env: random.pick(["e1", "true"]) }, includeSelectors: random.chance(0.3), includeTemplates: random.chance(0.4) },
  ]);
  add(0.25, "commonAnnotations", () => ({ note: random.pick(["n", "1"]), other: "o" }));
  add(0.35, "images", () => [
    {
      name: random.pick(["nginx", "reg.io/app", "busybox"]),
      ...random.pick<Fields>([
        { newTag: "9" },
        { newName: "other/img" },
        { digest: "sha256:123" },
        { newName: "n", newTag: "1.0" },
      ]),
    },
  ]);
  if (workloads.length > 0) add(0.15, "replicas", () => [{ name: random.pick(workloads).name, count: random.below(9) }]);
  add(0.6, "patches", () => [randomPatch(random, known), ...(random.chance(0.4) ? [randomPatch(random, known)] : [])]);
  add(0.15, "patchesStrategicMerge", () => [mergePatch(random, random.pick(known))]);
  add(0.2, "replacements", () => [randomReplacement(random, known)]);
  add(0.1, "sortOptions", () => ({ order: random.pick(["fifo", "legacy"]) }));
  add(0.1, "buildMetadata", () => random.some(["originAnnotations", "transformerAnnotations", "managedByLabel"], 0.5));
  return fields;
}

const anything: Known = { apiVersion: "apps/v1", kind: "Deployment", name: "any" };

function randomPatch(random: Random, known: readonly Known[]): Fields {
  if (random.chance(0.4)) return { patch: mergePatch(random, random.chance(0.004) ? anything : random.pick(known)) };
  const target: Fields = random.pick<Fields>([
    { kind: "Deployment" },
    { kind: "Widget" },
    { name: random.pick(known).name },
    { kind: ".*Set|Service" },
    { labelSelector: "app=web" },
    { kind: "ConfigMap", namespace: "default" },
    { annotationSelector: "note" },
  ]);
  if (random.chance(0.5))
    return {
      target,
      patch: mergePatch(random, random.chance(0.5) ? anything : { ...random.pick(known), name: "any" }),
      ...(random.chance(0.1) ? { options: { allowNameChange: true } } : {}),
    };
  const operations: Fields[] = [
    { op: "add", path: "/metadata/annotations/added", value: "again" },
    { op: "add", path: "/metadata/labels", value: { fresh: "l", app: "web" } },
    { op: "add", path: "/metadata/annotations/added", value: random.pick<Value>(["x", 5, true]) },
    { op: "add", path: "/spec", value: { replaced: random.pick<Value>([1, "1", null, 1234567]) } },
    { op: "copy", from: "/metadata/name", path: "/metadata/copied" },
  ];
  if (target["kind"] === "Deployment")
    operations.push(
      { op: "test", path: "/kind", value: "Deployment" },
      { op: "add", path: "/spec/template/spec/containers/-", value: { name: "extra", image: "extra:1" } },
    );
  // These fail on resources without the field, and on what they lead to.
  if (random.chance(0.05))
    operations.push(
      { op: "replace", path: "/metadata/name", value: "renamed" },
      { op: "remove", path: "/metadata/labels" },
      { op: "replace", path: "/spec", value: { a: [1, "two", { three: 3.5 }] } },
      { op: "move", from: "/spec", path: "/moved" },
    );
  return { target, patch: emitJson([random.pick(operations), ...(random.chance(0.3) ? [random.pick(operations)] : [])]) };
}

function mergePatch(random: Random, resource: Known): string {
  const { apiVersion, kind, name, namespace = "" } = resource;
  const place = namespace === "" ? "" : `  namespace: ${namespace}\n`;
  const head = `apiVersion: ${apiVersion}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${place}${random.chance(0.3) ? "  labels:\n    app: patched\n    extra: 5\n" : ""}`;
  if (random.chance(0.01)) return `$patch: delete\n${head}`;
  switch (kind) {
    case "Widget":
      return `${head}spec:\n${entries(random, "  ", ["a", "b", "c", "e"])}  nested: ${random.pick(["{x: 2}", "{$patch: replace, q: 1}", "{$patch: delete}", "null", "{y: null}", ""])}\n  list: ${random.pick(["[]", "[{name: two, v: 3}]", "null"])}\n`;
    case "ConfigMap":
      return `${head}data:\n  k: ${random.pick(["new", "5", "null", "'7'"])}\n${entries(random, "  ", ["a", "new"])}`;
    case "Service":
      return `${head}spec:\n  ports:\n  - port: ${random.pick(["80", "81", "82"])}\n    ${random.pick(["protocol: UDP", "targetPort: 8080", "$patch: delete", "name: other"])}\n`;
    case "Role":
    case "RoleBinding":
    case "ClusterRoleBinding":
    case "ServiceAccount":
    case "Namespace":
    case "Secret":
      return `${head}extra:\n${entries(random, "  ", ["a", "b"])}  z: 1\n`;
    case "Ingress":
      return `${head}spec:\n  tls: ${random.pick(["null", "[{hosts: [b.example]}]"])}\n  rules:\n  - host: b.example\n`;
    case "HorizontalPodAutoscaler":
      return `${head}spec:\n  minReplicas: ${random.pick(["1", "'1'", "null"])}\n`;
    case "CronJob":
      return `${head}spec:\n  schedule: ${random.pick(["'1 * * * *'", "daily"])}\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          containers:\n          - name: main\n            image: cron:2\n`;
    default:
      return (
        `${head}spec:\n${random.chance(0.3) ? `  replicas: ${random.pick(["3", "null", "'4'"])}\n` : ""}  template:\n    spec:\n` +
        `${random.chance(0.2) ? "      empty: 1\n" : ""}      containers:\n${random.chance(0.1) ? "      - $patch: replace\n" : ""}      - name: ${random.pick(["main", "side", "added"])}\n` +
        random.pick([
          "        image: patched:2\n",
          "        $patch: delete\n",
          "        env:\n        - name: A\n          value: 5\n        - name: N\n          value: n\n",
          "        ports:\n        - containerPort: 80\n          protocol: TCP\n        - containerPort: 9000\n",
          "        args: [only]\n",
          "        env: null\n",
          "        env:\n        - name: B\n          $patch: delete\n",
          "        volumeMounts:\n        - mountPath: /x\n          name: other\n        - mountPath: /y\n          name: v\n",
        ])
      );
  }
}

const sourcePaths: { readonly [kind: string]: readonly Fields[] } = {
  Service: [{ fieldPath: "spec.ports.0.port" }, { fieldPath: "spec.ports" }],
  Widget: [{ fieldPath: "spec.nested" }, { fieldPath: "spec.nested.x" }, { fieldPath: "spec.list.[name=one].name" }],
  Deployment: [
    { fieldPath: "spec.template.spec.containers.[name=main].image", options: { delimiter: ":", index: 0 } },
    { fieldPath: "spec.template" },
  ],
};

function randomReplacement(random: Random, known: readonly Known[]): Fields {
  const { kind, name } = random.pick(known);
  const source: Fields = { kind, name, ...random.pick(sourcePaths[kind] ?? [{ fieldPath: "metadata.name" }, {}]) };
  const target = random.pick<Fields>([
    { select: { kind: "Widget" }, fieldPaths: ["spec.a"], options: { create: random.chance(0.9) } },
    {
      select: { kind: "Deployment" },
      fieldPaths: ["spec.template.spec.containers.*.image"],
      options: { delimiter: ":", index: random.pick([-1, 0, 1, 9]) },
    },
    {
      select: { kind: "Deployment" },
      fieldPaths: ["metadata.annotations.[a.b/c]", "metadata.labels.app"],
      options: { create: true },
    },
    { select: { kind: "Widget" }, fieldPaths: ["spec.list.[name=one].v"], options: { create: random.chance(0.9) } },
    { select: { name: "web" }, reject: [{ kind: "Service" }], fieldPaths: ["metadata.labels.copied"], options: { create: true } },
    { select: { kind: "Service" }, fieldPaths: ["spec.selector.app"], options: { create: random.chance(0.9) } },
  ]);
  return random.chance(0.15) ? { sourceValue: random.pick(["5", "text"]), targets: [target] } : { source, targets: [target] };
}
