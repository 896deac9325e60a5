import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Value, ValueObject } from "../manifest/value.js";
import { memoryTree } from "../render/memory-tree.js";
import { parseYaml } from "../yaml/parse.js";
import type { Cluster } from "./clusters.js";
import { type GenerateContext, generate } from "./generate.js";
import { decodeApplicationSet } from "./model/application-set.js";
import { type GeneratorNeed, type NeedAnswer, needKey } from "./needs.js";
import type { Generated } from "./reconcile/types.js";

const repoURL = "https://git.example/fleet.git";

function setOf(spec: string): ReturnType<typeof decodeApplicationSet> {
  return decodeApplicationSet({
    metadata: { name: "fleet", namespace: "argocd" },
    spec: parseYaml(spec, { dialect: "kubernetes" }) as Value,
  });
}

const template = (name: string): string => `
template:
  metadata: {name: '${name}'}
  spec: {project: default, source: {repoURL: x, path: p}, destination: {name: in-cluster}}
`;

/** Generates with these files in the one repository. */
function run(spec: string, files: Readonly<Record<string, string>> = {}, context: Partial<GenerateContext> = {}): Generated {
  const set = setOf(spec);
  const answers = new Map<string, NeedAnswer>();
  for (let round = 0; round < 100; round++) {
    const result = generate(set, { clusters: [], answers, ...context });
    if (result.kind === "generated") return result;
    for (const need of result.needs) answers.set(needKey(need), answerOf(need, files));
  }
  throw new Error("does not end");
}

function answerOf(need: GeneratorNeed, files: Readonly<Record<string, string>>): NeedAnswer {
  if (need.kind !== "git" || need.repoURL !== repoURL) return { kind: "failed", error: new Error("connection refused") };
  return { kind: "answered", value: { tree: memoryTree(files) } };
}

const namesOf = ({ applications }: Generated): readonly string[] => applications.map(({ metadata }) => metadata.name!);
const cluster = (name: string, labels: Record<string, string> = {}): Cluster => ({
  name,
  server: `https://${name}`,
  labels,
  annotations: {},
});

describe("list", () => {
  test("a parameter that is not there stays as it was written, unless Go templates are used", () => {
    expect(namesOf(run(`generators: [{list: {elements: [{env: dev}]}}]${template("{{env}}-{{nope}}")}`))).toEqual([
      "dev-{{nope}}",
    ]);
    const strict = run(`
goTemplate: true
goTemplateOptions: [missingkey=error]
generators: [{list: {elements: [{env: dev}]}}]${template("{{.env}}-{{.nope}}")}`);
    expect(strict.errors[0]).toMatchObject({ reason: "RenderTemplateParamsError" });
    expect(strict.errors[0]!.error.message).toContain('map has no entry for key "nope"');
  });

  test("one bad element is an error about itself; in compat mode it fails its generator", () => {
    const spec = `generators: [{list: {elements: [{id: 1}, {id: a}]}}]${template("app-{{id}}")}`;
    const kept = run(spec);
    expect(namesOf(kept)).toEqual(["app-a"]);
    expect(kept).toMatchObject({ sourceState: "failed", errors: [{ error: { code: "APPSET_LIST_ELEMENT" } }] });
    expect(namesOf(run(spec, {}, { settings: { compat: true } }))).toEqual([]);
  });

  test("an Application without finalizers gets the resources finalizer, unless resources are to be kept", () => {
    const spec = `generators: [{list: {elements: [{id: a}]}}]${template("{{id}}")}`;
    expect(run(spec).applications[0]!.metadata.finalizers).toEqual(["resources-finalizer.argocd.argoproj.io"]);
    expect(run(`syncPolicy: {preserveResourcesOnDeletion: true}\n${spec}`).applications[0]!.metadata.finalizers).toBeUndefined();
  });
});

test("the local cluster comes last, and a selector never takes it", () => {
  const clusters = [cluster("eu", { env: "prod" }), cluster("ap")];
  expect(namesOf(run(`generators: [{clusters: {}}]${template("{{name}}")}`, {}, { clusters }))).toEqual([
    "ap",
    "eu",
    "in-cluster",
  ]);
  const selected = `generators: [{clusters: {selector: {matchLabels: {env: prod}}}}]${template("{{name}}")}`;
  expect(namesOf(run(selected, {}, { clusters }))).toEqual(["eu"]);
});

