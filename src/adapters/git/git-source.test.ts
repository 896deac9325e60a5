import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { createGitSource, type GitSource } from "./git-source.js";

let directory: string;
let work: string;
let source: GitSource;
let url: string;

const git = (...args: string[]): string =>
  execFileSync("git", ["-C", work, ...args], { encoding: "utf8", env: { ...process.env, ...identity } }).trim();
const identity = {
  GIT_AUTHOR_NAME: "Ada",
  GIT_AUTHOR_EMAIL: "ada@example.com",
  GIT_COMMITTER_NAME: "Ada",
  GIT_COMMITTER_EMAIL: "ada@example.com",
  GIT_AUTHOR_DATE: "1700000000 +0200",
  GIT_COMMITTER_DATE: "1700000000 +0200",
};

function commit(files: Record<string, string>, message = "change"): string {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(work, path)), { recursive: true });
    writeFileSync(join(work, path), text);
  }
  git("add", "-A");
  git("commit", "-qm", message);
  return git("rev-parse", "HEAD");
}

/** Commits that branches and tags of the mirror lead to. */
function commitsInMirror(): number {
  const cache = join(directory, "cache");
  const out = execFileSync("git", ["-C", join(cache, readdirSync(cache)[0]!), "rev-list", "--count", "--branches", "--tags"]);
  return Number(out.toString());
}

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), "git-source-test-"));
  work = join(directory, "work");
  mkdirSync(work);
  git("init", "-q", "-b", "main");
  url = `file://${work}`;
  source = await createGitSource({
    cacheDir: join(directory, "cache"),
    protocols: ["file"],
    bestVersion: (range, tags) =>
      range === "1.x"
        ? tags
            .filter((tag) => tag.startsWith("v1."))
            .sort()
            .at(-1)
        : undefined,
  });
});

afterEach(async () => {
  await source.close();
  rmSync(directory, { recursive: true, force: true });
});

const text = (bytes: Uint8Array | undefined): string | undefined => bytes && Buffer.from(bytes).toString("utf8");

describe("revisions", () => {
  test("HEAD, a branch, a tag, a full and a short commit id and a version range are resolved to commits", async () => {
    const first = commit({ "a.yaml": "a: 1\n" });
    git("tag", "-am", "one", "v1.0.0");
    const second = commit({ "a.yaml": "a: 2\n" });
    git("tag", "v1.2.0");
    git("branch", "release");
    const third = commit({ "a.yaml": "a: 3\n" });
    const resolve = async (revision: string) => (await source.resolve(url, revision)).commit;
    expect(await resolve("HEAD")).toBe(third);
    expect(await resolve("")).toBe(third);
    expect(await resolve("main")).toBe(third);
    expect(await resolve("refs/heads/release")).toBe(second);
    expect(await resolve("v1.0.0")).toBe(first);
    expect(await resolve("1.x")).toBe(second);
    expect(await resolve(first)).toBe(first);
    expect(await resolve(first.slice(0, 8))).toBe(first);
  });

  test("a ref outside branches and tags is fetched by its name", async () => {
    commit({ "a.yaml": "a: 1\n" });
    git("checkout", "-q", "--detach");
    const hidden = commit({ "a.yaml": "a: 2\n" });
    git("update-ref", "refs/pull/7/head", hidden);
    git("checkout", "-q", "main");
    expect((await source.resolve(url, "refs/pull/7/head")).commit).toBe(hidden);
    expect(text((await source.tree(url, hidden)).read("a.yaml")?.bytes)).toBe("a: 2\n");
  });

  test.each(["--upload-pack=touch x", "no-such-branch", "abcdef123456"])(
    "the revision %s is an input error",
    async (revision) => {
      commit({ "a.yaml": "a: 1\n" });
      await expect(source.resolve(url, revision)).rejects.toMatchObject({ kind: "input" });
    },
  );

  test("the history stays away until somebody names a commit of it", async () => {
    const first = commit({ "a.yaml": "a: 1\n" });
    const second = commit({ "a.yaml": "a: 2\n" });
    const third = commit({ "a.yaml": "a: 3\n" });
    expect((await source.resolve(url, "main")).commit).toBe(third);
    expect(commitsInMirror()).toBe(1);
    const fourth = commit({ "a.yaml": "a: 4\n", "b.yaml": "b: 1\n" });
    expect((await source.resolve(url, "main")).commit).toBe(fourth);
    expect(await source.changedPaths(url, third, fourth)).toEqual(["a.yaml", "b.yaml"]);
    expect((await source.describe(url, third)).message).toContain("change");
    expect(commitsInMirror()).toBe(2);
    expect((await source.resolve(url, second)).commit).toBe(second);
    expect(text((await source.tree(url, second)).read("a.yaml")?.bytes)).toBe("a: 2\n");
    expect((await source.resolve(url, first.slice(0, 10))).commit).toBe(first);
    expect(commitsInMirror()).toBe(4);
  });

  test("a commit of the history is told of, and compared with, though nobody has resolved it", async () => {
    const first = commit({ "a.yaml": "a: 1\n" }, "the first");
    const second = commit({ "b.yaml": "b: 1\n" });
    await source.resolve(url, "main");
    expect((await source.describe(url, first)).message).toContain("the first");
    expect(await source.changedPaths(url, first, second)).toEqual(["b.yaml"]);
  });

  test("maxAgeMs 0 sees a commit that was made a moment ago, Infinity what was known before", async () => {
    const first = commit({ "a.yaml": "a: 1\n" });
    expect((await source.resolve(url, "main")).commit).toBe(first);
    const second = commit({ "a.yaml": "a: 2\n" });
    expect((await source.resolve(url, "main", { maxAgeMs: Number.POSITIVE_INFINITY })).commit).toBe(first);
    expect((await source.resolve(url, "main", { maxAgeMs: 0 })).commit).toBe(second);
  });
});

