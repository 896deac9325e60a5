import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kubeconfigOf } from "#src/simulator/server.js";
import { type Recorded, recordedRun } from "../recorded-run.js";
import { application, type Fleet, isSettled, startFleet } from "./fleet-fixture.js";

let fleet: Fleet;
let clone = "";
const writes: string[] = [];
const folder = mkdtempSync(join(tmpdir(), "fleetwright-live-diff-"));
const kubeconfig = join(folder, "kubeconfig");
const config = (value: string): string =>
  `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {value: "${value}"}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {password: s3cret}\n`;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: { "shop/c.yaml": config("1"), "mail/c.yaml": config("1") },
    onRequest: (_cluster, method, url) => {
      if (method !== "GET") writes.push(`${method} ${url}`);
    },
  });
  writeFileSync(kubeconfig, kubeconfigOf([...fleet.simulators.values()]));
  clone = fileURLToPath(fleet.repoURL);
  const applications = ["shop", "mail"].map((name) => application(name, { cluster: "east" }).replaceAll("$REPO", fleet.repoURL));
  fleet.commit({ "apps.yaml": applications.join("---\n") });
  for (const one of applications) await fleet.apply(one);
  await fleet.start();
  for (const name of ["shop", "mail"]) await fleet.until(name, isSettled);
  await fleet.stop();
}, 60_000);
afterAll(async () => {
  await fleet.close();
  rmSync(folder, { recursive: true, force: true });
});

async function diff(...args: readonly string[]): Promise<Recorded> {
  writes.length = 0;
  const known = ["--kubeconfig", kubeconfig, "--data-dir", join(folder, "data"), "--allow-file-repositories"];
  const result = await recordedRun(["diff", ...args, "--live", ...known], clone, { XDG_CACHE_HOME: folder });
  expect(writes).toEqual([]);
  return result;
}

const edit = (namespace: string, kind: string, name: string, patch: object) =>
  fleet
    .cluster("east")
    .patch({ apiVersion: "v1", kind, namespace, name }, patch, { type: "merge", fieldManager: "kubectl-edit" });

test("clusters that are as the commit wants them differ in nothing", async () => {
  expect(await diff()).toMatchObject({ code: 0, out: expect.stringContaining("0 of 2 Applications differ from their clusters") });
});

test("what was changed by hand is told for all Applications, Secret values hidden", async () => {
  await edit("shop", "ConfigMap", "c", { data: { value: "by hand" } });
  await edit("mail", "ConfigMap", "c", { data: { value: "by hand" } });
  await edit("mail", "Secret", "s", { data: { password: "aGFja2Vk" } });
  const { out, code } = await diff("HEAD");
  expect(code).toBe(1);
  expect(out).toMatch(
    /~ ConfigMap \w+\/c {2}the same change in 2 Applications: mail, shop\n {2}data\.value:\n {2}- "?by hand"?\n {2}\+ "?1"?/,
  );
  expect(out).toContain("2 of 2 Applications differ from their clusters");
  expect(out).not.toMatch(/aGFja2Vk|czNjcmV0|s3cret/);
});

test("of two revisions only what the change touches is compared with its cluster", async () => {
  fleet.commit({ "shop/c.yaml": config("2") });
  const found = JSON.parse((await diff("HEAD~1", "HEAD", "-o", "json")).out);
  expect(found.applications.map(({ name }: { name: string }) => name)).toEqual(["shop"]);
  expect(found.live).toMatchObject({
    compared: 1,
    errors: [],
    applications: [
      { name: "shop", resources: [{ kind: "changed", fields: [{ path: "data.value", before: "by hand", after: "2" }] }] },
    ],
  });
});

test("files of the work tree are compared before they are committed, in every format", async () => {
  writeFileSync(join(clone, "mail/c.yaml"), config("3"));
  expect(JSON.parse((await diff("--worktree", "-o", "json")).out).live.compared).toBe(2);
  expect((await diff("--worktree", "-o", "markdown")).out).toContain("2 of 2 Applications differ from their clusters");
  expect((await diff("--worktree", "-o", "html")).out).toContain("<h2>2 of 2 Applications differ");
  expect((await diff("--worktree", "-o", "sarif")).out).toContain('"ruleId": "live-difference"');
});
