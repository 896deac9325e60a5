import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Checkout, openCheckout } from "./checkout.js";

let directory = "";
let checkout: Checkout;
const git = (...args: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    cwd: directory,
    encoding: "utf8",
  }).trim();

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "fleetwright-test-"));
  git("init", "--quiet", "--initial-branch=main", ".");
  mkdirSync(join(directory, "a"));
  writeFileSync(join(directory, "a/one.yaml"), "one: 1\n");
  writeFileSync(join(directory, ".gitignore"), "secret\n");
  git("remote", "add", "origin", "https://git.example.com/fleet.git");
  git("add", "-A");
  git("commit", "--quiet", "-m", "First");
  writeFileSync(join(directory, "a/one.yaml"), "one: 2\n");
  git("commit", "--quiet", "-am", "Second");
  checkout = await openCheckout(join(directory, "a"));
});

afterAll(() => {
  checkout?.close();
  rmSync(directory, { recursive: true, force: true });
});

test("a clone is found from a folder inside it, with its remotes", () => {
  expect(checkout.remotes).toEqual(["https://git.example.com/fleet.git"]);
});

test("a shallow clone says that it is one, and where it ends", async () => {
  const parent = mkdtempSync(join(tmpdir(), "fleetwright-test-"));
  execFileSync("git", ["clone", "--quiet", "--depth", "1", `file://${directory}`, join(parent, "clone")]);
  const shallow = await openCheckout(join(parent, "clone"));
  try {
    await expect(shallow.resolve("HEAD~1")).rejects.toMatchObject({
      code: "GIT_REVISION_UNKNOWN",
      hint: expect.stringContaining("git fetch --unshallow"),
    });
    expect(shallow.isCutOff(await shallow.resolve("HEAD"))).toBe(true);
    expect(checkout.isCutOff(await checkout.resolve("HEAD~1"))).toBe(false);
  } finally {
    shallow.close();
    rmSync(parent, { recursive: true, force: true });
  }
});

test("revisions are resolved as git does, and two are compared by path", async () => {
  const [before, after] = [await checkout.resolve("HEAD~1"), await checkout.resolve("main")];
  expect(await checkout.changedPaths(before, after)).toEqual(["a/one.yaml"]);
  expect(Buffer.from((await checkout.tree(before)).read("a/one.yaml")?.bytes ?? []).toString()).toBe("one: 1\n");
});

test("the work tree counts changed and new files, not ignored ones, and leaves the clone as it is", async () => {
  writeFileSync(join(directory, "a/two.yaml"), "two: 1\n");
  writeFileSync(join(directory, "secret"), "x");
  const status = git("status", "--porcelain");
  const id = await checkout.worktree();
  expect(await checkout.changedPaths(await checkout.resolve("HEAD"), id)).toEqual(["a/two.yaml"]);
  expect(git("status", "--porcelain")).toBe(status);
});

test("a file that got other words of the same length in the second of the commit is changed, however late one looks", async () => {
  writeFileSync(join(directory, "a/one.yaml"), "one: 3\n");
  git("commit", "--quiet", "-am", "Third");
  writeFileSync(join(directory, "a/one.yaml"), "one: 4\n");
  await new Promise((resolve) => setTimeout(resolve, 1100));
  const commit = await checkout.resolve("HEAD");
  expect(await checkout.changedPaths(commit, await checkout.worktree())).toContain("a/one.yaml");
  git("reset", "--quiet", "--hard", "HEAD~1");
});

test.each(["--output=/tmp/x", "no-such-branch"])("%s is refused as a revision", async (revision) => {
  await expect(checkout.resolve(revision)).rejects.toMatchObject({ kind: "input" });
});
