import { describe, expect, test } from "vitest";
import type { ValueObject } from "../manifest/value.js";
import { memoryTree } from "../render/memory-tree.js";
import { argoHelm } from "./argo-source.js";
import { errorOf } from "./testing.js";

const files = {
  "chart/v/a.yaml": "a: 1",
  "chart/v/b.yaml": "b: 1",
  "chart/v/s/c.yaml": "c: 1",
  "root.yaml": "r: 1",
  "p.txt": "text",
};

function resolve(helm: ValueObject, symlinks: Readonly<Record<string, string>> = {}) {
  return argoHelm(
    { path: "chart", helm },
    {
      appName: "app",
      namespace: "ns",
      revision: "0123456789abcdef",
      tree: memoryTree(files, { symlinks }),
      path: "chart",
      refs: new Map([["vals", memoryTree({ "x/y.yaml": "y: 1" })]]),
      kubeVersion: "1.33.0",
      apiVersions: ["v1"],
    },
  );
}

const names = (helm: ValueObject) => resolve(helm).values.files?.map(({ name }) => name);

describe("valueFiles", () => {
  test.each([
    [["v/*.yaml"], ["chart/v/a.yaml", "chart/v/b.yaml"]],
    [["v/**/*.yaml"], ["chart/v/a.yaml", "chart/v/b.yaml", "chart/v/s/c.yaml"]],
    [
      ["v/*.yaml", "v/a.yaml"],
      ["chart/v/b.yaml", "chart/v/a.yaml"],
    ],
    [
      ["/root.yaml", "$vals/x/y.yaml", "/root.yaml"],
      ["root.yaml", "$vals/x/y.yaml"],
    ],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Argo CD's build environment syntax
    [["v/${ARGOCD_APP_NAME}.yaml", "v/a.yaml"], ["chart/v/a.yaml"]],
  ])("%j", (valueFiles, expected) => {
    expect(names({ valueFiles, ignoreMissingValueFiles: true })).toEqual(expected);
  });

  test.each([
    [
      "../../etc/passwd",
      "error resolving helm value files: error resolving value file path: file '../../etc/passwd' resolved to outside repository root",
    ],
    ["none/*.yaml", 'error resolving helm value files: values file glob "none/*.yaml" matched no files'],
    [
      "https://example.com/v.yaml",
      "error resolving helm value files: error resolving value file path: the URL scheme 'https' is not allowed",
    ],
    ["nope.yaml", "open chart/nope.yaml: no such file or directory"],
  ])("%s is refused", (file, message) => {
    expect(errorOf(() => resolve({ valueFiles: [file] }))).toMatchObject({ code: "HELM_SOURCE", message });
  });

  test("a link out of the repository is refused", () => {
    const error = errorOf(() => resolve({ valueFiles: ["evil.yaml"] }, { "chart/evil.yaml": "/etc/passwd" }));
    expect(error.message).toContain("file 'evil.yaml' resolved to outside repository root");
  });
});

test("inline values come after the files, valuesObject before values", () => {
  const { values } = resolve({ valueFiles: ["v/a.yaml"], values: "b: 2", valuesObject: { c: 3 } });
  expect(values.files?.map(({ text }) => text)).toEqual(["a: 1", "c: 3\n"]);
});

test("parameters know the environment and keep their commas", () => {
  const { values } = resolve({
    parameters: [
      { name: "a", value: "x,y" },
      { name: "l", value: "{p,q}" },
      { name: "e", value: "$ARGOCD_APP_NAME-$ARGOCD_APP_REVISION_SHORT$$" },
      { name: "s", value: "7", forceString: true },
    ],
    fileParameters: [{ name: "f", path: "/p.txt" }],
  });
  expect(values.set).toEqual(["a=x\\,y", "l={p,q}", "e=app-0123456$"]);
  expect(values.setString).toEqual(["s=7"]);
  expect(values.setFile).toEqual(["f=p.txt"]);
  expect(values.readFile?.("p.txt")).toBe("text");
});

test("options come from the source, else from the destination", () => {
  expect(resolve({}).options).toMatchObject({ releaseName: "app", namespace: "ns", kubeVersion: "1.33.0", includeCrds: true });
  const options = {
    releaseName: "r",
    namespace: "n",
    kubeVersion: "1.30",
    apiVersions: ["x/v1"],
    skipCrds: true,
    skipTests: true,
  };
  expect(resolve(options).options).toMatchObject({
    releaseName: "r",
    namespace: "n",
    apiVersions: ["x/v1"],
    includeCrds: false,
    skipTests: true,
  });
});
