import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Recorded, recordedRun } from "../../../test/recorded-run.js";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "kustomize-cli-"));
  writeFileSync(join(folder, "kustomization.yaml"), "resources: [r.yaml]\n");
  writeFileSync(
    join(folder, "r.yaml"),
    [
      "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: C, namespace: prod}\n",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n",
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: prod}\n",
    ].join("---\n"),
  );
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function run(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Recorded> {
  return await recordedRun(["kustomize", "build", ...args], folder, env);
}

test("every flag of the original is taken, those for containers and executables without effect", async () => {
  const flags = "--as-current-user --enable-alpha-plugins --enable-exec -e A=b --env C=d --enable-helm --helm-api-versions v1";
  const more = "--helm-command helm --helm-debug --helm-kube-version 1.30 --load-restrictor LoadRestrictionsNone";
  const rest = "--mount type=bind --network --network-name bridge --stack-trace";
  const { out, err, code } = await run([...`${flags} ${more} ${rest}`.split(" "), "."]);
  expect({ err, code }).toEqual({ err: "", code: 0 });
  expect(out).toBe((await run([])).out);
});

test("a wrong command line ends with the original's exit code 1", async () => {
  for (const args of [["--bogus"], ["a", "b"], ["--reorder", "bogus"], ["--load-restrictor", "x"], ["missing"], ["--output"]])
    expect((await run(args)).code, args.join(" ")).toBe(1);
});

test("a deprecated flag is told of on standard error, wherever it is given", async () => {
  const told = (text: string): readonly (string | undefined)[] =>
    [...text.matchAll(/^Flag --(\S+) has been/gm)].map(([, flag]) => flag);
  expect(told((await run(["--reorder", "none"])).err)).toEqual(["reorder"]);
  const { err } = await run(["--reorder", "none", "--enable-managedby-label", "--reorder", "legacy"]);
  expect(told(err)).toEqual(["reorder", "enable-managedby-label", "reorder"]);
  expect(err).toContain("Use the `managedByLabel` option in the `buildMetadata` field instead.");
});

test("a switch may have a value, as in Go", async () => {
  expect((await run(["--enable-managedby-label=true"])).out).toContain("managed-by");
  const off = await run(["--enable-managedby-label=false", "--enable-helm=1", "--network=0"], {
    KUSTOMIZE_ENABLE_MANAGEDBY_LABEL: "on",
  });
  expect(off.out).not.toContain("managed-by");
  expect(off.code).toBe(0);
  expect(await run(["--enable-helm=maybe"])).toMatchObject({ out: "", code: 1 });
});

test("the environment asks for the managed-by label with the word `on`", async () => {
  expect((await run([], { KUSTOMIZE_ENABLE_MANAGEDBY_LABEL: "on" })).out).toContain("managed-by: kustomize-v5.8.1");
  expect((await run([], { KUSTOMIZE_ENABLE_MANAGEDBY_LABEL: "true" })).out).not.toContain("managed-by");
});

test("-o writes a file, or into a directory one file a resource with its namespace where there are several", async () => {
  await run(["-o", "out.yaml"]);
  expect(readFileSync(join(folder, "out.yaml"), "utf8")).toBe((await run([])).out);
  mkdirSync(join(folder, "each"));
  await run(["-o", "each"]);
  expect(readdirSync(join(folder, "each")).sort()).toEqual([
    "default_apps_v1_deployment_web.yaml",
    "prod_v1_configmap_c.yaml",
    "v1_namespace_prod.yaml",
  ]);
  expect((await run(["-o", "missing/out.yaml"])).code).toBe(1);
});

test("a file of 200 MB, and links in a circle, end as errors of the build", async () => {
  const build = async (name: string, text: string, make: (path: string) => void): Promise<string> => {
    const directory = join(folder, name);
    mkdirSync(directory);
    writeFileSync(join(directory, "kustomization.yaml"), text);
    make(directory);
    const { err, code } = await run([name]);
    expect(code).toBe(1);
    return err;
  };
  const sparse = (directory: string): void => {
    writeFileSync(join(directory, "big"), "");
    truncateSync(join(directory, "big"), 200 << 20);
  };
  for (const [index, text] of [
    "resources: [big]",
    "configMapGenerator: [{name: a, files: [big]}]",
    "patches: [{path: big}]",
  ].entries())
    expect(await build(`big${index}`, text, sparse)).toContain("more than the");
  const circle = await build("circle", "resources: [a]", (directory) => {
    symlinkSync("b", join(directory, "a"));
    symlinkSync("a", join(directory, "b"));
  });
  expect(circle).toContain("in circle/a");
});

test("a remote kustomization is refused, with what to do instead", async () => {
  const { err, code } = await run(["https://github.com/example/fleet//prod?ref=v1"]);
  expect(code).toBe(1);
  expect(err).toContain("clone the repository");
});

test("a wrong command line is told in the words of the original", async () => {
  const first = async (...args: readonly string[]) => (await run(args)).err.split("\n")[0];
  expect(await first("--bogus")).toBe("Error: unknown flag: --bogus");
  expect(await first("-x")).toBe("Error: unknown shorthand flag: 'x' in -x");
  expect(await first("--load-restrictor")).toBe("Error: flag needs an argument: --load-restrictor");
  expect(await first("a", "b")).toBe("Error: specify one path to kustomization.yaml");
  expect(await first("")).toBe("Error: must build at directory: directory path cannot be empty");
  expect(await first("missing")).toMatch(/^Error: must build at directory: .*'missing'/);
  expect(await first("github.com/org/repo//dir")).toContain("is remote");
});

test("an empty output is standard output", async () => {
  expect((await run(["-o", "", "."])).out).toBe((await run(["."])).out);
});
