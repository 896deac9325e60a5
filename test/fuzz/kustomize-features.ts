import type { Value } from "#src/core/manifest/value.js";
import { emitJson } from "#src/core/yaml/json.js";
import type { BuildCase } from "./kustomize-case.js";
import { type Fields, type Known, knownOf, randomResource } from "./kustomize-kinds.js";
import { randomPlugin } from "./kustomize-plugins.js";
import type { Random } from "./random.js";
import { randomYaml } from "./random-yaml.js";

const names = ["web", "api", "db", "sa"];

/** Names that fields refer to: those of resources and of what generators make. */
const referred = [...names, "cfg", "sec"];

/** A base of resources that name each other under overlays that use a few of every field of a kustomization, plugins among them. */
export function randomFeatures(random: Random): BuildCase {
  const files: Record<string, string> = {};
  const write = (path: string, value: Value): void =>
    void (files[path] = random.chance(0.6) ? randomYaml(random, value) : emitJson(value, { indent: 1 }));
  const count = 1 + random.below(5);
  const known: Known[] = [];
  const resources: string[] = [];
  for (let i = 0; i < count; i++) {
    const resource = randomResource(random, random.pick(names), referred);
    if (known.some(({ kind, name }) => kind === knownOf(resource).kind && name === knownOf(resource).name)) continue;
    known.push(knownOf(resource));
    resources.push(`r${i}.yaml`);
    write(`base/r${i}.yaml`, resource);
  }
  const place = (directory: string) => ({
    random,
    known,
    directory,
    write,
    text: (path: string, text: string) => void (files[path] = text),
  });
  const hasGenerators = random.chance(0.6);
  write("base/kustomization.yaml", {
    resources,
    ...(hasGenerators ? generators(place("base"), []) : {}),
    ...(random.chance(0.3) ? fields(place("base"), 2) : {}),
  });
  let below = "base";
  for (let level = 0; level < 1 + random.below(2); level++) {
    const directory = `o${level}`;
    const here = place(directory);
    write(`${directory}/kustomization.yaml`, {
      ...(random.chance(0.2) ? { apiVersion: "kustomize.config.k8s.io/v1beta1", kind: "Kustomization" } : {}),
      resources: [`../${below}`],
      ...fields(here, 1 + random.below(4)),
      ...(hasGenerators && random.chance(0.4) ? generators(here, made) : {}),
    });
    below = directory;
  }
  const options = {
    ...(random.chance(0.3) ? { reorder: random.pick(["legacy", "none"] as const) } : {}),
    ...(random.chance(0.05) ? { managedByLabel: true } : {}),
    ...(random.chance(0.1) ? { loadRestrictions: "none" as const } : {}),
  };
  return { files, target: below, options };
}

/** What the base generates, for overlays to merge into or replace. */
const made = ["cfg", "sec"];

export interface Place {
  readonly random: Random;
  readonly known: readonly Known[];
  readonly directory: string;
  write(path: string, value: Value): void;
  text(path: string, text: string): void;
}

type Maker = (place: Place) => Value;

/** So many fields of a kustomization, drawn from all. */
export function fields(place: Place, count: number): Fields {
  const chosen: Fields = {};
  const all = Object.keys(makers);
  for (let i = 0; i < count; i++) {
    const field = place.random.pick(all);
    chosen[field] = makers[field]!(place);
  }
  return chosen;
}

