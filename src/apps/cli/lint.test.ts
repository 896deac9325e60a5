import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Recorded, recordedRun } from "../../../test/recorded-run.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "fleetwright-lint-"));
  execFileSync("git", ["init", "-q"], { cwd: folder });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

const read = (path: string): string => readFileSync(join(folder, path), "utf8");

async function lint(...args: readonly string[]): Promise<Recorded> {
  return await recordedRun(["lint", ...args], folder);
}

/** `file:line:column rule` of each finding. */
async function findings(...args: readonly string[]): Promise<readonly string[]> {
  const { out } = await lint("-o", "json", ...args);
  const { findings: found } = JSON.parse(out) as {
    findings: readonly { rule: string; location: { file: string; line?: number; column?: number } }[];
  };
  return found.map(({ rule, location: { file, line, column } }) => `${file}:${line}:${column} ${rule}`);
}

const repoURL = "https://git.example/fleet.git";

const application = (
  name: string,
  path: string,
  extra: Readonly<Record<string, string>> = {},
): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata:
  name: ${name}
  namespace: argocd
spec:
  project: ${extra["project"] ?? "default"}
  source: {repoURL: ${repoURL}, path: ${path}}
  destination: {server: https://one.example, namespace: ${extra["namespace"] ?? name}}
`;

const deployment = (name: string, extra = ""): string => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: ${name}
spec:
  selector: {matchLabels: {app: ${name}}}
  template:
    metadata: {labels: {app: ${name}}}
    spec:
      containers:
        - name: app
          image: example/${name}:1
${extra}`;

const clean = {
  "applications/web.yaml": application("web", "apps/web"),
  "apps/web/kustomization.yaml": "resources:\n  - deployment.yaml\n",
  "apps/web/deployment.yaml": deployment("web"),
};

test("a clean fleet has no findings and exit code 0", async () => {
  write(clean);
  expect(await lint()).toMatchObject({ out: "no findings\n", code: 0 });
});

const project = (name: string): string =>
  `apiVersion: argoproj.io/v1alpha1\nkind: AppProject\nmetadata: {name: ${name}, namespace: argocd}\nspec: {}\n`;

test.each<[rule: string, files: Readonly<Record<string, string>>, places: readonly string[]]>([
  [
    "deprecated-field",
    {
      "apps/web/kustomization.yaml": "namePrefix: a-\nbases:\n  - ../base\n",
      "apps/base/kustomization.yaml": "resources: [deployment.yaml]\n",
      "apps/base/deployment.yaml": deployment("web"),
    },
    ["apps/web/kustomization.yaml:2:1"],
  ],
  ["duplicate-name", { "more/web.yaml": application("web", "apps/web") }, ["more/web.yaml:4:3"]],
  ["duplicate-name", { "p/a.yaml": project("shop"), "p/b.yaml": project("shop") }, ["p/b.yaml:3:12"]],
  [
    "shared-resource",
    { "applications/web2.yaml": application("web2", "apps/web", { namespace: "web" }) },
    ["applications/web2.yaml:4:3"],
  ],
  [
    "unknown-project",
    { "p/shop.yaml": project("shop"), "applications/web.yaml": application("web", "apps/web", { project: "shopp" }) },
    ["applications/web.yaml:7:3"],
  ],
  ["unused-overlay", { "apps/old/kustomization.yaml": "resources: [../web]\n" }, ["apps/old/kustomization.yaml:1:1"]],
  [
    "patch-no-match",
    {
      "apps/web/kustomization.yaml":
        "resources: [deployment.yaml]\npatches:\n  - target: {kind: StatefulSet}\n    patch: |-\n      - {op: remove, path: /spec/x}\n",
    },
    ["apps/web/kustomization.yaml:3:5"],
  ],
  [
    "replacement-no-match",
    {
      "apps/web/kustomization.yaml": `resources: [deployment.yaml]
replacements:
  - source: {kind: Deployment, name: web}
    targets:
      - select: {kind: Deployment}
        fieldPaths: [metadata.name]
      - select: {kind: Ingress}
        fieldPaths: [metadata.name]
`,
    },
    ["apps/web/kustomization.yaml:7:9"],
  ],
  [
    "schema-violation",
    { "apps/web/deployment.yaml": deployment("web", "          imagePullPolice: Always\n") },
    ["apps/web/deployment.yaml:13:11"],
  ],
  [
    "schema-violation",
    { "apps/web/deployment.yaml": deployment("web", "          ports: [{containerPort: http}]\n") },
    ["apps/web/deployment.yaml:13:20"],
  ],
  [
    "schema-violation",
    { "apps/web/deployment.yaml": deployment("web").replace("        - name: app\n          image", "        - image") },
    ["apps/web/deployment.yaml:11:11"],
  ],
  [
    "schema-violation",
    {
      "apps/web/kustomization.yaml": "resources: [deployment.yaml, crd.yaml, gadget.yaml]\n",
      "apps/web/crd.yaml": `apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: gadgets.example.com}
spec:
  group: example.com
  names: {kind: Gadget, plural: gadgets}
  scope: Namespaced
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties: {spec: {type: object, properties: {size: {type: integer, maximum: 3}}}}
`,
      "apps/web/gadget.yaml": "apiVersion: example.com/v1\nkind: Gadget\nmetadata: {name: one}\nspec:\n  size: 4\n",
    },
    ["apps/web/gadget.yaml:5:3"],
  ],
  [
    "deprecated-api",
    {
      "apps/web/kustomization.yaml": "resources: [deployment.yaml, pdb.yaml]\n",
      "apps/web/pdb.yaml": "apiVersion: policy/v1beta1\nkind: PodDisruptionBudget\nmetadata: {name: web}\n",
    },
    ["apps/web/pdb.yaml:1:1"],
  ],
  [
    "unpinned-remote",
    {
      "apps/old/kustomization.yaml":
        "resources:\n  - https://github.com/a/b//c?ref=main\n  - https://github.com/a/b//c?ref=v1.2.3\n  - github.com/a/b\n",
    },
    ["apps/old/kustomization.yaml:2:5", "apps/old/kustomization.yaml:4:5"],
  ],
  [
    "unpinned-remote",
    { "applications/chart.yaml": application("chart", "x").replace("path: x", "chart: redis, targetRevision: 1.*") },
    ["applications/chart.yaml:8:66"],
  ],
  ["render-error", { "apps/web/kustomization.yaml": "resources: [missing.yaml]\n" }, ["apps/web/kustomization.yaml:1:13"]],
  [
    "invalid-resource",
    { "sets/a.yaml": "apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: a}\nspec: {generators: {}}\n" },
    ["sets/a.yaml:4:1", "sets/a.yaml:4:8"],
  ],
])("%s is found where it stands", async (rule, files, places) => {
  write({ ...clean, ...files });
  expect(await findings("--rule", rule)).toEqual(places.map((place) => `${place} ${rule}`));
});

test("an Application that is unlike all its siblings is found at the field", async () => {
  const names = ["a", "b", "c", "d", "e", "f", "g", "h"];
  write(
    Object.fromEntries(
      names.map((name) => [
        `applications/${name}.yaml`,
        application(name, `apps/${name}`, name === "d" ? { project: "other" } : {}),
      ]),
    ),
  );
  expect(await findings("--rule", "sibling-outlier")).toEqual(["applications/d.yaml:7:3 sibling-outlier"]);
});

test("one of three siblings is found where nearly all others agree with theirs, and not where they do not", async () => {
  const write3 = (odd: readonly string[]): void =>
    write(
      Object.fromEntries(
        Object.entries({ cart: "sales", mail: "office", shop: "sales", tax: "finance" }).flatMap(([service, team]) =>
          ["dev", "prod", "stage"].map((environment) => {
            const name = `${environment}-${service}`;
            const project = odd.includes(name) ? "other" : team;
            return [`applications/${name}.yaml`, application(name, `apps/${service}/${environment}`, { project })];
          }),
        ),
      ),
    );
  write3(["dev-tax"]);
  expect(await findings("--rule", "sibling-outlier")).toEqual(["applications/dev-tax.yaml:7:3 sibling-outlier"]);
  expect((await lint("--rule", "sibling-outlier")).out).toContain(
    "spec.project is other, where 2 of 3 siblings lead to finance; 11 of 12 Applications are as theirs are",
  );
  write3(["dev-tax", "stage-mail"]);
  expect(await findings("--rule", "sibling-outlier")).toEqual([]);
});

test("a component that patches nothing in one overlay and something in another is no finding", async () => {
  const component =
    "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\npatches:\n  - target: {name: web}\n    patch: |-\n      - {op: add, path: /metadata/labels, value: {a: b}}\n";
  write({
    ...clean,
    "component/kustomization.yaml": component,
    "apps/web/kustomization.yaml": "resources: [deployment.yaml]\ncomponents: [../../component]\n",
    "apps/db/kustomization.yaml": "resources: [deployment.yaml]\ncomponents: [../../component]\n",
    "apps/db/deployment.yaml": deployment("db"),
    "applications/db.yaml": application("db", "apps/db"),
  });
  expect(await findings()).toEqual([]);
});

test("suppressions need a reason and something to suppress", async () => {
  const old = "resources: [../web]\n";
  write({
    ...clean,
    "apps/a/kustomization.yaml": `# fleetwright-lint-ignore unused-overlay: kept for the next launch\n${old}`,
    "apps/b/kustomization.yaml": `# fleetwright-lint-ignore unused-overlay:\n${old}`,
    "apps/c/kustomization.yaml": old,
    "apps/web/kustomization.yaml":
      "resources: # fleetwright-lint-ignore unpinned-remote: left from before\n  - deployment.yaml\n",
    "fleetwright.yaml": `lint:
  suppress:
    - {rule: unused-overlay, path: "apps/c/**", reason: to be deleted in May}
    - {rule: unused-overlay, path: apps/b/kustomization.yaml}
    - {rule: no-such-rule, path: x, reason: y}
`,
  });
  expect(await findings()).toEqual([
    "apps/b/kustomization.yaml:1:1 suppression-without-reason",
    "apps/b/kustomization.yaml:1:1 unused-overlay",
    "apps/web/kustomization.yaml:1:12 unused-suppression",
    "fleetwright.yaml:4:7 suppression-without-reason",
    "fleetwright.yaml:5:7 unused-suppression",
  ]);
  const sarif = JSON.parse((await lint("-o", "sarif")).out) as {
    runs: { results: { ruleId: string; suppressions?: unknown }[] }[];
  };
  expect(sarif.runs[0]!.results.filter(({ suppressions }) => suppressions).map(({ ruleId }) => ruleId)).toEqual([
    "unused-overlay",
    "unused-overlay",
  ]);
});

test("--severity error leaves warnings out, and a rule that there is not is a usage error", async () => {
  write({ ...clean, "apps/old/kustomization.yaml": "resources: [../web]\n" });
  expect(await lint()).toMatchObject({ code: 1 });
  expect(await lint("--severity", "error")).toMatchObject({ code: 0, out: "no findings\n" });
  expect(await lint("--rule", "no-such")).toMatchObject({ code: 2 });
});

const legacy = `# the overlay of production
namePrefix: prod- # as ever

bases: # the base
  # shared by all
  - ../base

patchesStrategicMerge:
  - replicas.yaml # more of them
  - |-
    apiVersion: apps/v1
    kind: Deployment
    metadata:
      name: web
    spec:
      revisionHistoryLimit: 3

patches:
  - target: {kind: Deployment}
    patch: '[{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}]'

# labels of all
commonLabels:
  # who pays
  team: shop
imageTags:
  - {name: example/web, newTag: "2"}
`;

const fixed = `# the overlay of production
namePrefix: prod- # as ever

resources: # the base
  # shared by all
  - ../base


patches:
  - path: replicas.yaml # more of them
  - patch: |-
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
      spec:
        revisionHistoryLimit: 3
  - target: {kind: Deployment}
    patch: '[{"op": "add", "path": "/metadata/annotations", "value": {"a": "b"}}]'

# labels of all
labels:
  - pairs:
      # who pays
      team: shop
    includeSelectors: true
images:
  - {name: example/web, newTag: "2"}
`;

const legacyFleet = {
  ...clean,
  "apps/base/kustomization.yaml": "resources: [deployment.yaml]\n",
  "apps/base/deployment.yaml": deployment("web"),
  "apps/web/kustomization.yaml": legacy,
  "apps/web/replicas.yaml": "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 4}\n",
};

test("--fix gives deprecated fields their new form and leaves comments and layout as they are", async () => {
  write(legacyFleet);
  const { err } = await lint("--fix");
  expect(read("apps/web/kustomization.yaml")).toBe(fixed);
  expect(err).toContain("fixed apps/web/kustomization.yaml: imageTags, bases, patchesStrategicMerge, commonLabels");
  expect(await findings("--rule", "deprecated-field")).toEqual([]);
});

test("lines that end in CR LF still do after --fix", async () => {
  write({ ...legacyFleet, ".gitattributes": "* -text\n", "apps/web/kustomization.yaml": legacy.replaceAll("\n", "\r\n") });
  await lint("--fix");
  expect(read("apps/web/kustomization.yaml")).toBe(fixed.replaceAll("\n", "\r\n"));
});

test("nothing is written for a file after whose fix an Application would render otherwise", async () => {
  // A JSON patch of the legacy field runs after the prefix, one of `patches` before it.
  const late = `bases: [../base]
namePrefix: prod-
patchesJson6902:
  - target: {group: apps, version: v1, kind: Deployment, name: web}
    patch: '[{"op": "replace", "path": "/metadata/name", "value": "other"}]'
`;
  write({ ...legacyFleet, "apps/web/kustomization.yaml": late });
  const { err } = await lint("--fix");
  expect(read("apps/web/kustomization.yaml")).toBe(late);
  expect(err).toContain("left apps/web/kustomization.yaml: argocd/web would be rendered otherwise");
});

test("a file of an Application that cannot be rendered is left, since nothing is proven", async () => {
  const broken = "bases: [../nowhere]\ncommonLabels: {a: b}\n";
  write({ ...legacyFleet, "apps/web/kustomization.yaml": broken });
  const { err } = await lint("--fix");
  expect(read("apps/web/kustomization.yaml")).toBe(broken);
  expect(err).toContain("cannot be rendered, so nothing is proven");
});

test("a variable whose uses are whole values becomes a replacement; one inside a longer text stays", async () => {
  const kustomization = `resources: [deployment.yaml]
vars:
  - name: NAME
    objref: {kind: Deployment, name: web, apiVersion: apps/v1}
    fieldref: {fieldpath: metadata.name}
`;
  const env = (value: string): string => `          env:\n            - {name: SELF, value: ${value}}\n`;
  write({
    ...clean,
    "apps/web/kustomization.yaml": kustomization,
    "apps/web/deployment.yaml": deployment("web", env("$(NAME)")),
  });
  await lint("--fix");
  expect(read("apps/web/kustomization.yaml")).toContain("spec.template.spec.containers.[name=app].env.[name=SELF].value");
  expect(await findings()).toEqual([]);
  write({ "apps/web/kustomization.yaml": kustomization, "apps/web/deployment.yaml": deployment("web", env("http://$(NAME)/")) });
  expect((await lint("--fix")).err).toContain("$(NAME) stands inside a longer text");
  expect(read("apps/web/kustomization.yaml")).toBe(kustomization);
});
