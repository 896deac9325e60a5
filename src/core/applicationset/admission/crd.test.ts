import { readFileSync } from "node:fs";
import { Ajv } from "ajv";
import addFormats from "ajv-formats";
import { describe, expect, test } from "vitest";
import { emitYaml } from "../../yaml/emit.js";
import { parseYaml } from "../../yaml/parse.js";
import { editorSchemaOf, kinds } from "./crd.js";
import { installedCrdOf } from "./installed-crd.js";

const deploy = new URL("../../../../deploy/", import.meta.url);

describe.each(kinds)("$kind", (kind) => {
  test("deploy/crds and deploy/schemas hold what scripts/generate-crds.mjs writes from the packed schema", () => {
    const crd = readFileSync(new URL(`crds/${kind.plural}.yaml`, deploy), "utf8");
    expect(crd.slice(crd.indexOf("\n") + 1)).toBe(emitYaml(installedCrdOf(kind), { style: "kubernetes" }));
    const schema = readFileSync(new URL(`schemas/${kind.singular}.schema.json`, deploy), "utf8");
    expect(JSON.parse(schema)).toEqual(editorSchemaOf(kind));
  });

  test("the CRD fits the annotation in which a plain `kubectl apply` keeps it", () => {
    const kept = JSON.stringify(installedCrdOf(kind)).length;
    expect(kept).toBeLessThan(262_144 - 10_000);
  });
});

describe("the editor's schema of an Application", () => {
  const ajv = new Ajv({ strict: false, validateFormats: false });
  addFormats.default(ajv);
  const isValid = ajv.compile(editorSchemaOf(kinds[0]!));
  const application = (spec: string) =>
    parseYaml(
      `{apiVersion: argoproj.io/v1alpha1, kind: Application, metadata: {name: web}, spec: {project: default, destination: {name: in-cluster}, ${spec}}}`,
      { dialect: "kubernetes" },
    );

  test.each([
    ["source: {repoURL: https://example.com/a.git, path: web}", true],
    ["source: {repoURL: https://example.com/a.git, helm: {valuesObject: {any: [thing, 1]}}}", true],
    ["source: {path: web}", false],
    ["source: {repoURL: https://example.com/a.git, targetRevison: main}", false],
    ["source: {repoURL: https://example.com/a.git, kustomize: {replicas: [{name: web, count: '3'}]}}", true],
    ["source: {repoURL: https://example.com/a.git, kustomize: {replicas: [{name: web, count: [3]}]}}", false],
  ])("of %s says: %s", (spec, valid) => {
    expect(isValid(application(spec))).toBe(valid);
  });
});