function generators({ random, directory, text }: Place, made: readonly string[]): Fields {
  const one = (name: string): Fields => {
    const isWrong = random.chance(0.03);
    const behavior = isWrong
      ? random.pick(["merge", "create", "bogus", ""])
      : made.includes(name)
        ? random.pick(["merge", "replace"])
        : "";
    const args: Fields = { name };
    if (behavior !== "") args["behavior"] = behavior;
    if (random.chance(made.length === 0 ? 0.1 : 0.02)) args["namespace"] = random.pick(["prod", "team-a"]);
    if (random.chance(0.6))
      args["literals"] = random.some(
        [
          "a=1",
          "b='x y'",
          'c="q"',
          "d=a=b",
          "e=",
          "f=multi\nline",
          "k=é",
          "n=true",
          ...(random.chance(0.05) ? ["bad", "=x", "g h=1", "a=2"] : []),
        ],
        0.25,
      );
    if (random.chance(0.4)) {
      text(
        `${directory}/f.txt`,
        random.pick([
          "x\n",
          "",
          "a: b\nc: d\n",
          "no newline",
          "tab\tx\n",
          "é\n",
          "\ufeffbom\n",
          "crlf\r\nx\r\n",
          "trailing \nx\n",
        ]),
      );
      text(`${directory}/sub/g.yaml`, "k: v\n");
      args["files"] = random.some(
        [
          "f.txt",
          "renamed=f.txt",
          "sub/g.yaml",
          ...(random.chance(0.05) ? ["x=sub/g.yaml", "missing.txt", "=f.txt", "a=b=f.txt"] : []),
        ],
        0.4,
      );
    }
    if (random.chance(0.2)) {
      text(
        `${directory}/v.env`,
        random.pick([
          "A=1\nB=2\n",
          "# c\n\nX=a=b\n",
          "Q='x'\nR=\"y\"\n",
          "E=\n",
          " LEAD=1\n",
          "A=1\r\nB=2\r\n",
          ...(random.chance(0.1) ? ["NOVALUE\n", "BAD KEY=1\n"] : []),
        ]),
      );
      args[random.pick(["envs", "env"])] = "v.env";
      if (args["env"] === undefined) args["envs"] = ["v.env"];
    }
    if (random.chance(0.4)) args["options"] = options(random);
    return args;
  };
  const result: Fields = {};
  const isBase = made.length === 0;
  if (isBase || random.chance(0.6)) result["configMapGenerator"] = [one("cfg"), ...(random.chance(0.2) ? [one("gen")] : [])];
  if (isBase || random.chance(0.4))
    result["secretGenerator"] = [
      { ...one("sec"), ...(random.chance(0.3) ? { type: random.pick(["Opaque", "kubernetes.io/tls", ""]) } : {}) },
    ];
  if (random.chance(0.3)) result["generatorOptions"] = options(random);
  return result;
}

function options(random: Random): Fields {
  return {
    ...(random.chance(0.3) ? { disableNameSuffixHash: random.chance(0.6) } : {}),
    ...(random.chance(0.3) ? { labels: { gen: random.pick(["1", "x"]), app: "gen" } } : {}),
    ...(random.chance(0.3) ? { annotations: { gen: random.pick(["1", "true"]) } } : {}),
    ...(random.chance(0.3) ? { immutable: random.chance(0.7) } : {}),
  };
}

export const gvks: readonly Fields[] = [
  { kind: "Deployment" },
  { group: "apps" },
  { group: "apps", version: "v1", kind: "StatefulSet" },
  { version: "v1" },
  { kind: "Widget" },
  {},
  { kind: "Service" },
  { group: "acme.io" },
];

/** A selector that often selects something. */
export function selector({ random, known }: Place): Fields {
  const one = random.pick(known);
  return random.pick<Fields>([
    { kind: one.kind },
    { name: one.name },
    { kind: one.kind, name: one.name },
    { kind: `${one.kind.slice(0, 3)}.*` },
    { name: `${one.name.slice(0, 1)}.*` },
    { kind: ".*" },
    {
      labelSelector: random.pick([
        "app=web",
        "app in (web, api)",
        "!app",
        "app",
        "app!=web",
        "tier>0",
        "app notin (x)",
        ...oddSelectors(random),
      ]),
    },
    { annotationSelector: random.pick(["note", "note=n", "!note", "note in (n, 5)"]) },
    { namespace: random.pick(["prod", "default", "team-.*", ""]) },
    { group: "apps|batch", version: "v1" },
    { kind: one.kind, namespace: one.namespace ?? "default" },
  ]);
}

/** Sets with empty members, words that are operators, and what cannot be read. */
function oddSelectors(random: Random): readonly string[] {
  if (!random.chance(0.3)) return [];
  const value = (): string => random.pick(["web", "api", "", "in", "5", "a b", "-x", ","]);
  return [
    `app in (${value()},${value()})`,
    `app notin (${value()},${value()},${value()})`,
    `app${random.pick(["=", "==", "!=", ">", "<"])}${value()}`,
    `in in (in),${value()}`,
  ];
}

