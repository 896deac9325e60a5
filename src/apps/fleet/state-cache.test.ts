import { mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { InputError } from "../../core/errors.js";
import type { FleetRender } from "../../core/impact/fleet-state.js";
import type { KeptFleet } from "../../core/impact/kept-fleet.js";
import type { WorkspaceSnapshot } from "../../core/impact/workspace.js";
import { openStateCache } from "./state-cache.js";

const home = mkdtempSync(join(tmpdir(), "fleetwright-state-cache-"));
afterEach(() => rmSync(join(home, "fleetwright"), { recursive: true, force: true }));

const open = () => openStateCache(["clone"], { XDG_CACHE_HOME: home });

function render(name: string, error?: InputError): FleetRender {
  return {
    manifests: error ? [] : [{ apiVersion: "v1", kind: "ConfigMap", metadata: { name } }],
    warnings: [],
    ...(error ? { error } : {}),
    readSet: { files: new Map([[`${name}.yaml`, "id"]]), listings: new Map(), kinds: new Map(), directories: new Map() },
  };
}

const snapshot = (renders: readonly (readonly [string, FleetRender])[]): WorkspaceSnapshot => ({
  findings: new Map(),
  generated: new Map(),
  inventory: [],
  renders: new Map(renders),
  reaches: new Map(),
});

function files(ending: string): readonly string[] {
  return readdirSync(home, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(home, name));
}

test("what an unrendered Application can read is kept too", () => {
  const reach = { files: new Map([["a/x", "1"]]), kinds: new Map([["a/y", ""]]), directories: new Map([["a", "2"]]) };
  open().save("t1", { ...snapshot([]), reaches: new Map([["a", reach]]) });
  const { files, kinds, directories } = open().load("t1")!.reaches.get("a")!;
  expect({ files, kinds, directories }).toEqual(reach);
});

test("what one process kept, the next one finds: manifests, read-sets and errors", () => {
  const failed = render("b", new InputError("no base", { code: "X", location: { file: "b.yaml", line: 3 } }));
  open().save(
    "t1",
    snapshot([
      ["a", render("a")],
      ["b", failed],
    ]),
  );
  const loaded = open().load("t1")!;
  expect(loaded.renders.get("a")).toEqual(render("a"));
  expect(loaded.renders.get("b")?.error).toMatchObject({ code: "X", location: { line: 3 } });
});

test("a fleet is kept with its unreadable files and the files that hold its clusters", () => {
  const error = new InputError("no mapping", { code: "YAML_SYNTAX", location: { file: "sets.yaml", line: 2 } });
  const noReads = { touching: () => [] };
  const fleet: KeptFleet = {
    gitUrls: ["https://git.example/fleet"],
    buildOptions: "--enable-helm",
    applications: [],
    applicationSets: new Map(),
    problems: [{ error, unreadable: "sets.yaml" }],
    clusterFiles: new Map([["eu", "clusters/eu.yaml"]]),
    hasFindings: (path) => path === "sets.yaml",
    renderReads: noReads,
    generatorReads: noReads,
    isRunValid: () => true,
  };
  open().save("t1", {
    ...snapshot([]),
    findings: new Map([["sets.yaml", { id: "1", found: { resources: [], gitUrls: [], problem: error } }]]),
    fleet,
  });
  const kept = open().load("t1")?.fleet;
  expect(kept?.problems).toMatchObject([{ error: { code: "YAML_SYNTAX", location: { line: 2 } }, unreadable: "sets.yaml" }]);
  expect(kept?.clusterFiles).toEqual(fleet.clusterFiles);
  expect([kept?.gitUrls, kept?.buildOptions, kept?.hasFindings("sets.yaml"), kept?.hasFindings("other.yaml")]).toEqual([
    fleet.gitUrls,
    "--enable-helm",
    true,
    false,
  ]);
});

test("a render that came from the cache is not written a second time", () => {
  open().save("t1", snapshot([["a", render("a")]]));
  const cache = open();
  const loaded = cache.load("t1")!;
  cache.save("t2", snapshot([...loaded.renders, ["b", render("b")]]));
  expect(files(".pack")).toHaveLength(2);
  expect([...open().load("t2")!.renders.values()].map(({ manifests }) => manifests[0]?.metadata.name)).toEqual(["a", "b"]);
});

test("a torn or altered state is as good as none", () => {
  open().save("t1", snapshot([["a", render("a")]]));
  const [state] = files(".state");
  const bytes = readFileSync(state!);
  truncateSync(state!, bytes.length - 5);
  expect(open().load("t1")).toBeUndefined();
  writeFileSync(state!, bytes);
  truncateSync(files(".pack")[0]!, 3);
  expect(open().load("t1")).toBeUndefined();
});

test("another context never sees it", () => {
  open().save("t1", snapshot([]));
  expect(openStateCache(["another"], { XDG_CACHE_HOME: home }).load("t1")).toBeUndefined();
});
