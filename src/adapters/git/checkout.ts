import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { InputError } from "../../core/errors.js";
import type { FileTree } from "../../core/render/file-tree.js";
import type { CommitDescription } from "../../ports/source.js";
import { describeCommit } from "./commit-text.js";
import { gitEnvironment, runGit } from "./git-command.js";
import { Mirror } from "./mirror.js";
import { ObjectCache } from "./object-cache.js";
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
  /** The same files where only `paths` are likely to be read; others are read one by one. */
  sparseTree(id: string, paths: Iterable<string>): Promise<FileTree>;
  /** The id of a commit's tree; two commits with the same files have the same. */
  treeId(id: string): Promise<string>;
  changedPaths(from: string, to: string): Promise<readonly string[]>;
  describe(commit: string): Promise<CommitDescription>;
  /** Commits that touched one of `paths` on the way to `revision`, the newest first. */
  commitsTouching(revision: string, paths: readonly string[]): Promise<readonly string[]>;
  close(): void;
}

/** Opens the clone around `directory`. Throws InputError where there is none. */
export async function openCheckout(directory: string): Promise<Checkout> {
  const privateDir = mkdtempSync(join(tmpdir(), "fleetwright-checkout-"));
  const env = gitEnvironment({ home: privateDir, protocols: [] });
  const git = async (args: readonly string[], extra: Record<string, string> = {}, cwd = directory): Promise<string> =>
    (await runGit(args, { ...env, ...extra }, { cwd, subject: directory })).toString("utf8").trimEnd();
  let top: string;
  try {
    top = await git(["rev-parse", "--show-toplevel"]);
  } catch (cause) {
    rmSync(privateDir, { recursive: true, force: true });
    throw new InputError(`${directory} is not in a git checkout`, {
      code: "CHECKOUT_MISSING",
      cause,
      hint: "run it in one, or name one with --checkout DIR",
    });
  }
  const objects = resolve(top, await git(["rev-parse", "--git-path", "objects"], {}, top));
  const store = await borrowingRepository(privateDir, objects, git);
  const cache = new ObjectCache(1 << 30, 5_000_000);
  const mirror = new Mirror({
    repoURL: top,
    directory: store,
    privateDir,
    knownHosts: undefined,
    cache,
    environment: (config) => gitEnvironment({ home: privateDir, protocols: [] }, config),
    credentials: () => undefined,
    timeoutMs: 60_000,
    onRequest: () => {},
  });
  return {
    directory: top,
    remotes: (await git(["config", "--get-regexp", "^remote\\..*\\.url$"], { GIT_CONFIG_COUNT: "0" }, top).catch(() => ""))
      .split("\n")
      .flatMap((line) => line.split(" ")[1] ?? []),
    async resolve(revision) {
      checkRevision(revision);
      return await git(["rev-parse", "--verify", "--quiet", "--end-of-options", `${revision}^{commit}`], {}, top).catch(
        (cause: unknown) => {
          throw new InputError(`${revision} names no commit of ${top}`, { code: "GIT_REVISION_UNKNOWN", cause });
        },
      );
    },
    async worktree() {
      const index = join(privateDir, "index");
      const own = resolve(top, await git(["rev-parse", "--git-path", "index"], {}, top));
      // The copy carries what git knows of each file's time and size, so that only changed files are hashed.
      if (existsSync(own)) copyFileSync(own, index);
      const scratch = {
        GIT_INDEX_FILE: index,
        GIT_OBJECT_DIRECTORY: join(store, "objects"),
        GIT_ALTERNATE_OBJECT_DIRECTORIES: objects,
      };
      await git(["add", "--all", "--", "."], scratch, top);
      return await git(["write-tree"], scratch, top);
    },
    tree: (id) => mirror.tree(id),
    sparseTree: (id, paths) => mirror.sparseTree(id, paths),
    treeId: (id) => mirror.treeId(id),
    changedPaths: (from, to) => mirror.changedPaths(from, to),
    describe: async (commit) => describeCommit(await mirror.commitText(commit)),
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
      mirror.close();
      rmSync(privateDir, { recursive: true, force: true });
    },
  };
}

/** A bare repository of ours that reads the clone's objects, so that nothing is copied and nothing of the user's is written. */
async function borrowingRepository(
  privateDir: string,
  objects: string,
  git: (args: readonly string[], extra: Record<string, string>, cwd: string) => Promise<string>,
): Promise<string> {
  const store = join(privateDir, "store.git");
  mkdirSync(store);
  await git(["init", "--quiet", "--bare", "--template=", "."], {}, store);
  mkdirSync(join(store, "objects", "info"), { recursive: true });
  writeFileSync(join(store, "objects", "info", "alternates"), `${objects}\n`);
  return store;
}