function fieldSpecs(random: Random): Value {
  return random.some<Fields>(
    [
      { path: "spec/nested/x/y", kind: "Widget" },
      { path: "spec/made/here", create: true, ...random.pick(gvks) },
      { path: "metadata/labels", create: true },
      { path: "metadata/annotations", create: true },
      { path: "metadata/name" },
      { path: "spec/list[]/v", kind: "Widget" },
      { path: "spec/list[]/added", create: true },
      { path: "spec/template/metadata/labels", create: true, group: "apps" },
      { path: "spec/replicas", create: true },
      { path: "spec/image" },
      { path: "spec/a" },
      { path: "metadata/namespace", create: true },
      { path: "/spec/nested/" },
      { path: "spec/selector", create: true, version: "v1", kind: "Service" },
      { path: "metadata/annotations/a.b\\/c" },
    ],
    0.25,
  );
}

export { fieldSpecs };

function mergePatch({ random, known }: Place): Fields {
  const { apiVersion, kind, name, namespace } = random.pick(known);
  const patch: Fields = {
    apiVersion,
    kind,
    metadata: {
      name,
      ...(namespace ? { namespace } : {}),
      ...(random.chance(0.3) ? { labels: { app: random.pick<Value>(["p", null, 5]), extra: "e" } } : {}),
      ...(random.chance(0.2)
        ? { annotations: random.pick<Value>([{ note: null }, { note: "new" }, null, {}, { $patch: "replace", only: "x" }]) }
        : {}),
    },
  };
  if (random.chance(0.04)) patch["$patch"] = random.pick(["delete", "replace", "merge", "bogus"]);
  const container: Fields = random.pick<Fields>([
    { name: "main", image: "patched:1" },
    { name: "main", $patch: "delete" },
    { name: "main", $patch: "replace", image: "r:1" },
    { $patch: "replace" },
    { name: "new", image: "n" },
    {
      name: "main",
      env: [
        { name: "A", value: "p" },
        { name: "N", value: "n" },
      ],
    },
    { name: "main", env: [{ name: "A", $patch: "delete" }] },
    { name: "main", env: null },
    { name: "main", env: [{ name: "B", value: "v", valueFrom: null }] },
    { name: "main", ports: [{ containerPort: 80, protocol: "UDP" }] },
    { name: "main", ports: [{ containerPort: 80, name: "n" }] },
    { name: "main", ports: [{ containerPort: 443, $patch: "delete" }] },
    { name: "main", args: ["x"], command: ["y"] },
    { name: "main", "$setElementOrder/env": [{ name: "B" }, { name: "A" }], env: [{ name: "A", value: "z" }] },
    { name: "main", "$deleteFromPrimitiveList/args": ["a"], args: ["c"] },
    { name: "main", resources: { limits: { cpu: null, gpu: 1 } } },
    { image: "nameless" },
  ]);
  const pod: Fields = random.pick<Fields>([
    { containers: [container] },
    { containers: [container] },
    { containers: [container, { name: "side", image: "s:2" }] },
    { initContainers: [{ name: "init", image: "i:2" }] },
    { containers: random.pick<Value>([[], null]) },
    {
      volumes: [
        random.pick<Fields>([
          { name: "v", emptyDir: {} },
          { name: "v", $patch: "delete" },
          { name: "v", $retainKeys: ["name", "emptyDir"], emptyDir: {} },
          { name: "w", configMap: { name: "cfg" } },
        ]),
      ],
    },
    { tolerations: [{ key: "b" }] },
    { imagePullSecrets: [{ name: "added" }, { name: "sec", $patch: "delete" }] },
    { hostAliases: [{ ip: "1.1.1.1", hostnames: ["b"] }, { ip: "2.2.2.2" }] },
    { topologySpreadConstraints: [{ topologyKey: "zone", whenUnsatisfiable: "DoNotSchedule", maxSkew: 2 }] },
    { serviceAccountName: null, priorityClassName: "high", $retainKeys: ["containers"] },
    { affinity: { $patch: random.pick(["delete", "replace"]), nodeAffinity: {} } },
    { "$setElementOrder/containers": [{ name: "side" }, { name: "main" }], containers: [{ name: "main", tty: true }] },
  ]);
  const template = { template: { spec: pod } };
  const bodies: { readonly [kind: string]: () => Fields } = {
    Pod: () => ({ spec: pod }),
    PodTemplate: () => template,
    CronJob: () => ({ spec: { jobTemplate: { spec: template } } }),
    Service: () => ({
      spec: random.pick<Fields>([
        { ports: [{ port: 80, name: "p" }] },
        { ports: [{ port: 80, $patch: "delete" }] },
        { ports: [{ port: 81 }], selector: { app: null, x: "y" } },
        { ports: [{ port: 80, protocol: "UDP", nodePort: 3 }] },
      ]),
    }),
    ConfigMap: () =>
      random.pick<Fields>([
        { data: { k: null, z: "1" } },
        { data: { f: "new\n" } },
        { data: null },
        { immutable: null },
        { data: { $patch: "replace", q: "1" } },
      ]),
    ServiceAccount: () => ({ imagePullSecrets: [{ name: "x" }], secrets: [{ name: "y" }] }),
    Role: () => ({ rules: [{ apiGroups: ["x"], resources: ["y"], verbs: ["z"] }] }),
    RoleBinding: () => ({ subjects: [{ kind: "User", name: "u" }] }),
    ClusterRoleBinding: () => ({ subjects: null }),
    Ingress: () => ({ spec: { rules: [{ host: "b" }], tls: [] } }),
    ValidatingWebhookConfiguration: () => ({
      webhooks: [
        random.pick<Fields>([{ name: "a.x.io", timeoutSeconds: 5 }, { name: "a.x.io", $patch: "delete" }, { name: "c.x.io" }]),
      ],
    }),
    Widget: () => ({
      spec: random.pick<Fields>([
        { list: [{ name: "one", w: 1 }] },
        { list: null },
        { nested: { x: null } },
        { nested: { x: { $patch: "replace", q: 1 } } },
        { a: "new", list: [] },
        { nested: { $patch: "delete" } },
        { nested: {}, empty: {} },
        { a: null, b: { c: null } },
        { $patch: "replace", z: 1 },
      ]),
    }),
  };
  return {
    ...patch,
    ...(
      bodies[kind] ??
      (() => ({
        spec: template.template
          ? random.pick<Fields>([
              template,
              { replicas: null, ...template },
              { replicas: 4 },
              { selector: { matchLabels: { $patch: "replace", n: "m" } } },
            ])
          : {},
      }))
    )(),
  };
}

