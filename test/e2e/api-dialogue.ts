/** One request of the dialogue that a real API server and the simulator are both led through. */
export interface ApiRequest {
  readonly title: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly path: string;
  readonly body?: object | string;
  /** content type; JSON without one */
  readonly type?: string;
  readonly accept?: string;
  /** `$name` in path and body is the resourceVersion that the object of this title's answer has */
  readonly remember?: string;
}

const json = "application/json-patch+json";
const merge = "application/merge-patch+json";
const strategic = "application/strategic-merge-patch+json";
const apply = "application/apply-patch+yaml";
const table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

const maps = "/api/v1/namespaces/default/configmaps";
const services = "/api/v1/namespaces/default/services";
const secrets = "/api/v1/namespaces/default/secrets";
const accounts = "/api/v1/namespaces/default/serviceaccounts";
const deployments = "/apis/apps/v1/namespaces/default/deployments";
const jobs = "/apis/batch/v1/namespaces/default/jobs";
const ingresses = "/apis/networking.k8s.io/v1/namespaces/default/ingresses";
const roles = "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles";
const budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets";
const claims = "/api/v1/namespaces/default/persistentvolumeclaims";
const crds = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const widgets = "/apis/example.com/v1/namespaces/default/widgets";

const configMap = (name: string, data: object = { a: "1" }, metadata: object = {}): object => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name, ...metadata },
  data,
});

const deployment = (name: string, spec: object = {}): object => ({
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name },
  spec: {
    selector: { matchLabels: { app: name } },
    template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: "main", image: "web:1" }] } },
    ...spec,
  },
});

const widgetDefinition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", singular: "widget", kind: "Widget", shortNames: ["wd"] },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        subresources: { status: {} },
        additionalPrinterColumns: [{ name: "Size", type: "integer", jsonPath: ".spec.size" }],
        schema: {
          openAPIV3Schema: {
            type: "object",
            properties: {
              spec: {
                type: "object",
                required: ["size"],
                properties: {
                  size: { type: "integer", minimum: 1, maximum: 10 },
                  color: { type: "string", enum: ["red", "blue"], default: "red" },
                  tags: { type: "array", maxItems: 2, items: { type: "string", pattern: "^[a-z]+$" } },
                  ports: {
                    type: "array",
                    "x-kubernetes-list-type": "map",
                    "x-kubernetes-list-map-keys": ["name"],
                    items: {
                      type: "object",
                      required: ["name"],
                      properties: { name: { type: "string" }, port: { type: "integer" } },
                    },
                  },
                },
              },
              status: { type: "object", properties: { phase: { type: "string" } } },
            },
          },
        },
      },
    ],
  },
};

const widget = (name: string, spec: object): object => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name },
  spec,
});

