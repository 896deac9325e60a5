import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { InputError } from "../../core/errors.js";
import type { FileTree } from "../../core/render/file-tree.js";
import type { CommitDescription } from "../../ports/source.js";
import { type CloneLocation, locateClone, readIfThere } from "./clone-location.js";
import { cloneObjects } from "./clone-objects.js";
import { readRemotes } from "./clone-remotes.js";
import { resolveInClone } from "./clone-revision.js";
import { describeCommit } from "./commit-text.js";
import { gitEnvironment, runGit, runGitSync } from "./git-command.js";
import { openObjectStore } from "./object-store.js";
import type { StoredObject } from "./pack-file.js";
import { checkRevision } from "./revision.js";

/** A person's clone, read at any revision and as its work tree is now. Nothing in it is ever written. */
export interface Checkout {
  /** Top of the work tree. */
  readonly directory: string;
  /** URLs of its remotes, as configured. */
  readonly remotes: readonly string[];
  /** The commit of a revision as git itself understands it (`HEAD~2`, a branch, a tag, a short id). */
  resolve(revision: string): Promise<string>;
  /** Identity of the files as they are now: tracked and untracked ones, without what git ignores. */
  worktree(): Promise<string>;
  /** The files at a commit, or at what `worktree` gave. */
  tree(id: string): Promise<FileTree>;
  /** The id of a commit's tree; two commits with the same files have the same. */
  treeId(id: string): Promise<string>;
  /** Whether the clone holds an object, without asking git. */
  holds(id: string): boolean;
  changedPaths(from: string, to: string): Promise<readonly string[]>;
  describe(commit: string): Promise<CommitDescription>;
  /** Whether a commit's parents were left out of the clone, as with `--depth 1`. */
  isCutOff(commit: string): boolean;
  /** Commits that touched one of `paths` on the way to `revision`, the newest first. */
  commitsTouching(revision: string, paths: readonly string[]): Promise<readonly string[]>;
  close(): void;
}

const mostKnown = 100;

