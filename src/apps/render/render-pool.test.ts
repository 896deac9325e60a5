import { afterEach, describe, expect, test, vi } from "vitest";
import { memoryTree } from "#src/core/render/memory-tree.js";
import { type RenderSourceInput, renderSource } from "#src/core/render/render-source.js";
import type { RenderWorkers } from "#src/ports/render-workers.js";
import { toolRenderers } from "../renderers.js";
import { renderPool } from "./render-pool.js";

// A thread reads its modules first, which takes seconds on a busy machine.
vi.setConfig({ testTimeout: 60_000 });
const pools: RenderWorkers[] = [];
const poolOf = (options: Parameters<typeof renderPool>[0]): RenderWorkers => {
  const pool = renderPool(options);
  pools.push(pool);
  return pool;
};
afterEach(async () => {
  for (const pool of pools.splice(0)) await pool.close();
});

const files = {
  "overlay/kustomization.yaml": "resources: [../base]\nnamePrefix: dev-\n",
  "base/kustomization.yaml": "resources: [config.yaml]\n",
  "base/config.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata: {big: '9007199254740993'}\n",
  "broken/kustomization.yaml": "resources: [missing.yaml]\n",
};
const inputOf = (path: string): RenderSourceInput => ({
  tree: memoryTree(files),
  source: { repoURL: "https://git.example.com/fleet", path },
  appName: "shop",
  namespace: "shop",
  kubeVersion: "v1.35.4",
  apiVersions: [],
  remotes: new Map(),
});
const job = (application: string, tenant = "default") => ({ key: "k", tenant, application });
const codeOf = (error: unknown): string => (error as { code: string }).code;

describe("a render in a thread", () => {
  test("gives what it gives on the main thread, and fails with the same code and place", async () => {
    const pool = poolOf({ threads: 2 });
    const here = renderSource(inputOf("overlay"), toolRenderers());
    expect(await pool.run(inputOf("overlay"), job("a"))).toEqual(here);
    let failure: { code: string; location?: unknown } | undefined;
    try {
      renderSource(inputOf("broken"), toolRenderers());
    } catch (error) {
      failure = error as typeof failure;
    }
    await expect(pool.run(inputOf("broken"), job("a"))).rejects.toMatchObject({
      code: failure!.code,
      ...(failure!.location === undefined ? {} : { location: failure!.location }),
    });
  });

  test("knows the seed of a chart's random functions and the project, as the main thread does", async () => {
    const tree = memoryTree({
      "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
      "chart/templates/a.yaml":
        "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {k: {{ randAlphaNum 20 }}, p: {{ .Values.p }}}\n",
    });
    const parameters = [{ name: "p", value: "$ARGOCD_APP_PROJECT_NAME" }];
    const source = { ...inputOf("chart").source, helm: { parameters } };
    const input = { ...inputOf("chart"), tree, source, project: "team-a", stableRandom: "2026-11-28" };
    const here = renderSource(input, toolRenderers());
    expect(JSON.stringify(here)).toContain("team-a");
    expect(await poolOf({ threads: 1 }).run(input, job("a"))).toEqual(here);
  });

  test("that exceeds its time dies alone; the next one has a new thread", async () => {
    // No thread has even read its modules by then.
    const pool = poolOf({ threads: 1, timeLimitMs: 1 });
    expect(await pool.run(inputOf("overlay"), job("a")).catch(codeOf)).toBe("RENDER_BUDGET");
    expect(await poolOf({ threads: 1 }).run(inputOf("overlay"), job("b"))).toMatchObject({ kind: "rendered" });
  });

  test("that exceeds its memory ends with an error of its own, not with the process", async () => {
    const pool = poolOf({ threads: 1, heapMegabytes: 6 });
    expect(await pool.run(inputOf("overlay"), job("a")).catch(codeOf)).toBe("RENDER_BUDGET");
  });

  test("that a newer commit supersedes is ended, whether it waits or runs; others are not", async () => {
    const pool = poolOf({ threads: 1 });
    const running = pool.run(inputOf("overlay"), job("a")).catch(codeOf);
    const waiting = pool.run(inputOf("overlay"), job("a")).catch(codeOf);
    const other = pool.run(inputOf("overlay"), job("b"));
    pool.supersede("a");
    expect(await Promise.all([running, waiting])).toEqual(["RENDER_SUPERSEDED", "RENDER_SUPERSEDED"]);
    expect(await other).toMatchObject({ kind: "rendered" });
  });
});

test("tenants take turns, however much one of them has", async () => {
  const pool = poolOf({ threads: 1 });
  const order: string[] = [];
  const run = (name: string, tenant: string) => pool.run(inputOf("overlay"), job(name, tenant)).then(() => void order.push(name));
  await Promise.all([run("a1", "a"), run("a2", "a"), run("a3", "a"), run("a4", "a"), run("b1", "b"), run("b2", "b")]);
  expect(order).toEqual(["a1", "a2", "b1", "a3", "b2", "a4"]);
});

test("what was quick the last time stays on the main thread", () => {
  const pool = poolOf({ threads: 1, slowMs: 50 });
  expect(pool.takes("k")).toBe(false);
  expect(pool.here("k", () => 7)).toBe(7);
  expect(pool.takes("k")).toBe(false);
  pool.here("k", () => work(80));
  expect(pool.takes("k")).toBe(true);
});

test("time that a render only waited, on a busy machine or for an answer, does not make it a long one", async () => {
  const pool = poolOf({ threads: 1, slowMs: 250 });
  pool.here("here", () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300));
  expect(pool.takes("here")).toBe(false);
  const slow = memoryTree(files);
  const wait = (): void => void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
  const read = (path: string): ReturnType<typeof slow.read> => {
    wait();
    return slow.read(path);
  };
  const tree = { ...slow, read };
  pool.here("k", () => work(300));
  expect(pool.takes("k")).toBe(true);
  // The first order also compiles the thread's code.
  await pool.run(inputOf("overlay"), job("a"));
  await pool.run({ ...inputOf("overlay"), tree }, job("a"));
  expect(pool.takes("k")).toBe(false);
});

/** Keeps the processor busy for so many milliseconds of its time. */
function work(ms: number): void {
  const before = process.cpuUsage();
  for (;;) {
    const { user, system } = process.cpuUsage(before);
    if (user + system >= ms * 1000) return;
  }
}
