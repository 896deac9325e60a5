import { describe, expect, test } from "vitest";
import { asObject, type KubernetesObject } from "../manifest/object.js";
import { parseYaml } from "../yaml/parse.js";
import { compareResource } from "./compare.js";
import { type CompareSettings, compileCompareOptions } from "./options.js";

const object = (yaml: string): KubernetesObject => asObject(parseYaml(yaml, { dialect: "kubernetes" }));
const isModified = (target: string, live: string, settings: CompareSettings = {}) =>
  compareResource({ target: object(target), live: object(live) }, compileCompareOptions(settings)).modified;

const configMap = (data: string, annotations = "{}") =>
  `{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: x, annotations: ${annotations}}, data: ${data}}`;
const service = (spec: string) => `{apiVersion: v1, kind: Service, metadata: {name: a}, spec: ${spec}}`;

describe("comparing desired with live state", () => {
  test("what git does not name is no difference", () => {
    expect(isModified(configMap("{a: '1'}"), configMap("{a: '1', b: '2'}"))).toBe(false);
  });

  test("what was applied last and has left git is one", () => {
    const applied = JSON.stringify(object(configMap("{a: '1', b: '2'}")));
    const live = configMap("{a: '1', b: '2'}", `{kubectl.kubernetes.io/last-applied-configuration: '${applied}'}`);
    expect(isModified(configMap("{a: '1'}"), live)).toBe(true);
  });

  test("defaults of the API server are no difference", () => {
    const live = "{type: ClusterIP, sessionAffinity: None, ports: [{port: 80, targetPort: 80, protocol: TCP}]}";
    expect(isModified(service("{ports: [{port: 80}]}"), service(live))).toBe(false);
  });

  test("the selector of a PodDisruptionBudget, which patches replace as a whole, is compared in its type's form", () => {
    const budget = (expression: string) =>
      `{apiVersion: policy/v1, kind: PodDisruptionBudget, metadata: {name: a}, spec: {selector: {matchExpressions: [${expression}]}}}`;
    const live = budget("{key: a, operator: In, values: [b]}");
    expect(isModified(budget("{key: a, operator: In, values: [b], unknown: 1}"), live)).toBe(false);
    expect(isModified(budget("{key: a, operator: In, values: [c]}"), live)).toBe(true);
  });

  test("subsets of Endpoints are in Kubernetes' order, which goes by a hash", () => {
    const endpoints = object(
      "{apiVersion: v1, kind: Endpoints, metadata: {name: a}, subsets: [{addresses: [{ip: 10.0.0.2}, {ip: 10.0.0.1}], " +
        "ports: [{port: 80, name: b}, {port: 70, name: a}]}, {addresses: [{ip: 10.0.0.3}], ports: [{port: 80}]}]}",
    );
    const { normalizedLive } = compareResource({ target: endpoints, live: endpoints }, compileCompareOptions({}));
    expect(normalizedLive).toMatchObject({
      subsets: [{ addresses: [{ ip: "10.0.0.3" }] }, { ports: [{ name: "b" }, { name: "a" }] }],
    });
  });

  test("rules may take out metadata or all fields, and labels need not be texts", () => {
    const whole = (pointer: string): CompareSettings => ({
      ignoreDifferences: [{ kind: "*", group: "*", jsonPointers: [pointer] }],
    });
    expect(isModified(configMap("{a: '1'}"), configMap("{a: '1'}", "{b: c}"), whole("/metadata"))).toBe(false);
    const all: CompareSettings = { ignoreDifferences: [{ kind: "*", group: "*", jqPathExpressions: [".[]"] }] };
    expect(isModified(configMap("{a: '1'}"), configMap("{a: '2'}"), all)).toBe(false);
    const labelled = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, labels: {a: 5}}}";
    expect(isModified(labelled, labelled)).toBe(false);
    const nothing: CompareSettings = { ignoreDifferences: [{ kind: "*", group: "*", jqPathExpressions: [".."] }] };
    expect(() => isModified(configMap("{}"), configMap("{}"), nothing)).toThrow("leaves nothing of the object");
  });

  test("quantities are compared by what they mean in built-in kinds, by their text elsewhere", () => {
    const claim = (storage: string) =>
      `{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: a}, spec: {resources: {requests: {storage: ${storage}}}}}`;
    const custom = (cpu: string) => `{apiVersion: example.com/v1, kind: Widget, metadata: {name: a}, spec: {cpu: ${cpu}}}`;
    expect(isModified(claim("1024Mi"), claim("1Gi"))).toBe(false);
    expect(isModified(custom("1000m"), custom('"1"'))).toBe(true);
    const known = new Map([["example.com/Widget", { knownTypeFields: [{ field: "spec.cpu", type: "core/Quantity" }] }]]);
    expect(isModified(custom("1000m"), custom('"1"'), { resourceOverrides: known })).toBe(false);
  });

  test("ignored fields are taken out of both sides, by pointer or by jq", () => {
    const [target, live] = [configMap("{a: '1'}"), configMap("{a: '2'}")];
    expect(isModified(target, live, { ignoreDifferences: [{ kind: "ConfigMap", jsonPointers: ["/data/a"] }] })).toBe(false);
    const byJq = [{ group: "*", kind: "*", jqPathExpressions: ['.data | to_entries[] | select(.key == "z")', ".data.a"] }];
    expect(isModified(target, live, { ignoreDifferences: byJq })).toBe(false);
  });

  test("an ignore expression that cannot be read fails the comparison", () => {
    const settings = { ignoreDifferences: [{ kind: "ConfigMap", jqPathExpressions: [".data["] }] };
    expect(() => compileCompareOptions(settings)).toThrow(expect.objectContaining({ code: "JQ_SYNTAX" }));
  });

  test("a Secret's stringData is its data", () => {
    const secret = (content: string) => `{apiVersion: v1, kind: Secret, metadata: {name: a}, type: Opaque, ${content}}`;
    expect(isModified(secret("stringData: {p: hunter2}"), secret("data: {p: aHVudGVyMg==}"))).toBe(false);
  });

  test("the same object on both sides never differs", () => {
    const any = service("{ports: [{name: a, port: 80}, {name: b, port: 80, protocol: UDP}], selector: {app: a}}");
    expect(isModified(any, any)).toBe(false);
  });

  test("server-side apply is compared by structured merge: what another manager added stays", () => {
    const annotations = "{argocd.argoproj.io/sync-options: ServerSideApply=true}";
    expect(isModified(configMap("{a: '1'}", annotations), configMap("{a: '1', b: '2'}", annotations))).toBe(false);
    expect(isModified(configMap("{a: '3'}", annotations), configMap("{a: '1', b: '2'}", annotations))).toBe(true);
  });
});