function jsonPatch(random: Random): readonly Fields[] {
  const one = (): Fields =>
    random.pick<Fields>([
      { op: "add", path: "/metadata/annotations", value: { fresh: random.pick<Value>(["x", "5", "true"]) } },
      { op: "add", path: "/metadata/labels", value: { app: "json" } },
      { op: "replace", path: "/metadata/name", value: random.pick(["renamed", "web"]) },
      {
        op: "add",
        path: "/spec",
        value: random.pick<Value>([7, { a: [1, "1", 1.5, null, true, 1e21, "on", "a\nb"] }, [], null]),
      },
      ...(random.chance(0.15)
        ? [
            { op: "replace", path: "/kind", value: "Other" },
            { op: "remove", path: "/kind" },
            { op: "remove", path: "/metadata/name" },
            { op: "replace", path: "/metadata/name", value: random.pick<Value>(["", null, 5, { a: "b" }]) },
            { op: "add", path: "/spec/replicas", value: 7 },
            { op: "replace", path: "/spec/replicas", value: random.pick<Value>([1e3, "2", 1.5, null]) },
            {
              op: "remove",
              path: random.pick([
                "/spec/replicas",
                "/metadata/labels",
                "/spec/template/spec/containers/0",
                "/spec/list/-1",
                "/data/k",
              ]),
            },
            { op: "add", path: "/spec/template/spec/containers/-", value: { name: "j", image: "j:1" } },
            { op: "add", path: "/spec/template/spec/containers/0/env/-", value: { name: "J", value: "1" } },
            { op: "test", path: "/metadata/name", value: random.pick(["web", "api"]) },
            { op: "add", path: "/spec/list/0", value: { name: "zero" } },
            { op: "add", path: "/metadata/annotations/a.b~1c", value: "s" },
            { op: "add", path: "/metadata/labels/app", value: random.pick<Value>(["x", "on", "1.0"]) },
            { op: "bogus", path: "/x" },
            { op: "add", path: "spec/x", value: 1 },
          ]
        : []),
      { op: "copy", from: "/metadata/name", path: "/metadata/copied" },
      { op: "move", from: "/spec", path: "/moved" },
      { op: "add", path: "/data", value: { n: "1", l: "a\nb\n" } },
    ]);
  return [one(), ...(random.chance(0.3) ? [one()] : [])];
}

