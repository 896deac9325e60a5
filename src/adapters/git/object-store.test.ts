import { execFileSync } from "node:child_process";
import { appendFileSync, chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { hashHex } from "../../platform/hash.js";
import { locateClone } from "./clone-location.js";
import { readRemotes } from "./clone-remotes.js";
import { resolveInClone } from "./clone-revision.js";
import { openObjectStore } from "./object-store.js";

let directory = "";
const git = (...args: string[]): string =>
  execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args], {
    encoding: "utf8",
  }).trim();
const lines = (seed: number): string => Array.from({ length: 400 }, (_, at) => `line ${at * (at === seed ? 7 : 1)}\n`).join("");
const commit = (seed: number): void => {
  writeFileSync(join(directory, "large.txt"), lines(seed));
  writeFileSync(join(directory, `${seed}.txt`), `${seed}`);
  git("add", "-A");
  git("commit", "-qm", `${seed}`);
};

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fleetwright-object-store-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test.each([
  ["sha1", 20],
  ["sha256", 32],
] as const)("every object of a %s repository is read byte by byte: loose, packed, as a delta, borrowed", (format, idBytes) => {
  git("init", "-q", "-b", "main", `--object-format=${format}`, ".");
  for (let seed = 0; seed < 12; seed++) commit(seed);
  git("tag", "-am", "a tag", "v1");
  git("repack", "-adq", "--depth=20", "--window=20");
  commit(99);
  const clone = join(directory, "clone");
  execFileSync("git", ["clone", "-q", "--shared", directory, clone]);
  const all = git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype) %(deltabase)").split("\n");
  expect(all.filter((line) => !/ 0+$/.test(line)).length).toBeGreaterThan(5);
  for (const objects of [join(directory, ".git/objects"), join(clone, ".git/objects")]) {
    const store = openObjectStore([objects], idBytes);
    for (const line of all) {
      const [id = "", type] = line.split(" ");
      const found = store.read(id)!;
      const header = new TextEncoder().encode(`${found.type} ${found.bytes.length}\0`);
      expect([found.type, hashHex(format, Buffer.concat([header, found.bytes]))]).toEqual([type, id]);
    }
    expect(store.read("ab".repeat(idBytes))).toBeUndefined();
    store.close();
  }
});

test("a pack that came while the store was open is found, and one that is torn is left to git", () => {
  git("init", "-q", "-b", "main", ".");
  commit(1);
  const store = openObjectStore([join(directory, ".git/objects")]);
  commit(2);
  git("repack", "-adq");
  git("prune-packed");
  const head = git("rev-parse", "HEAD");
  expect(store.read(head)?.type).toBe("commit");
  const packs = join(directory, ".git/objects/pack");
  const index = join(packs, readdirSync(packs).find((name) => name.endsWith(".idx"))!);
  chmodSync(index, 0o600);
  writeFileSync(index, "torn");
  expect(openObjectStore([join(directory, ".git/objects")]).read(head)).toBeUndefined();
});

test("revisions are resolved as git resolves them, or left to git", () => {
  git("init", "-q", "-b", "main", ".");
  for (let seed = 0; seed < 4; seed++) commit(seed);
  git("checkout", "-qb", "side", "HEAD~2");
  commit(10);
  git("checkout", "-q", "main");
  git("merge", "-qm", "merge", "side");
  git("tag", "light");
  git("tag", "-am", "annotated", "v1", "side");
  git("branch", "feature/one", "HEAD~1");
  const check = (): void => {
    const clone = locateClone(directory)!;
    const store = openObjectStore([join(clone.commonDir, "objects")]);
    const head = git("rev-parse", "HEAD");
    for (const revision of [
      "HEAD",
      "@",
      "main",
      "side",
      "HEAD~1",
      "HEAD^2",
      "HEAD^2~1",
      "main^^",
      "HEAD~0",
      "v1",
      "v1~1",
      "light",
      "feature/one",
      "refs/heads/side",
      "heads/side",
      "tags/v1",
      head,
      `${head}^`,
    ])
      expect([revision, resolveInClone(revision, clone, store)]).toEqual([revision, git("rev-parse", `${revision}^{commit}`)]);
    for (const revision of [
      "HEAD~99",
      "HEAD^3",
      "nothing",
      head.slice(0, 8),
      "HEAD@{0}",
      ":/merge",
      "../HEAD",
      "main:1.txt",
      "HEAD^{tree}",
    ])
      expect([revision, resolveInClone(revision, clone, store)]).toEqual([revision, undefined]);
  };
  check();
  git("gc", "-q");
  check();
  git("replace", "HEAD", "HEAD~1");
  expect(resolveInClone("HEAD", locateClone(directory)!, openObjectStore([join(directory, ".git/objects")]))).toBeUndefined();
});

test("a linked work tree is located with what it shares, and remotes are read from the clone's configuration", () => {
  git("init", "-q", "-b", "main", ".");
  commit(1);
  git("remote", "add", "origin", "https://git.example.com/a.git");
  git("remote", "add", "other", "git@git.example.com:b.git");
  git("worktree", "add", "-q", join(directory, "linked"), "-b", "linked");
  const linked = locateClone(join(directory, "linked"))!;
  expect(linked).toMatchObject({ top: join(directory, "linked"), commonDir: join(directory, ".git") });
  expect(resolveInClone("HEAD", linked, openObjectStore([join(linked.commonDir, "objects")]))).toBe(git("rev-parse", "linked"));
  expect(readRemotes(linked)).toEqual(["https://git.example.com/a.git", "git@git.example.com:b.git"]);
  appendFileSync(join(directory, ".git/config"), "[include]\n\tpath = more\n");
  expect(readRemotes(linked)).toBeUndefined();
});