describe("git", () => {
  const files = {
    "apps/web/config.yaml": "{id: web}",
    "apps/api/config.yaml": "[{id: api1}, {id: api2}]",
    "apps/bad/config.yaml": "[oops",
  };
  const spec = (pattern: string): string =>
    `generators: [{git: {repoURL: ${repoURL}, revision: HEAD, files: [{path: '${pattern}'}]}}]${template("{{id}}")}`;

  test("each object of each file is a set, and provenance names file and index", () => {
    const { applications } = run(spec("apps/[aw]*/config.yaml"), files);
    expect(applications.map(({ provenance }) => provenance.origins[0])).toEqual([
      { generator: "spec.generators[0].git", repoURL, file: "apps/api/config.yaml", index: 0 },
      { generator: "spec.generators[0].git", repoURL, file: "apps/api/config.yaml", index: 1 },
      { generator: "spec.generators[0].git", repoURL, file: "apps/web/config.yaml" },
    ]);
  });

  test("a file that cannot be parsed is named, and the others are kept", () => {
    const result = run(spec("apps/*/config.yaml"), files);
    expect(namesOf(result)).toEqual(["api1", "api2", "web"]);
    expect(result.errors[0]!.error.message).toContain("unable to process file 'apps/bad/config.yaml'");
  });

  test("a source that fails, one that is empty and one that gives something are told apart", () => {
    expect(run(spec("apps/web/config.yaml"), files).sourceState).toBe("ok");
    expect(run(spec("none/*.yaml"), files).sourceState).toBe("empty");
    expect(run(spec("*").replace(repoURL, "https://git.example/other.git"), files).sourceState).toBe("failed");
  });

  test("all needs that can be known come back at once", () => {
    const both = `generators: [{git: {repoURL: a, revision: HEAD, directories: [{path: '*'}]}}, {git: {repoURL: b, revision: v1, directories: [{path: '*'}]}}]`;
    expect(generate(setOf(both + template("{{path}}")), { clusters: [] })).toMatchObject({
      kind: "needs",
      needs: [
        { kind: "git", repoURL: "a" },
        { kind: "git", repoURL: "b", revision: "v1" },
      ],
    });
  });

  test("the order of files and Secrets never matters", () => {
    const names = ["web", "api", "db", "queue"];
    fc.assert(
      fc.property(
        fc.shuffledSubarray(names, { minLength: 4 }),
        fc.shuffledSubarray(names, { minLength: 4 }),
        (order, secrets) => {
          const shuffled = Object.fromEntries(order.map((name) => [`apps/${name}/c.yaml`, `id: ${name}`]));
          const matrix = `
generators:
- matrix:
    generators:
    - git: {repoURL: ${repoURL}, revision: HEAD, files: [{path: '**/c.yaml'}]}
    - clusters: {}
${template("{{id}}-{{name}}")}`;
          const result = run(matrix, shuffled, { clusters: secrets.map((name) => cluster(name)) });
          expect(namesOf(result)).toEqual(
            [...names].sort().flatMap((n) => [...[...names].sort(), "in-cluster"].map((name) => `${n}-${name}`)),
          );
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe("matrix and merge", () => {
  const list = (...elements: readonly ValueObject[]): string => JSON.stringify({ list: { elements } });

  test("the second child may use the first one's parameters, and a clash is an error without Go templates", () => {
    const git = `{git: {repoURL: ${repoURL}, revision: HEAD, directories: [{path: 'envs/{{env}}/*'}]}}`;
    const spec = `generators: [{matrix: {generators: [${list({ env: "dev" })}, ${git}]}}]${template("{{env}}-{{path.basename}}")}`;
    expect(namesOf(run(spec, { "envs/dev/a/x": "", "envs/prod/b/x": "" }))).toEqual(["dev-a"]);
    const clash = `generators: [{matrix: {generators: [${list({ a: "1" })}, ${list({ a: "2" })}]}}]${template("{{a}}")}`;
    expect(run(clash).errors[0]).toMatchObject({ error: { code: "APPSET_DUPLICATE_PARAM" } });
  });

  test("merge overrides sets with equal keys and keeps the base generator's order", () => {
    const children = [list({ k: "b", v: "1" }, { k: "a", v: "2" }), list({ k: "a", v: "over" }, { k: "c", v: "no" })].join(", ");
    const spec = `generators: [{merge: {mergeKeys: [k], generators: [${children}]}}]${template("{{k}}-{{v}}")}`;
    expect(namesOf(run(spec))).toEqual(["b-1", "a-over"]);
  });

  test("more than two children and any depth are for those who ask", () => {
    const three = `generators: [{matrix: {generators: [${list({ a: "1" })}, ${list({ b: "2" })}, ${list({ c: "3" })}]}}]${template("{{a}}{{b}}{{c}}")}`;
    expect(run(three).errors[0]!.error.message).toContain("found more than two generators");
    expect(namesOf(run(three, {}, { settings: { wideNesting: true } }))).toEqual(["123"]);
    const inner = (depth: number): string =>
      depth === 0
        ? list({ [`p${depth}`]: "x" })
        : `{matrix: {generators: [${list({ [`p${depth}`]: "x" })}, ${inner(depth - 1)}]}}`;
    const deep = `generators: [${inner(4)}]${template("{{p0}}{{p4}}")}`;
    expect(namesOf(run(deep, {}, { settings: { wideNesting: true } }))).toEqual(["xx"]);
  });
});

test("a nested matrix that cannot be decoded is an error of its generator, never a crash", () => {
  const spec = `generators: [{matrix: {generators: [{matrix: {generators: text}}, {list: {elements: []}}]}}]${template("a")}`;
  expect(run(spec)).toMatchObject({ applications: [], sourceState: "failed", requeueAfterSeconds: 0 });
});

test("hostile keys of parameters stay keys", () => {
  const spec = `generators: [{list: {elementsYaml: '[{"constructor": "c", "toString": "t"}]'}}]${template("{{constructor}}-{{toString}}-{{hasOwnProperty}}")}`;
  expect(namesOf(run(spec))).toEqual(["c-t-{{hasOwnProperty}}"]);
});