/** The commonest requests of a GitOps controller and of kubectl, and the commonest refusals. */
export const dialogue: readonly ApiRequest[] = [
  { title: "create", method: "POST", path: maps, body: configMap("a"), remember: "a" },
  { title: "create again", method: "POST", path: maps, body: configMap("a") },
  { title: "create under a bad name", method: "POST", path: maps, body: configMap("A_b") },
  { title: "create without a name", method: "POST", path: maps, body: { metadata: {} } },
  {
    title: "create in a namespace that is not there",
    method: "POST",
    path: "/api/v1/namespaces/none/configmaps",
    body: configMap("a"),
  },
  {
    title: "create in another namespace than the path's",
    method: "POST",
    path: maps,
    body: configMap("x", {}, { namespace: "other" }),
  },
  { title: "create with a key that is no file name", method: "POST", path: maps, body: configMap("keys", { "a b": "1" }) },
  { title: "create with a value that is no text", method: "POST", path: maps, body: configMap("number", { a: 1 }) },
  { title: "create what is no JSON", method: "POST", path: maps, body: "{" },
  {
    title: "create another kind than the path's",
    method: "POST",
    path: maps,
    body: { apiVersion: "v1", kind: "Secret", metadata: { name: "x" } },
  },
  {
    title: "create with an unknown field, strictly",
    method: "POST",
    path: `${maps}?fieldValidation=Strict`,
    body: { ...configMap("strict"), dada: {} },
  },
  {
    title: "create with an unknown field",
    method: "POST",
    path: `${maps}?fieldValidation=Ignore`,
    body: { ...configMap("ignored"), dada: {} },
  },
  {
    // One label only: the server goes through them in any order.
    title: "create with a bad label",
    method: "POST",
    path: maps,
    body: configMap("labels", {}, { labels: { "a b": "c d" } }),
  },
  {
    title: "create with a bad value of a label",
    method: "POST",
    path: maps,
    body: configMap("labels", {}, { labels: { ok: "-" } }),
  },
  { title: "create in a dry run", method: "POST", path: `${maps}?dryRun=All`, body: configMap("dry") },
  { title: "get what a dry run created", method: "GET", path: `${maps}/dry` },
  { title: "get", method: "GET", path: `${maps}/a` },
  { title: "get as a table", method: "GET", path: `${maps}/a`, accept: table },
  { title: "get what is not there", method: "GET", path: `${maps}/none` },
  { title: "get of a kind that is not there", method: "GET", path: "/apis/example.com/v1/namespaces/default/widgets/a" },
  { title: "get of a group that is not there", method: "GET", path: "/apis/none.example.com/v1" },
  { title: "update", method: "PUT", path: `${maps}/a`, body: configMap("a", { a: "2" }) },
  {
    title: "update with an old version",
    method: "PUT",
    path: `${maps}/a`,
    body: configMap("a", { a: "3" }, { resourceVersion: "$a" }),
  },
  { title: "update under another name", method: "PUT", path: `${maps}/a`, body: configMap("b") },
  { title: "update what is not there", method: "PUT", path: `${maps}/none`, body: configMap("none") },
  { title: "merge patch", method: "PATCH", path: `${maps}/a`, type: merge, body: { data: { b: "1", a: null } } },
  { title: "merge patch that changes nothing", method: "PATCH", path: `${maps}/a`, type: merge, body: { data: { b: "1" } } },
  { title: "merge patch of what is not there", method: "PATCH", path: `${maps}/none`, type: merge, body: { data: {} } },
  { title: "merge patch that is no object", method: "PATCH", path: `${maps}/a`, type: merge, body: "[]" },
  { title: "JSON patch", method: "PATCH", path: `${maps}/a`, type: json, body: [{ op: "add", path: "/data/c", value: "1" }] },
  {
    title: "JSON patch whose test fails",
    method: "PATCH",
    path: `${maps}/a`,
    type: json,
    body: [{ op: "test", path: "/data/c", value: "2" }],
  },
  {
    title: "JSON patch of a path that is not there",
    method: "PATCH",
    path: `${maps}/a`,
    type: json,
    body: [{ op: "remove", path: "/none/c" }],
  },
  { title: "a patch of an unknown type", method: "PATCH", path: `${maps}/a`, type: "text/plain", body: "x" },
  {
    title: "apply creates",
    method: "PATCH",
    path: `${maps}/applied?fieldManager=one`,
    type: apply,
    body: configMap("applied", { x: "1", y: "1" }),
  },
  {
    title: "apply again",
    method: "PATCH",
    path: `${maps}/applied?fieldManager=one`,
    type: apply,
    body: configMap("applied", { x: "1", y: "1" }),
  },
  { title: "apply without a field manager", method: "PATCH", path: `${maps}/applied`, type: apply, body: configMap("applied") },
  {
    title: "apply of another manager conflicts",
    method: "PATCH",
    path: `${maps}/applied?fieldManager=two`,
    type: apply,
    body: configMap("applied", { x: "2", y: "2" }),
  },
  {
    title: "apply of another manager with force",
    method: "PATCH",
    path: `${maps}/applied?fieldManager=two&force=true`,
    type: apply,
    body: configMap("applied", { x: "2", z: "2" }),
  },
  {
    title: "apply that lets go of a field",
    method: "PATCH",
    path: `${maps}/applied?fieldManager=two`,
    type: apply,
    body: configMap("applied", { z: "2" }),
  },
  {
    title: "apply with managed fields",
    method: "PATCH",
    path: `${maps}/applied?fieldManager=one`,
    type: apply,
    body: configMap("applied", {}, { managedFields: [{ manager: "x" }] }),
  },
  {
    title: "create a Secret from texts",
    method: "POST",
    path: secrets,
    body: { metadata: { name: "s" }, stringData: { a: "b" } },
  },
  {
    title: "create a Secret that is no base64",
    method: "POST",
    path: secrets,
    body: { metadata: { name: "t" }, data: { a: "%" } },
  },
  { title: "change the type of a Secret", method: "PATCH", path: `${secrets}/s`, type: merge, body: { type: "other" } },
  { title: "create an immutable ConfigMap", method: "POST", path: maps, body: { ...configMap("fixed"), immutable: true } },
  { title: "change an immutable ConfigMap", method: "PATCH", path: `${maps}/fixed`, type: merge, body: { data: { a: "2" } } },
  { title: "create a ServiceAccount", method: "POST", path: accounts, body: { metadata: { name: "robot" } } },
  { title: "create a Deployment", method: "POST", path: deployments, body: deployment("web", { paused: true }), remember: "web" },
  {
    title: "create a Deployment whose selector does not match",
    method: "POST",
    path: deployments,
    body: deployment("bad", { selector: { matchLabels: { app: "other" } } }),
  },
  {
    title: "create a Deployment without containers",
    method: "POST",
    path: deployments,
    body: deployment("empty", { template: { metadata: { labels: { app: "empty" } }, spec: { containers: [] } } }),
  },
  {
    title: "create a Deployment with a negative number of replicas",
    method: "POST",
    path: deployments,
    body: deployment("negative", { replicas: -1 }),
  },
  {
    title: "change the selector of a Deployment",
    method: "PATCH",
    path: `${deployments}/web`,
    type: merge,
    body: { spec: { selector: { matchLabels: { app: "new" } } } },
  },
  {
    title: "strategic merge patch",
    method: "PATCH",
    path: `${deployments}/web`,
    type: strategic,
    body: { spec: { template: { spec: { containers: [{ name: "side", image: "side:1" }] } } } },
  },
  {
    title: "strategic merge patch that deletes",
    method: "PATCH",
    path: `${deployments}/web`,
    type: strategic,
    body: { spec: { template: { spec: { containers: [{ name: "side", $patch: "delete" }] } } } },
  },
  { title: "scale", method: "PATCH", path: `${deployments}/web/scale`, type: merge, body: { spec: { replicas: 3 } } },
  { title: "get the scale", method: "GET", path: `${deployments}/web/scale` },
  {
    title: "patch of the status",
    method: "PATCH",
    path: `${deployments}/web/status`,
    type: merge,
    body: { status: { replicas: 3, observedGeneration: 1 } },
  },
  { title: "create a Service of no ports", method: "POST", path: services, body: { metadata: { name: "none" }, spec: {} } },
  {
    title: "create a Service with a bad port",
    method: "POST",
    path: services,
    body: { metadata: { name: "bad" }, spec: { ports: [{ port: 0 }, { port: 70000 }] } },
  },
  {
    title: "create a Service of two ports without names",
    method: "POST",
    path: services,
    body: { metadata: { name: "two" }, spec: { ports: [{ port: 1 }, { port: 2 }] } },
  },
  {
    title: "create a headless Service",
    method: "POST",
    path: services,
    body: { metadata: { name: "headless" }, spec: { clusterIP: "None", selector: { a: "b" }, ports: [{ port: 80 }] } },
  },
  {
    title: "create a Job",
    method: "POST",
    path: jobs,
    body: {
      metadata: { name: "once" },
      spec: { suspend: true, template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "x" }] } } },
    },
  },
  {
    title: "create a Job that always restarts",
    method: "POST",
    path: jobs,
    body: { metadata: { name: "always" }, spec: { template: { spec: { containers: [{ name: "main", image: "x" }] } } } },
  },
  {
    title: "change the template of a Job",
    method: "PATCH",
    path: `${jobs}/once`,
    type: merge,
    body: { spec: { template: { spec: { restartPolicy: "OnFailure" } } } },
  },
  {
    title: "create an Ingress",
    method: "POST",
    path: ingresses,
    body: {
      metadata: { name: "i" },
      spec: {
        rules: [
          {
            host: "a.example.com",
            http: { paths: [{ path: "/", pathType: "Prefix", backend: { service: { name: "web", port: { number: 80 } } } }] },
          },
        ],
      },
    },
  },
  {
    title: "create an Ingress without a path type",
    method: "POST",
    path: ingresses,
    body: {
      metadata: { name: "j" },
      spec: { rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "web", port: { number: 80 } } } }] } }] },
    },
  },
  {
    title: "create a Role without verbs",
    method: "POST",
    path: roles,
    body: { metadata: { name: "r" }, rules: [{ apiGroups: [""], resources: ["pods"] }] },
  },
  {
    title: "create a disruption budget",
    method: "POST",
    path: budgets,
    body: { metadata: { name: "b" }, spec: { minAvailable: 1, selector: { matchLabels: { a: "b" } } } },
  },
  {
    title: "create a claim",
    method: "POST",
    path: claims,
    body: { metadata: { name: "c" }, spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1024Mi" } } } },
  },
  {
    title: "create a claim without a size",
    method: "POST",
    path: claims,
    body: { metadata: { name: "d" }, spec: { accessModes: ["ReadWriteOnce"] } },
  },
  { title: "create a definition", method: "POST", path: crds, body: widgetDefinition },
  {
    title: "create a definition under a wrong name",
    method: "POST",
    path: crds,
    body: { ...widgetDefinition, metadata: { name: "gadgets.example.com" } },
  },
  { title: "create a custom resource", method: "POST", path: widgets, body: widget("w", { size: 1 }), remember: "w" },
  { title: "create a custom resource without what is required", method: "POST", path: widgets, body: widget("x", {}) },
  {
    title: "create a custom resource that is not valid",
    method: "POST",
    path: widgets,
    body: widget("x", { size: 11, color: "green", tags: ["A", "b", "c"] }),
  },
  { title: "create a custom resource of a wrong type", method: "POST", path: widgets, body: widget("x", { size: "big" }) },
  {
    title: "create a custom resource with an unknown field",
    method: "POST",
    path: `${widgets}?fieldValidation=Strict`,
    body: widget("x", { size: 1, weight: 2 }),
  },
  {
    title: "create a custom resource with two items of one key",
    method: "POST",
    path: widgets,
    body: widget("x", { size: 1, ports: [{ name: "a" }, { name: "a" }] }),
  },
  {
    title: "strategic merge patch of a custom resource",
    method: "PATCH",
    path: `${widgets}/w`,
    type: strategic,
    body: { spec: { size: 2 } },
  },
  {
    title: "merge patch of a custom resource",
    method: "PATCH",
    path: `${widgets}/w`,
    type: merge,
    body: { spec: { size: 2 }, status: { phase: "ignored" } },
  },
  {
    title: "patch of a custom resource's status",
    method: "PATCH",
    path: `${widgets}/w/status`,
    type: merge,
    body: { spec: { size: 9 }, status: { phase: "Ready" } },
  },
  {
    title: "apply of a custom resource",
    method: "PATCH",
    path: `${widgets}/w?fieldManager=one`,
    type: apply,
    body: widget("w", { size: 3, ports: [{ name: "a", port: 1 }] }),
  },
  {
    title: "apply of a custom resource with force",
    method: "PATCH",
    path: `${widgets}/w?fieldManager=one&force=true`,
    type: apply,
    body: widget("w", { size: 3, ports: [{ name: "a", port: 1 }] }),
  },
  { title: "update of a custom resource without a version", method: "PUT", path: `${widgets}/w`, body: widget("w", { size: 4 }) },
  { title: "custom resources as a table", method: "GET", path: widgets, accept: table },
  { title: "discovery of a custom group", method: "GET", path: "/apis/example.com/v1" },
  { title: "a list by label", method: "GET", path: `${maps}?labelSelector=none%3Dx` },
  { title: "a list by a bad label selector", method: "GET", path: `${maps}?labelSelector=a%20b` },
  { title: "a list by field", method: "GET", path: `${maps}?fieldSelector=metadata.name%3Dfixed` },
  { title: "a list by an unknown field", method: "GET", path: `${maps}?fieldSelector=spec.x%3Dy` },
  { title: "a list from a future version", method: "GET", path: `${maps}?resourceVersion=abc` },
  {
    title: "create with a finalizer",
    method: "POST",
    path: maps,
    body: configMap("held", {}, { finalizers: ["example.com/hold"] }),
  },
  {
    title: "create with a finalizer that is no name",
    method: "POST",
    path: maps,
    body: configMap("held2", {}, { finalizers: ["hold"] }),
  },
  { title: "delete what is held", method: "DELETE", path: `${maps}/held` },
  {
    title: "add a finalizer to what is being deleted",
    method: "PATCH",
    path: `${maps}/held`,
    type: merge,
    body: { metadata: { finalizers: ["example.com/hold", "example.com/more"] } },
  },
  {
    title: "let go of what is held",
    method: "PATCH",
    path: `${maps}/held`,
    type: merge,
    body: { metadata: { finalizers: null } },
  },
  { title: "get what was held", method: "GET", path: `${maps}/held` },
  {
    title: "delete with a wrong uid",
    method: "DELETE",
    path: `${maps}/a`,
    body: { kind: "DeleteOptions", apiVersion: "v1", preconditions: { uid: "other" } },
  },
  { title: "delete in a dry run", method: "DELETE", path: `${maps}/a?dryRun=All` },
  { title: "delete with a bad propagation policy", method: "DELETE", path: `${maps}/a?propagationPolicy=Sometimes` },
  { title: "delete", method: "DELETE", path: `${maps}/a` },
  { title: "delete again", method: "DELETE", path: `${maps}/a` },
  { title: "a method that is not allowed", method: "POST", path: `${maps}/applied`, body: configMap("applied") },
];

