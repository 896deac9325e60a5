import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kubeconfigOf } from "#src/simulator/server.js";
import { type Recorded, recordedRun } from "../recorded-run.js";
import { application, type Fleet, isSettled, startFleet } from "./fleet-fixture.js";

let fleet: Fleet;
const folder = mkdtempSync(join(tmpdir(), "fleetwright-plan-"));
const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: flags}\ndata: {a: "${value}"}\n`;
const budgets = "budgets:\n  - {name: everything, max: {changed: 1}}\n";

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["east"],
    files: { "fleetwright.yaml": budgets, "cart/cm.yaml": config("1"), "web/cm.yaml": config("1") },
  });
  writeFileSync(join(folder, "kubeconfig"), kubeconfigOf([...fleet.simulators.values()]));
  for (const name of ["cart", "web"]) await fleet.apply(application(name, { cluster: "east" }));
  const { controller } = await fleet.start();
  for (const name of ["cart", "web"]) await fleet.until(name, isSettled);
  fleet.commit({ "cart/cm.yaml": config("2"), "web/cm.yaml": config("2") });
  await controller.pollRepositories();
}, 60_000);
afterAll(async () => {
  await fleet.close();
  rmSync(folder, { recursive: true, force: true });
});

async function plan(...args: readonly string[]): Promise<Recorded> {
  return await recordedRun(["plan", ...args, "--kubeconfig", join(folder, "kubeconfig")], folder);
}

test("plan lists what waits, shows it without values, approves it by its hash, and refuses a hash that nobody has", async () => {
  const { out } = await plan("list");
  expect(out).toMatch(/^PLAN +WAITS +WHAT +APPLICATIONS +WHY\n/);
  expect(out).toContain("everything: changed is 2, at most 1 is allowed");
  const [waiting] = JSON.parse((await plan("list", "-o", "json")).out) as { hash: string }[];
  const show = await plan("show", waiting!.hash.slice(0, 12));
  expect(show.out).toContain("changed  argocd/cart\n             changed /ConfigMap//flags\n");
  expect(show.out).not.toContain('"2"');
  expect(await plan("approve", "0123456789")).toMatchObject({ code: 2 });
  expect(await plan("approve", waiting!.hash)).toMatchObject({ out: `approved ${waiting!.hash}\n`, code: 0 });
  await fleet.until("web", (app) => JSON.stringify(app["status"]).includes('"Synced"'));
  for (let tries = 0; (await plan("list")).out !== "no plan waits\n"; tries++) {
    expect(tries).toBeLessThan(400);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}, 60_000);
