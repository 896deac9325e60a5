import { describe, expect, test } from "vitest";
import { parseYaml } from "../../yaml/parse.js";
import { builtInSchemas } from "../schema/built-in.js";
import { customResourceSchema } from "../schema/crd.js";
import type { ValueObject } from "../value.js";
import { type ApplyOptions, applyServerSide, updateManagedFields } from "./server-side-apply.js";

const schema = builtInSchemas.schemaFor({ group: "apps", version: "v1", kind: "Deployment" });

function options(manager: string, extra: Partial<ApplyOptions> = {}): ApplyOptions {
  return { manager, schema, force: false, now: "2026-01-01T00:00:00Z", ...extra };
}

function deployment(spec: string): ValueObject {
  const head = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\nspec:\n";
  return parseYaml(head + spec, { dialect: "kubernetes" }) as ValueObject;
}

function applied(live: ValueObject | undefined, next: ValueObject, how: ApplyOptions): ValueObject {
  const result = applyServerSide(live, next, how);
  if (result.kind !== "applied") throw new Error(result.message);
  return result.object;
}

describe("server-side apply", () => {
  test("two managers share a list of containers by name, each owning its own", () => {
    const ours = deployment("  template: {spec: {containers: [{name: web, image: 'web:1'}]}}\n");
    const theirs = deployment("  template: {spec: {containers: [{name: proxy, image: 'proxy:1'}]}}\n");
    const both = applied(applied(undefined, ours, options("git")), theirs, options("mesh"));
    expect(both).toMatchObject({ spec: { template: { spec: { containers: [{ name: "web" }, { name: "proxy" }] } } } });
    expect(both["metadata"]).toMatchObject({
      managedFields: [
        {
          manager: "git",
          operation: "Apply",
          fieldsV1: { "f:spec": { "f:template": { "f:spec": { "f:containers": { 'k:{"name":"web"}': {} } } } } },
        },
        { manager: "mesh", operation: "Apply" },
      ],
    });
  });

  test("a field that only this manager owned goes when it leaves the configuration", () => {
    const before = applied(undefined, deployment("  replicas: 2\n  paused: true\n"), options("git"));
    expect(applied(before, deployment("  replicas: 2\n"), options("git"))["spec"]).toEqual({ replicas: 2 });
  });

  test("a field that another manager also applies stays", () => {
    const before = applied(undefined, deployment("  replicas: 2\n  paused: true\n"), options("git"));
    const shared = applied(before, deployment("  paused: true\n"), options("operator"));
    expect(applied(shared, deployment("  replicas: 2\n"), options("git"))["spec"]).toEqual({ replicas: 2, paused: true });
  });

  test("changing another manager's field is a conflict in the API server's words, unless forced", () => {
    const created = updateManagedFields(undefined, deployment("  replicas: 1\n"), options("kubectl"));
    const wanted = deployment("  replicas: 3\n");
    expect(applyServerSide(created, wanted, options("git"))).toMatchObject({
      kind: "conflict",
      message: 'Apply failed with 1 conflict: conflict with "kubectl" using apps/v1: .spec.replicas',
      conflicts: [{ manager: "kubectl", field: ".spec.replicas", message: 'conflict with "kubectl" using apps/v1' }],
    });
    const forced = applied(created, wanted, options("git", { force: true }));
    expect(forced["metadata"]).toMatchObject({ managedFields: [{ manager: "git" }] });
  });

  test("kubectl takes over what its client-side apply set and nobody changed since", () => {
    const wanted = deployment("  replicas: 3\n");
    const annotation = "kubectl.kubernetes.io/last-applied-configuration";
    const before = deployment("  replicas: 1\n");
    const clientSide = {
      ...before,
      metadata: { name: "web", namespace: "shop", annotations: { [annotation]: JSON.stringify(before) } },
    };
    const live = updateManagedFields(undefined, clientSide, options("kubectl-client-side-apply"));
    const result = applied(live, wanted, options("kubectl"));
    expect(result["spec"]).toEqual({ replicas: 3 });
    expect(
      JSON.parse((result["metadata"] as { annotations: { [key: string]: string } }).annotations[annotation] as string),
    ).toEqual(wanted);
    expect(applyServerSide(live, wanted, options("git"))).toMatchObject({ kind: "conflict" });
  });

  test("a field that the schema does not know is refused with its path", () => {
    const result = applyServerSide(undefined, deployment("  replica: 1\n"), options("git"));
    expect(result).toEqual({
      kind: "invalid",
      message:
        "failed to create typed patch object (shop/web; apps/v1, Kind=Deployment): .spec.replica: field not declared in schema",
    });
  });

  test("applying the same again changes nothing", () => {
    const config = deployment("  replicas: 2\n");
    const once = applied(undefined, config, options("git"));
    expect(applyServerSide(once, config, options("git", { now: "2026-02-02T00:00:00Z" }))).toEqual({
      kind: "applied",
      object: once,
      changed: false,
    });
  });

  test("a custom resource's lists merge as its definition says", () => {
    const widget = customResourceSchema(
      parseYaml(
        `type: object
properties:
  spec:
    type: object
    properties:
      tags: {type: array, x-kubernetes-list-type: set, items: {type: string}}
      order: {type: array, items: {type: string}}
`,
        { dialect: "kubernetes" },
      ),
    );
    const make = (spec: ValueObject): ValueObject => ({ apiVersion: "x.io/v1", kind: "Widget", metadata: { name: "w" }, spec });
    const before = applied(undefined, make({ tags: ["a"], order: ["a"] }), options("one", { schema: widget }));
    const after = applied(before, make({ tags: ["b"], order: ["b"] }), options("two", { schema: widget, force: true }));
    expect(after["spec"]).toEqual({ tags: ["a", "b"], order: ["b"] });
  });
});

describe("managedFields of plain writes", () => {
  test("an update takes the fields it changed from their managers", () => {
    const created = updateManagedFields(undefined, deployment("  replicas: 1\n  paused: true\n"), options("kubectl"));
    const scaled = updateManagedFields(created, { ...created, spec: { replicas: 5, paused: true } }, options("hpa"));
    expect(scaled["metadata"]).toMatchObject({
      managedFields: [
        { manager: "hpa", fieldsV1: { "f:spec": { "f:replicas": {} } } },
        { manager: "kubectl", fieldsV1: { "f:spec": { "f:paused": {} } } },
      ],
    });
  });

  test("an object that nobody tracked stays untracked", () => {
    const live = { ...deployment("  replicas: 1\n"), metadata: { name: "web", uid: "1" } };
    expect(updateManagedFields(live, { ...live, spec: { replicas: 2 } }, options("kubectl"))["metadata"]).toEqual({
      name: "web",
      uid: "1",
    });
  });
});