/** Where the simulator still answers otherwise, and how: not compared. */
export const knownDifferences: ReadonlyMap<string, string> = new Map([
  ["create what is no JSON", "the parser's words"],
  ["get as a table", "the columns have no descriptions"],
  ["custom resources as a table", "the columns have no descriptions"],
  ["get of a kind that is not there", "a Status instead of plain text"],
  ["get of a group that is not there", "a Status instead of plain text"],
  ["merge patch that is no object", "the parser's words"],
  ["a patch of an unknown type", "400 instead of 415"],
  ["strategic merge patch", "the simulator's Deployment controller has written a status"],
  ["strategic merge patch that deletes", "the simulator's Deployment controller has written a status"],
  ["patch of the status", "the simulator's Deployment controller has written a status"],
  ["create a Service with a bad port", "a port of 0 is taken for an absent one"],
  ["create a Job that always restarts", "unsupported value instead of required value"],
  ["change the template of a Job", "the template is shown as JSON, not as Go's internal type"],
  ["create an Ingress without a path type", "without `pathType must be specified`"],
  ["create a Role without verbs", "accepted"],
  ["create a claim", "there is a default StorageClass"],
  ["create a claim without a size", "the field is spec.resources.requests"],
  ["create a definition", "the finalizer is there at once, storedVersions later"],
  ["create a custom resource that is not valid", "findings in the schema's order; the real server's order changes"],
  ["discovery of a custom group", "verbs in another order"],
  ["a list by a bad label selector", "the parser's words"],
]);
