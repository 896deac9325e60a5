import { expect, test } from "vitest";
import type { ValueObject } from "../../manifest/value.js";
import { parseYaml } from "../../yaml/parse.js";
import { admitApplication, admitApplicationSet } from "./admit.js";

const manifest = (text: string): ValueObject => parseYaml(text, { dialect: "kubernetes" }) as ValueObject;

test("unknown fields go, nulls go where none may be, and what is left is judged", () => {
  const admitted = admitApplicationSet(
    manifest(`
spec:
  generators: [{list: {elements: [{free: {form: null}}], template: null}, surprise: 1}]
  template:
    metadata: {labels: {a: null}}
    spec: {destination: {}, syncPolicy: {automated: null}}
`),
  );
  expect(admitted).toMatchObject({
    valid: false,
    errors: ["spec.template.spec.project: Required value"],
    pruned: [".spec.generators[0].surprise"],
    nullsDropped: [
      ".spec.generators[0].list.template",
      ".spec.template.metadata.labels.a",
      ".spec.template.spec.syncPolicy.automated",
    ],
  });
  expect(admitted.manifest["spec"]).toMatchObject({ generators: [{ list: { elements: [{ free: { form: null } }] } }] });
});

test("a wrong type and a value outside an enum are told in Kubernetes' words", () => {
  const { errors } = admitApplicationSet(
    manifest(
      "{spec: {generators: {}, template: {metadata: {}, spec: {project: p, destination: {}}}, syncPolicy: {applicationsSync: all}}}",
    ),
  );
  expect(errors).toEqual([
    'spec.generators: Invalid value: "object": spec.generators in body must be of type array: "object"',
    'spec.syncPolicy.applicationsSync: Unsupported value: "all": supported values: "create-only", "create-update", "create-delete", "sync"',
  ]);
});

test("an Application is admitted under its own CRD", () => {
  expect(admitApplication(manifest("{spec: {project: p, destination: {}, sources: [{path: x}]}}")).errors).toEqual([
    "spec.sources[0].repoURL: Required value",
  ]);
});