function written(random: Random, value: Value): string {
  return random.chance(0.5) ? randomYaml(random, value) : emitJson(value);
}

function patchEntry(place: Place): Fields {
  const { random, directory, text } = place;
  const isJson = random.chance(0.35);
  const value: Value = isJson ? (jsonPatch(random) as Value) : mergePatch(place);
  const body = random.chance(0.05)
    ? `${written(random, value)}---\n${written(random, mergePatch(place))}`
    : written(random, value);
  const target: Fields =
    isJson || random.chance(0.4) ? { target: random.chance(0.03) ? { kind: "Nothing" } : selector(place) } : {};
  const options: Fields = random.chance(0.15)
    ? { options: { allowNameChange: random.chance(0.6), allowKindChange: random.chance(0.4) } }
    : {};
  if (random.chance(0.25)) {
    const name = `patch${random.below(100)}.yaml`;
    text(`${directory}/${name}`, body);
    return { path: name, ...target, ...options };
  }
  return { patch: body, ...target, ...options };
}

const fieldPaths = [
  "metadata.name",
  "metadata.labels.app",
  "metadata.annotations.[a.b/c]",
  "metadata.annotations.a\\.b/c",
  "spec.template.spec.containers.[name=main].image",
  "spec.template.spec.containers.*.image",
  "spec.template.spec.containers.0.env.[name=A].value",
  "spec.a",
  "spec.list.[name=one].v",
  "spec.list.*.v",
  "spec.list.1",
  "spec.list.-",
  "spec.nested.x",
  "spec.made.new",
  "spec.replicas",
  "data.k",
  "data.f.a",
  "data.j.a.b.0",
  "data.j.c",
  "spec.text.a",
  "spec.json.x.1.y",
  "spec.ports.0.port",
  "spec.ports.[port=80].name",
  "metadata",
  "spec.list",
  "metadata.namespace",
  "spec.list.[name=three].v",
  "spec..a",
  "data.",
  "spec.list.[v=1].name",
  "spec.list.9",
] as const;

export function replacement(place: Place): Fields {
  const { random, known } = place;
  const one = random.pick(known);
  const fieldOptions = (): Fields => ({
    ...(random.chance(0.5) ? { delimiter: random.pick([":", "/", "-", "e"]), index: random.pick([0, 1, -1, 5]) } : {}),
    ...(random.chance(0.5) ? { create: random.chance(0.8) } : {}),
  });
  const source: Fields = {
    ...random.pick<Fields>([
      { kind: one.kind, name: one.name },
      { kind: one.kind },
      { name: one.name },
      { kind: one.kind, name: one.name, namespace: one.namespace ?? "" },
    ]),
    ...(random.chance(0.7) ? { fieldPath: random.pick(fieldPaths) } : {}),
    ...(random.chance(0.25) ? { options: fieldOptions() } : {}),
  };
  const target = (): Fields => ({
    select: selector(place),
    ...(random.chance(0.2) ? { reject: [selector(place)] } : {}),
    ...(random.chance(0.9)
      ? { fieldPaths: [random.pick(fieldPaths), ...(random.chance(0.2) ? [random.pick(fieldPaths)] : [])] }
      : {}),
    ...(random.chance(0.6) ? { options: { ...fieldOptions(), ...(random.chance(0.6) ? { create: true } : {}) } } : {}),
  });
  const targets = [target(), ...(random.chance(0.2) ? [target()] : [])];
  return random.chance(0.15) ? { sourceValue: random.pick(["5", "text", "a:b"]), targets } : { source, targets };
}

