import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "fleetwright-bin-"));
const installed = join(folder, "fleetwright");
symlinkSync(join(import.meta.dirname, "../../../bin/fleetwright.cjs"), installed);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the installed program runs through its link, with its arguments as they were given", () => {
  const { status, stderr } = spawnSync(installed, ["kustomize", "build", "no such $(folder)"], { encoding: "utf8" });
  expect(stderr).toContain("no such $(folder)");
  expect(status).toBe(1);
});

test("the installed program takes its input and gives its exit code like any other", () => {
  const { status, stdout } = spawnSync(installed, ["adopt", "-"], { encoding: "utf8", input: "kind: [\n" });
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
});