/** Opens the clone around `directory`. Throws InputError where there is none. */
export async function openCheckout(directory: string): Promise<Checkout> {
  // Git processes are started for what is not read in this process: nothing is made on the disk before.
  let privateDir: string | undefined;
  const scratch = (): string => (privateDir ??= mkdtempSync(join(tmpdir(), "fleetwright-checkout-")));
  const environment = (): Record<string, string> => gitEnvironment({ home: scratch(), protocols: [] });
  const git = async (args: readonly string[], extra: Record<string, string> = {}, cwd = directory): Promise<string> =>
    (await runGit(args, { ...environment(), ...extra }, { cwd, subject: directory })).toString("utf8").trimEnd();
  const discard = (): void => {
    if (privateDir !== undefined) rmSync(privateDir, { recursive: true, force: true });
  };
  let clone: CloneLocation;
  try {
    clone = locateClone(directory) ?? (await askLocation(git));
  } catch (cause) {
    discard();
    throw new InputError(`${directory} is not in a git checkout`, {
      code: "CHECKOUT_MISSING",
      cause,
      hint: "run it in one, or name one with --checkout DIR",
    });
  }
  const { top } = clone;
  const objectsDir = join(clone.commonDir, "objects");
  const cutOff = (): readonly string[] => (readIfThere(join(clone.commonDir, "shallow")) ?? "").split("\n").filter(Boolean);
  const config = readIfThere(join(clone.commonDir, "config")) ?? "";
  const idBytes = /^\s*objectformat\s*=\s*sha256\s*$/im.test(config) ? 32 : 20;
  const stores = [openObjectStore([objectsDir], idBytes)];
  // A commit is asked for by who resolves it, by who wants its tree, and by who compares it: each at every revision.
  const known = new Map<string, StoredObject>();
  const read = (id: string): StoredObject | undefined => {
    const before = known.get(id);
    if (before) return before;
    for (const store of stores) {
      const found = store.read(id);
      if (!found) continue;
      if (found.type !== "blob" && known.size < mostKnown) known.set(id, found);
      return found;
    }
    return undefined;
  };
  const objects = cloneObjects({ read }, (id) => askObject(id, environment(), top));
  return {
    directory: top,
    remotes: readRemotes(clone) ?? (await askRemotes(git, top)),
    async resolve(revision) {
      checkRevision(revision);
      return (
        resolveInClone(revision, clone, { read }) ??
        (await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`], {}, top).catch(
          (cause: unknown) => {
            throw new InputError(`${revision} names no commit of ${top}`, {
              code: "GIT_REVISION_UNKNOWN",
              cause,
              ...(cutOff().length > 0
                ? { hint: "the clone is shallow: git fetch --unshallow, or fetch-depth: 0 (GitHub), GIT_DEPTH: 0 (GitLab)" }
                : {}),
            });
          },
        ))
      );
    },
    async worktree() {
      const own = join(clone.gitDir, "index");
      const index = join(scratch(), "index");
      const written = join(scratch(), "objects");
      mkdirSync(written, { recursive: true });
      // The copy carries what git knows of each file's time and size, so that only changed files are hashed.
      if (existsSync(own)) copyIndex(own, index);
      const apart = { GIT_INDEX_FILE: index, GIT_OBJECT_DIRECTORY: written, GIT_ALTERNATE_OBJECT_DIRECTORIES: objectsDir };
      await git(["add", "--all", "--", "."], apart, top);
      const id = await git(["write-tree"], apart, top);
      if (stores.length === 1) stores.push(openObjectStore([written], idBytes));
      return id;
    },
    tree: async (id) => objects.tree(id),
    treeId: async (id) => objects.treeId(id),
    holds: (id) => read(id) !== undefined,
    changedPaths: async (from, to) => objects.changedPaths(from, to),
    isCutOff: (commit) => cutOff().includes(commit),
    describe: async (commit) => describeCommit(objects.commitText(commit)),
    async commitsTouching(revision, paths) {
      checkRevision(revision);
      const out = await git(
        ["log", "--format=%H", "--end-of-options", revision, "--", ...paths.map((path) => `:(literal)${path}`)],
        {},
        top,
      );
      return out === "" ? [] : out.split("\n");
    },
    close() {
      for (const store of stores) store.close();
      discard();
    },
  };
}

/** With its time: git takes a file for unchanged that has its old size and is of an earlier second than the index. */
function copyIndex(own: string, index: string): void {
  const seconds = Math.floor(statSync(own).mtimeMs) / 1000;
  copyFileSync(own, index);
  utimesSync(index, seconds, seconds);
}

type Git = (args: readonly string[], extra?: Record<string, string>, cwd?: string) => Promise<string>;

/** Layouts that only git itself finds. */
async function askLocation(git: Git): Promise<CloneLocation> {
  const top = await git(["rev-parse", "--show-toplevel"]);
  const [gitDir = "", commonDir = ""] = (await git(["rev-parse", "--git-dir", "--git-common-dir"], {}, top)).split("\n");
  return { top, gitDir: resolve(top, gitDir), commonDir: resolve(top, commonDir) };
}

async function askRemotes(git: Git, top: string): Promise<readonly string[]> {
  const out = await git(["config", "--get-regexp", "^remote\\..*\\.url$"], { GIT_CONFIG_COUNT: "0" }, top).catch(() => "");
  return out.split("\n").flatMap((line) => line.split(" ")[1] ?? []);
}

/** An object that git stores in a way of its own. */
function askObject(id: string, env: Record<string, string>, cwd: string): StoredObject | undefined {
  if (!/^[0-9a-f]+$/.test(id)) return undefined;
  try {
    const type = runGitSync(["cat-file", "-t", id], env, cwd, "").toString("latin1").trim() as StoredObject["type"];
    return { type, bytes: runGitSync(["cat-file", type, id], env, cwd, "") };
  } catch {
    return undefined;
  }
}
