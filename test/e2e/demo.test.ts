import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const hasKubectl = spawnSync("kubectl", ["version", "--client"]).status === 0;
const chromium = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find((path) => existsSync(path));

/** The demo as a person runs it, in a process of its own. */
let demo: ChildProcess;
let output = "";
const printedAs = (label: string): string => new RegExp(`^${label}\\s+(\\S+)`, "m").exec(output)?.[1] ?? "";

beforeAll(async () => {
  demo = spawn(process.execPath, [join(root, "dist/apps/main.js"), "demo"], { stdio: ["ignore", "pipe", "pipe"] });
  demo.stdout?.on("data", (chunk) => (output += chunk));
  demo.stderr?.on("data", (chunk) => (output += chunk));
  await new Promise<void>((resolve, reject) => {
    demo.stdout?.on("data", () => output.includes("Ctrl-C ends it") && resolve());
    demo.once("exit", (code) => reject(new Error(`the demo ended with ${code}:\n${output}`)));
  });
}, 300_000);

afterAll(async () => {
  const ended = new Promise<number | null>((resolve) => demo.once("exit", resolve));
  demo.kill("SIGINT");
  expect(await ended).toBe(0);
}, 60_000);

test("health and metrics are served, with every Application's state", async () => {
  expect((await fetch(`${printedAs("page")}healthz`)).status).toBe(200);
  const metrics = await (await fetch(printedAs("metrics"))).text();
  const synced = metrics.match(/^argocd_app_info\{[^}]*sync_status="Synced"[^}]*health_status="Healthy"[^}]*\} 1$/gm) ?? [];
  expect(synced.length).toBeGreaterThanOrEqual(360);
});

describe.skipIf(!hasKubectl)(`kubectl as the client${hasKubectl ? "" : " (skipped: kubectl is not on the PATH)"}`, () => {
  const kubectl = (...args: string[]): string =>
    execFileSync("kubectl", ["--kubeconfig", printedAs("kubeconfig"), ...args], { encoding: "utf8" });

  test("the hub shows the Applications with their columns", () => {
    const lines = kubectl("--context", "hub", "get", "applications", "-n", "argocd").trim().split("\n");
    expect(lines[0]).toMatch(/NAME\s+SYNC STATUS\s+HEALTH STATUS/);
    expect(lines.filter((line) => /Synced\s+Healthy/.test(line)).length).toBeGreaterThanOrEqual(360);
  });

  test("a workload cluster shows the Deployments of its services, ready", () => {
    const lines = kubectl("--context", "prod-eu-1", "get", "deploy", "-A").trim().split("\n");
    expect(lines.length).toBeGreaterThan(30);
    expect(lines.filter((line) => /\s3\/3\s/.test(line)).length).toBeGreaterThan(15);
  });
});

describe.skipIf(!chromium)(`the page in a real browser${chromium ? "" : " (skipped: no Chromium)"}`, () => {
  test("shows a cell for every service, environment and region, and a click shows the resources", async () => {
    const { chromium: launcher } = await import("playwright-core");
    const browser = await launcher.launch({
      executablePath: chromium ?? "",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    try {
      const page = await browser.newPage({ viewport: { width: 1500, height: 1100 } });
      await page.goto(printedAs("page"));
      await page.waitForSelector("button[data-app]");
      const original = page.locator(`button[data-app]:not([data-app*="checkout"]):not([data-app$="-b"])`);
      await expect.poll(() => original.count()).toBe(360);
      await page.click(`button[data-app="orders-prod-eu-1"]`);
      await page.waitForSelector(".resources tbody tr");
      expect(await page.locator(".resources tbody").innerText()).toContain("Deployment");
      if (process.env["FLEETWRIGHT_SCREENSHOT"]) await page.screenshot({ path: process.env["FLEETWRIGHT_SCREENSHOT"] });
      await page.click(`button[data-app="billing-prod-eu-1"]`);
      await page.click(`.resources tr.OutOfSync button`);
      await page.waitForSelector(".diff .minus");
      expect(await page.locator(".diff").innerText()).toContain("spec.replicas");
    } finally {
      await browser.close();
    }
  });
});
