import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kubeconfigOf } from "#src/simulator/server.js";
import { type Recorded, recordedRun } from "../recorded-run.js";
import { application, appRef, type Fleet, isSettled, startFleet } from "./fleet-fixture.js";

let fleet: Fleet;
const folder = mkdtempSync(join(tmpdir(), "fleetwright-admin-"));
const kubeconfig = join(folder, "kubeconfig");
const replica = { name: "fleet-0", isNameUnique: true, leaseMs: 15_000, expected: 1, host: "" };

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: { "shop/cm.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\ndata: {a: '1'}\n" },
  });
  writeFileSync(kubeconfig, kubeconfigOf([...fleet.simulators.values()]));
  await fleet.apply(application("shop", { cluster: "east" }));
  await fleet.start({ replica, port: 0, host: "127.0.0.1" });
  await fleet.until("shop", isSettled);
}, 60_000);
afterAll(async () => {
  await fleet.close();
  rmSync(folder, { recursive: true, force: true });
});

async function cli(...args: readonly string[]): Promise<Recorded> {
  return await recordedRun(["admin", ...args, "--kubeconfig", kubeconfig], folder);
}

test("admin shards tells the replicas and how many Applications each works on", async () => {
  const { out } = await cli("shards", "-o", "json");
  expect(JSON.parse(out)).toMatchObject({
    replicas: [{ replica: expect.stringMatching(/^fleet-0\./), state: "working", applications: 1, leadsApplicationSets: true }],
  });
});

test("admin queue asks the replicas whose addresses the Leases tell", async () => {
  const { out, code } = await cli("queue", "--all", "-o", "json");
  expect(code).toBe(0);
  const [queue] = JSON.parse(out) as readonly { replica: string; applications: readonly { key: string; state: string }[] }[];
  expect(queue!.replica).toMatch(/^fleet-0\./);
  expect(queue!.applications).toContainEqual(expect.objectContaining({ key: "argocd/shop", state: "later" }));
  expect((await cli("queue", "--url", "http://127.0.0.1:9")).err).toContain("cannot be asked");
  const { replicas } = JSON.parse((await cli("shards", "-o", "json")).out) as { replicas: { address: string }[] };
  const one = await cli("queue", "--all", "--url", "http://127.0.0.1:9", replicas[0]!.address);
  expect([one.out.includes("argocd/shop"), one.err.includes("cannot be asked"), one.code]).toEqual([true, true, 1]);
});

test("admin explain-stuck names what holds an Application and what to do; exit code 1 where something blocks it", async () => {
  expect((await cli("explain-stuck", "shop")).code).toBe(0);
  await fleet.apply(application("lost", { cluster: "nowhere" }));
  const lost = await cli("explain-stuck", "lost");
  expect(lost.code).toBe(1);
  expect(lost.out).toContain("blocks  its destination nowhere is not a registered cluster\n        → `fleetwright cluster list`");
  expect(lost.out).toMatch(/note {4}replica fleet-0\.[0-9a-f]+ works on it/);
  await fleet.hub.delete(appRef("lost"));
});

test("admin export takes Applications of other namespaces where the settings let them live there", async () => {
  await fleet.apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: team-a}\n");
  await fleet.apply(application("else", { cluster: "east" }).replace("namespace: argocd", "namespace: team-a"));
  expect((await cli("export")).out).not.toContain("team-a");
  await fleet.apply(`apiVersion: v1
kind: ConfigMap
metadata: {name: argocd-cmd-params-cm, namespace: argocd}
data: {application.namespaces: team-*}
`);
  expect((await cli("export")).out).toMatch(/name: else\n +namespace: team-a\n/);
  await fleet.hub.delete({ ...appRef("else"), namespace: "team-a" });
  await fleet.hub.delete({ apiVersion: "v1", kind: "ConfigMap", namespace: "argocd", name: "argocd-cmd-params-cm" });
});

test("admin export writes what import makes again on another hub; Secrets only into a file for its owner", async () => {
  expect((await cli("export", "--with-secrets")).err).toContain("--with-secrets needs --out");
  const printed = await cli("export");
  expect(printed.out).toContain("kind: Application\n");
  expect(printed.out).not.toMatch(/kind: Secret|resourceVersion|\nstatus:/);
  const file = join(folder, "backup.yaml");
  await cli("export", "--with-secrets", "--out", file);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file, "utf8")).toContain("kind: Secret");
  const again = await cli("import", file);
  expect(again.out).toMatch(/Application +shop +unchanged/);
  expect(again.code).toBe(0);

  const other = await startFleet({ clusters: [], files: { "README.md": "x" } });
  try {
    writeFileSync(kubeconfig, kubeconfigOf([...other.simulators.values()]));
    expect((await cli("import", file, "--dry-run")).out).toMatch(/Application +shop +created +\(dry run\)/);
    expect(await other.app("shop")).toBeUndefined();
    expect((await cli("import", file)).out).toMatch(/Application +shop +created/);
    expect(await other.app("shop")).toMatchObject({ spec: { destination: { name: "east" } } });
    writeFileSync(file, readFileSync(file, "utf8").replace("path: shop", "path: store"));
    const differs = await cli("import", file);
    expect(differs.out).toMatch(/differs/);
    expect(differs.code).toBe(1);
    expect((await cli("import", file, "--override")).out).toMatch(/updated/);
  } finally {
    await other.close();
    writeFileSync(kubeconfig, kubeconfigOf([...fleet.simulators.values()]));
  }
});
