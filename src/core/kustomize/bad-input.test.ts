import { expect, test } from "vitest";
import { InputError } from "../errors.js";
import { buildKustomization, memoryTree } from "./index.js";
import { maxResources } from "./model/budget.js";
import { BuildSchemas } from "./model/custom-schema.js";
import { ResMap } from "./model/res-map.js";
import { Resource } from "./model/resource.js";

function failure(
  files: Readonly<Record<string, string | Uint8Array>>,
  directory = "",
  options: Parameters<typeof memoryTree>[1] = {},
): InputError {
  try {
    buildKustomization(memoryTree(files, options), directory);
  } catch (error) {
    if (error instanceof InputError) return error;
    throw error;
  }
  throw new Error("it was built");
}

const resource = (text: string): Readonly<Record<string, string>> => ({
  "kustomization.yaml": "resources: [r.yaml]",
  "r.yaml": text,
});
const head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

test("aliases that multiply are refused within their budget", () => {
  const lines = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${Array(9).fill(`*a${i}`).join(", ")}]`);
  expect(failure(resource(`${head}data:\n  a0: &a0 x\n${lines.map((line) => `  ${line}`).join("\n")}\n`)).code).toBe(
    "YAML_TOO_LARGE",
  );
});

test("100,000 levels of nesting are refused", () => {
  expect(failure(resource(`${head}data: ${"[".repeat(100_000)}${"]".repeat(100_000)}\n`)).code).toMatch(/^YAML_/);
});

test("bases that lead back to their overlay are a cycle", () => {
  const files = { "a/kustomization.yaml": "resources: [../b]", "b/kustomization.yaml": "resources: [../a]" };
  expect(failure(files, "a")).toMatchObject({ code: "KUSTOMIZE_CYCLE" });
});

test("the key __proto__ is refused in resources, patches and generators", () => {
  expect(failure(resource(`${head}data:\n  __proto__: x\n`)).code).toBe("YAML_PROTO_KEY");
  const patch = '[{"op": "add", "path": "/data/__proto__", "value": {"polluted": true}}]';
  const kustomization = JSON.stringify({ resources: ["r.yaml"], patches: [{ target: { kind: "ConfigMap" }, patch }] });
  expect(failure({ ...resource(`${head}data: {}\n`), "kustomization.yaml": kustomization }).code).toBe("KUSTOMIZE_PATCH");
  expect(failure({ "kustomization.yaml": "configMapGenerator: [{name: a, literals: [__proto__=x]}]" }).code).toBe(
    "KUSTOMIZE_GENERATOR",
  );
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("the key __proto__ is refused in paths of replacements and labels", () => {
  const build = (fields: object) =>
    failure({
      ...resource(`${head}data: {k: v}\n`),
      "kustomization.yaml": JSON.stringify({ resources: ["r.yaml"], ...fields }),
    }).code;
  for (const path of ["__proto__.polluted", "data.__proto__", "data.k.__proto__"]) {
    const targets = [{ select: { kind: "ConfigMap" }, fieldPaths: [path], options: { create: true } }];
    expect(build({ replacements: [{ source: { kind: "ConfigMap" }, targets }] }), path).toMatch(/KUSTOMIZE_(FIELD|REPLACEMENT)/);
  }
  expect(build({ labels: [{ pairs: { a: "b" }, fields: [{ path: "__proto__/polluted", create: true }] }] })).toBe(
    "KUSTOMIZE_FIELD",
  );
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
});

test("a symbolic link out of the tree is refused", () => {
  const symlinks = { "r.yaml": "../../etc/passwd" };
  expect(failure({ "kustomization.yaml": "resources: [r.yaml]" }, "", { symlinks }).code).toBe("TREE_OUTSIDE");
});

test("a symbolic link to a file above the kustomization is outside of its load restriction", () => {
  const files = { "o/kustomization.yaml": "configMapGenerator: [{name: a, files: [f]}]", "secret.txt": "x" };
  expect(failure(files, "o", { symlinks: { "o/f": "../secret.txt" } }).code).toBe("KUSTOMIZE_LOAD_RESTRICTED");
});

test("bytes that are not UTF-8 are refused in a resource and kept as binaryData in a generator", () => {
  expect(failure({ ...resource(""), "r.yaml": new Uint8Array([0x61, 0x3a, 0xff]) }).message).toContain(
    "invalid leading UTF-8 octet",
  );
  const tree = memoryTree({ "kustomization.yaml": "configMapGenerator: [{name: a, files: [f]}]", f: new Uint8Array([0xff]) });
  const result = buildKustomization(tree, "");
  expect(result.kind === "built" && result.yaml()).toContain("binaryData:\n  f: /w==\n");
});

test("an unknown field is named with its place", () => {
  expect(failure({ "kustomization.yaml": "resources: []\npatches:\n- target: {kynd: x}\n" })).toMatchObject({
    message: 'invalid Kustomization: json: unknown field "kynd"',
    location: { file: "kustomization.yaml", line: 3 },
  });
});

test("resources without end are refused within their budget, whatever multiplies them", () => {
  const map = new ResMap();
  const schemas = new BuildSchemas();
  const add = (): void => {
    for (let at = 0; at <= maxResources; at++)
      map.append(new Resource({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: `c${at}` } }, schemas));
  };
  expect(add).toThrow(expect.objectContaining({ code: "KUSTOMIZE_TOO_LARGE" }));
});

test("bases within bases are refused beyond a depth that the stack bears", () => {
  const chain = Array.from({ length: 300 }, (_, at) => [`b${at}/kustomization.yaml`, `resources: [../b${at + 1}]`] as const);
  expect(failure(Object.fromEntries(chain), "b0").code).toBe("KUSTOMIZE_TOO_LARGE");
});

test("copies of copies are refused within their budget", () => {
  const copies = Array.from({ length: 60 }, () => ({ op: "copy", from: "/data/x", path: "/data/x/-" }));
  const patch = JSON.stringify([{ op: "add", path: "/data/x", value: ["x"] }, ...copies]);
  const patches = [{ target: { kind: "ConfigMap" }, patch }];
  const files = resource(`${head}data: {k: v}\n`);
  const build = (fields: object) =>
    failure({ ...files, "kustomization.yaml": JSON.stringify({ resources: ["r.yaml"], ...fields }) }).code;
  expect(build({ patches })).toBe("KUSTOMIZE_TOO_LARGE");
  const replacements = Array.from({ length: 60 }, (_, at) => ({
    source: { kind: "ConfigMap", fieldPath: "data" },
    targets: [{ select: { kind: "ConfigMap" }, fieldPaths: [`data.k${at}`], options: { create: true } }],
  }));
  expect(build({ replacements })).toBe("KUSTOMIZE_TOO_LARGE");
});