const makers: { readonly [field: string]: Maker } = {
  namePrefix: ({ random }) => random.pick(["p-", "x.", "1"]),
  nameSuffix: ({ random }) => random.pick(["-s", "2"]),
  namespace: ({ random }) => random.pick(["prod", "team-a", "default", "new", "123"]),
  commonLabels: ({ random }) => random.pick<Value>([{ app: "common" }, { a: "1", b: "true" }]),
  commonAnnotations: ({ random }) => random.pick<Value>([{ note: "common" }, { z: "1.0", y: "" }]),
  labels: ({ random }) => [
    {
      pairs: random.pick<Value>([{ l: "v" }, { app: "lab" }, { n: "5" }]),
      ...(random.chance(0.3) ? { includeSelectors: true } : {}),
      ...(random.chance(0.3) ? { includeTemplates: true } : {}),
      ...(random.chance(0.3) ? { fields: fieldSpecs(random) } : {}),
    },
  ],
  images: ({ random }) => [
    {
      name: random.pick(["nginx", "reg.io:5000/app", "app", "busybox", "ng.*", "*", "reg.io/app"]),
      ...random.pick<Fields>([
        { newTag: "9" },
        { newName: "o/i" },
        { digest: "sha256:9" },
        { newName: "n", newTag: "1" },
        { tagSuffix: "-x" },
        { newTag: "", digest: "" },
        { newName: "o:1", newTag: "2" },
        { newTag: "5", digest: "sha256:1" },
        {},
      ]),
    },
  ],
  replicas: ({ random, known }) => {
    const scaled = known.filter(({ kind }) =>
      ["Deployment", "StatefulSet", "ReplicaSet", "ReplicationController"].includes(kind),
    );
    return scaled.length > 0 ? [{ name: random.chance(0.97) ? random.pick(scaled).name : "none", count: random.below(9) }] : [];
  },
  patches: (place) => [patchEntry(place), ...(place.random.chance(0.3) ? [patchEntry(place)] : [])],
  patchesStrategicMerge: (place) => {
    const value = written(place.random, mergePatch(place));
    if (place.random.chance(0.6)) return [value];
    place.text(`${place.directory}/psm.yaml`, value);
    return ["psm.yaml"];
  },
  patchesJson6902: (place) => {
    const { kind, apiVersion, name } = place.random.pick(place.known);
    const [group, version] = apiVersion.includes("/") ? apiVersion.split("/") : ["", apiVersion];
    return [
      {
        target: { group: group!, version: version!, kind, name },
        patch: written(place.random, jsonPatch(place.random) as Value),
      },
    ];
  },
  replacements: (place) => {
    if (place.random.chance(0.7)) return [replacement(place)];
    place.write(
      `${place.directory}/rep.yaml`,
      place.random.chance(0.5) ? replacement(place) : [replacement(place), replacement(place)],
    );
    return [{ path: "rep.yaml" }];
  },
  vars: ({ random, known }) => {
    const one = random.pick(known);
    const make = (name: string): Fields => ({
      name,
      objref: { apiVersion: one.apiVersion, kind: one.kind, name: one.name },
      ...(random.chance(0.7)
        ? {
            fieldref: {
              fieldpath: random.chance(0.8)
                ? "metadata.name"
                : random.pick(["metadata.labels.app", "spec.replicas", "data.k", "metadata.namespace", "spec.ports[0].port"]),
            },
          }
        : {}),
    });
    return [make("VAR"), ...(random.chance(0.3) ? [make("OTHER")] : [])];
  },
  configurations: (place) => {
    const { random, directory, write } = place;
    write(
      `${directory}/conf.yaml`,
      Object.fromEntries(
        [
          [
            "nameReference",
            [
              {
                kind: random.pick(["ConfigMap", "Secret", "Service"]),
                ...(random.chance(0.3) ? { version: "v1" } : {}),
                fieldSpecs: [{ kind: "Widget", path: random.pick(["spec/ref/name", "spec/ref", "spec/nested/x/y"]) }],
              },
            ],
          ],
          ["images", [{ kind: "Widget", path: "spec/image" }]],
          ["replicas", [{ kind: "Widget", path: "spec/replicas", create: random.chance(0.5) }]],
          ["commonLabels", fieldSpecs(random)],
          ["labels", fieldSpecs(random)],
          ["templateLabels", fieldSpecs(random)],
          ["commonAnnotations", fieldSpecs(random)],
          ["namePrefix", fieldSpecs(random)],
          ["nameSuffix", fieldSpecs(random)],
          ["namespace", fieldSpecs(random)],
          ["varReference", [{ path: "spec/a", kind: "Widget" }, { path: "metadata/annotations" }]],
        ].filter(() => random.chance(0.3)) as [string, Value][],
      ),
    );
    return ["conf.yaml"];
  },
  buildMetadata: ({ random }) => random.some(["managedByLabel", "originAnnotations", "transformerAnnotations"], 0.5),
  sortOptions: ({ random }) =>
    random.pick<Value>([
      { order: "fifo" },
      { order: "legacy" },
      { order: "legacy", legacySortOptions: { orderFirst: ["Service", "Widget"], orderLast: ["Deployment"] } },
      ...(random.chance(0.1) ? [{ order: "bogus" }, { legacySortOptions: {} }, {}] : []),
    ]),
  transformers: (place) => pluginFiles(place, "transformer"),
  generators: (place) => pluginFiles(place, "generator"),
  validators: (place) => pluginFiles(place, "validator"),
  components: (place) => {
    const inner = { ...place, directory: "comp" };
    place.write("comp/kustomization.yaml", {
      apiVersion: "kustomize.config.k8s.io/v1alpha1",
      kind: "Component",
      ...fields(inner, 1),
      ...(place.random.chance(0.05) ? generators(inner, made) : {}),
    });
    return ["../comp"];
  },
  imageTags: ({ random }) => [
    {
      name: random.pick(["nginx", "app", "busybox"]),
      ...random.pick<Fields>([{ newTag: "8" }, { digest: "sha256:8" }, { newName: "o" }]),
    },
  ],
  bases: ({ random, directory, write }) => {
    const bases = random.pick([["old"], ["old", "older"], ["./old/"], ["nowhere"]]);
    for (const base of ["old", "older"]) {
      const metadata = { name: base, ...(random.chance(0.3) ? { namespace: "prod" } : {}) };
      write(`${directory}/${base}/kustomization.yaml`, { resources: ["c.yaml"], namePrefix: random.pick(["", "q-"]) });
      write(`${directory}/${base}/c.yaml`, { apiVersion: "v1", kind: "ConfigMap", metadata, data: { k: "v" } });
    }
    return bases;
  },
  openapi: (place) => {
    const { random, directory, write } = place;
    if (random.chance(0.1))
      return random.pick<Value>([{ version: "v1.21.2" }, { version: "v9" }, { path: "none.json" }, { path: "" }, {}]);
    const merged = { "x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": random.pick(["name", "port"]) };
    const items = { type: "array", items: { type: "object" }, ...(random.chance(0.8) ? merged : {}) };
    const one = random.pick(place.known);
    const [group, version] = one.apiVersion.includes("/") ? one.apiVersion.split("/") : ["", one.apiVersion];
    const definition = {
      properties: { spec: { properties: { items, ports: items, list: items, template: { $ref: "#/definitions/x.Template" } } } },
      "x-kubernetes-group-version-kind": [{ group: group!, version: version!, kind: one.kind }],
    };
    write(`${directory}/schema.json`, { definitions: { "x.One": definition, "x.Template": { properties: { spec: {} } } } });
    return { path: "schema.json" };
  },
  crds: (place) => {
    place.text(
      `${place.directory}/crd.json`,
      emitJson({
        "x.Widget": {
          Schema: {
            properties: {
              apiVersion: { type: "string" },
              kind: { type: "string" },
              metadata: {},
              spec: { $ref: "x.WidgetSpec" },
            },
          },
          Dependencies: ["x.WidgetSpec"],
        },
        "x.WidgetSpec": {
          Schema: {
            properties: {
              ref: {
                "x-kubernetes-object-ref-api-version": "v1",
                "x-kubernetes-object-ref-kind": place.random.pick(["ConfigMap", "Secret"]),
                ...(place.random.chance(0.3) ? { "x-kubernetes-object-ref-name-key": "name" } : {}),
                $ref: "x.Ref",
              },
              nested: { "x-kubernetes-annotation": "", "x-kubernetes-label-selector": "" },
            },
          },
        },
        "x.Ref": { Schema: { properties: { name: { type: "string" } } } },
      }),
    );
    return ["crd.json"];
  },
};

function pluginFiles(place: Place, role: "transformer" | "generator" | "validator"): Value {
  const { random, directory, text } = place;
  const body = written(random, randomPlugin(place, role));
  const twice = random.chance(0.2)
    ? `${body}${body.endsWith("\n") ? "" : "\n"}---\n${written(random, randomPlugin(place, role))}`
    : body;
  switch (random.below(3)) {
    case 0:
      return [twice];
    case 1:
      text(`${directory}/${role}.yaml`, twice);
      return [`${role}.yaml`];
    default:
      text(`${directory}/${role}s/plugin.yaml`, twice);
      text(
        `${directory}/${role}s/kustomization.yaml`,
        `resources: [plugin.yaml]\n${random.chance(0.2) ? "namePrefix: q-\n" : ""}`,
      );
      return [`${role}s`];
  }
}