describe("files", () => {
  test("a tree answers reads, listings, kinds and ids of its commit while a later one exists", async () => {
    const first = commit({ "apps/web/base/a.yaml": "a: 1\n", "apps/web/b.yaml": "b: 1\n" });
    commit({ "apps/web/base/a.yaml": "a: 2\n" });
    await source.resolve(url, "main");
    const tree = await source.tree(url, first);
    expect(text(tree.read("apps/web/base/a.yaml")?.bytes)).toBe("a: 1\n");
    expect(tree.list("apps/web")).toEqual([
      { name: "b.yaml", kind: "file" },
      { name: "base", kind: "directory" },
    ]);
    expect(tree.kind("apps")).toBe("directory");
    expect(tree.kind("apps/none")).toBeUndefined();
    expect(tree.read("apps/web")).toBeUndefined();
    expect(tree.id?.("apps/web/base")).toMatch(/^[0-9a-f]{40}$/);
  });

  test("symbolic links are followed inside the repository and refused where they leave it", async () => {
    mkdirSync(join(work, "apps/web"), { recursive: true });
    symlinkSync("../../shared", join(work, "apps/web/common"));
    symlinkSync("../../../etc/passwd", join(work, "apps/web/passwd"));
    symlinkSync("/etc", join(work, "apps/web/etc"));
    symlinkSync("loop", join(work, "loop"));
    const id = commit({ "shared/values.yaml": "v: 1\n" });
    const tree = await source.tree(url, id);
    expect(text(tree.read("apps/web/common/values.yaml")?.bytes)).toBe("v: 1\n");
    for (const path of ["apps/web/passwd", "apps/web/etc/hosts", "loop"])
      expect(() => tree.read(path)).toThrow(expect.objectContaining({ code: "TREE_OUTSIDE" }));
  });

  test("a file too large to be held in advance is read when it is asked for", async () => {
    const id = commit({ "big.txt": "x".repeat(300_000), "small.txt": "y" });
    expect((await source.tree(url, id)).read("big.txt")?.bytes.length).toBe(300_000);
  });

  test("changed paths between two commits are files, sorted, whichever way they changed", async () => {
    const first = commit({ "a.yaml": "1", "dir/b.yaml": "1", "dir/c.yaml": "1" });
    git("rm", "-q", "dir/c.yaml");
    const second = commit({ "a.yaml": "2", "new/d.yaml": "1" });
    await source.resolve(url, "main");
    expect(await source.changedPaths(url, first, second)).toEqual(["a.yaml", "dir/c.yaml", "new/d.yaml"]);
  });

  test("a commit tells its author, its date in the author's zone and its message", async () => {
    const id = commit({ "a.yaml": "1" }, "Add a");
    await source.resolve(url, "main");
    expect(await source.describe(url, id)).toEqual({
      author: "Ada <ada@example.com>",
      date: "2023-11-15T00:13:20+02:00",
      message: "Add a",
    });
  });
});

describe("what is refused", () => {
  test.each([
    ["-oProxyCommand=x", "GIT_URL"],
    ["ext::sh -c id", "GIT_URL"],
    ["ssh://-oProxyCommand=x/repo", "GIT_URL"],
    ["git@-oProxyCommand=x:repo", "GIT_URL"],
    ["https://example.com/x.git", "GIT_PROTOCOL_REFUSED"],
    ["relative/path", "GIT_URL"],
  ])("the URL %s: %s", async (bad, code) => {
    await expect(source.resolve(bad, "main")).rejects.toMatchObject({ code });
  });

  test("a repository that is not there is an external error, to be tried again", async () => {
    await expect(source.resolve(`file://${directory}/none`, "main")).rejects.toMatchObject({
      kind: "external",
      code: "GIT_UNREACHABLE",
    });
  });
});
