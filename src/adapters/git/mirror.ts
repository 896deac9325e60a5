import { mkdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { ExternalError, InputError } from "../../core/errors.js";
import type { FileTree } from "../../core/render/file-tree.js";
import type { RepositoryCredentials } from "../../ports/source.js";
import { runGit, runGitSync } from "./git-command.js";
import { authenticate, type GitAuthentication } from "./git-credentials.js";
import { gitTree } from "./git-tree.js";
import type { ObjectCache } from "./object-cache.js";
import { ObjectReader } from "./object-reader.js";
import { type GitTreeEntry, parseTreeObject } from "./tree-object.js";

export interface MirrorOptions {
  readonly repoURL: string;
  readonly directory: string;
  readonly privateDir: string;
  readonly knownHosts: string | undefined;
  readonly cache: ObjectCache;
  /** Remote commands authenticate by the user's own configuration. */
  readonly isUsersOwn?: boolean;
  readonly environment: (config: readonly (readonly [string, string])[]) => Record<string, string>;
  readonly credentials: () => RepositoryCredentials | undefined;
  readonly timeoutMs: number;
  readonly onRequest: (type: "ls-remote" | "fetch", seconds: number, failed: boolean) => void;
}

/** The refs a remote advertises: name → commit (annotated tags peeled), and where its HEAD points. */
export interface RemoteRefs {
  readonly commits: ReadonlyMap<string, string>;
  readonly head: string | undefined;
}

const allRefs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
const fetchFlags = [
  "--quiet",
  "--prune",
  "--no-tags",
  "--no-write-fetch-head",
  "--no-auto-maintenance",
  "--no-recurse-submodules",
  "--force",
];
const eagerFileBytes = 256 * 1024;
const eagerTreeBytes = 128 * 1024 * 1024;
const mostTrees = 64;
const largestFileBytes = 32 * 1024 * 1024;

/** A bare copy of one repository and the objects in it. */
export class Mirror {
  private readonly reader: ObjectReader;
  private readonly loaded = new Set<string>();
  private readonly trees = new Map<string, Promise<FileTree>>();
  private ready: Promise<void> | undefined;
  private fetches = 0;
  /** Nothing has been fetched into it yet. */
  private isEmpty = false;

  constructor(private readonly options: MirrorOptions) {
    this.reader = new ObjectReader(options.directory, options.environment([]));
  }

  close(): void {
    this.reader.close();
  }

  /** What the remote advertises now. */
  async remoteRefs(): Promise<RemoteRefs> {
    const text = (await this.remote("ls-remote", ["ls-remote", "--symref", "--", this.options.repoURL])).toString("utf8");
    const commits = new Map<string, string>();
    let head: string | undefined;
    for (const line of text.split("\n")) {
      const symref = /^ref: (\S+)\tHEAD$/.exec(line);
      if (symref) head = symref[1];
      const [id, name] = line.split("\t");
      if (symref || id === undefined || name === undefined) continue;
      commits.set(name.replace(/\^\{\}$/, ""), id);
    }
    return { commits, head };
  }

  /**
   * Brings all branches and tags; the first time without their history, which nobody reads and which is most of a repository. Later ones are plain: for
   * them the remote has less to do so.
   */
  async fetch(): Promise<void> {
    await this.prepare();
    if (!this.isEmpty) await this.fetchRefs(allRefs);
    else {
      await this.fetchRefs(allRefs, ["--depth=1"]).catch(async (error: unknown) => {
        // A server that only serves files (dumb HTTP) has no shallow history.
        if (!(error instanceof ExternalError) || !/shallow/i.test(error.message)) throw error;
        await this.fetchRefs(allRefs);
      });
      this.isEmpty = false;
    }
    if (++this.fetches % 100 === 0) await this.local(["repack", "-d", "-q", "--geometric=2"]).catch(() => {});
  }

  /** Brings a ref beside branches and tags, or a commit by its full id. */
  async fetchMore(refOrId: string): Promise<void> {
    await this.prepare();
    await this.fetchRefs([keepRefspec(refOrId)], (await this.isShallow()) ? ["--depth=1"] : []);
  }

  /** Brings the whole history; whether any of it was missing. */
  async fetchHistory(): Promise<boolean> {
    await this.prepare();
    if (!(await this.isShallow())) return false;
    await this.fetchRefs(allRefs, ["--unshallow"]);
    return true;
  }

  private async fetchRefs(refspecs: readonly string[], more: readonly string[] = []): Promise<void> {
    const { repoURL, directory } = this.options;
    await this.remote("fetch", ["fetch", ...fetchFlags, ...more, "--", repoURL, ...refspecs], directory);
  }

  private isShallow(): Promise<boolean> {
    return exists(join(this.options.directory, "shallow"));
  }

  /** The full commit id of a full or short id, or undefined when this mirror does not have it (yet). */
  async commitId(id: string): Promise<string | undefined> {
    await this.prepare();
    return (await this.reader.info(`${id}^{commit}`))?.id;
  }

  async commitText(id: string): Promise<string> {
    await this.prepare();
    const object = await this.reader.contents(`${id}^{commit}`);
    if (object === undefined) throw unknownCommit(this.options.repoURL, id);
    return Buffer.from(object.bytes).toString("utf8");
  }

  /** The files at a commit; small ones are brought into memory now, in bulk. */
  tree(commit: string): Promise<FileTree> {
    const known = this.trees.get(commit);
    if (known !== undefined) return known;
    const made = this.makeTree(commit);
    this.trees.set(commit, made);
    made.catch(() => this.trees.delete(commit));
    for (const oldest of this.trees.keys()) {
      if (this.trees.size <= mostTrees) break;
      this.trees.delete(oldest);
    }
    return made;
  }

  private async makeTree(commit: string): Promise<FileTree> {
    const root = await this.rootTree(commit);
    await this.loadTrees(root);
    await this.loadBlobs(root);
    return this.treeAt(root);
  }

  /** The id of a commit's tree. */
  treeId(commit: string): Promise<string> {
    return this.rootTree(commit);
  }

  private treeAt(root: string): FileTree {
    return gitTree(root, {
      tree: (id) => this.treeNow(id),
      blob: (id, path, siblings) => this.options.cache.blob(id) ?? this.blobNow(id, path, siblings()),
    });
  }

  /** Paths that differ between two commits, sorted; directories with equal ids are not looked into. */
  async changedPaths(from: string, to: string): Promise<readonly string[]> {
    const [left, right] = [await this.rootTree(from), await this.rootTree(to)];
    await Promise.all([this.loadTrees(left), this.loadTrees(right)]);
    const changed: string[] = [];
    const compare = (a: GitTreeEntry | undefined, b: GitTreeEntry | undefined, path: string): void => {
      if (a?.id === b?.id && a?.kind === b?.kind) return;
      const before = a?.kind === "directory" ? this.treeNow(a.id) : undefined;
      const after = b?.kind === "directory" ? this.treeNow(b.id) : undefined;
      if ((a !== undefined && before === undefined) || (b !== undefined && after === undefined)) changed.push(path);
      for (const name of new Set([...(before?.keys() ?? []), ...(after?.keys() ?? [])]))
        compare(before?.get(name), after?.get(name), path === "" ? name : `${path}/${name}`);
    };
    compare({ name: "", kind: "directory", id: left }, { name: "", kind: "directory", id: right }, "");
    return changed.sort((a, b) => (a < b ? -1 : 1));
  }

  private prepare(): Promise<void> {
    this.ready ??= this.initialise().catch((error: unknown) => {
      this.ready = undefined;
      throw error;
    });
    return this.ready;
  }

  private async initialise(): Promise<void> {
    const { directory } = this.options;
    // A half-made or damaged mirror is worth nothing: it is a cache.
    if (await exists(join(directory, "HEAD"))) {
      const sound = await this.local(["rev-parse", "--is-bare-repository"]).then(
        (out) => out.toString().trim() === "true",
        () => false,
      );
      if (sound) {
        this.isEmpty = (await this.local(["for-each-ref", "--count=1"])).length === 0;
        return;
      }
      await rm(directory, { recursive: true, force: true });
    }
    this.isEmpty = true;
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await this.local(["init", "--quiet", "--bare", "--template=", "."]);
  }

  private async rootTree(commit: string): Promise<string> {
    await this.prepare();
    const object = await this.reader.info(`${commit}^{tree}`);
    if (object === undefined) throw unknownCommit(this.options.repoURL, commit);
    return object.id;
  }

  /** Brings the tree objects below `root` into the cache, a level at a time; known ones are not asked for again. */
  private async loadTrees(root: string): Promise<void> {
    const { cache } = this.options;
    const seen = new Set<string>();
    for (let level = [root]; level.length > 0; ) {
      const missing = level.filter((id) => cache.tree(id) === undefined);
      const objects = await Promise.all(missing.map((id) => this.reader.contents(id)));
      objects.forEach((object, index) => {
        if (object === undefined)
          throw new ExternalError(`${this.options.repoURL}: tree ${missing[index]} is missing`, { code: "GIT_OBJECT_STORE" });
        cache.addTree(object.id, parseTreeObject(object.bytes, object.id.length / 2));
      });
      const next: string[] = [];
      for (const id of level) {
        for (const entry of cache.tree(id)?.values() ?? []) {
          if (entry.kind !== "directory" || this.loaded.has(entry.id) || seen.has(entry.id)) continue;
          seen.add(entry.id);
          next.push(entry.id);
        }
      }
      level = next;
    }
  }

  private async loadBlobs(root: string): Promise<void> {
    const { cache } = this.options;
    const wanted = new Set<string>();
    const walked: string[] = [];
    const walk = (id: string): void => {
      if (this.loaded.has(id)) return;
      walked.push(id);
      for (const entry of this.treeNow(id).values()) {
        if (entry.kind === "directory") walk(entry.id);
        else if (entry.kind !== "submodule" && !cache.has(entry.id)) wanted.add(entry.id);
      }
    };
    walk(root);
    if (wanted.size > 0) {
      const infos = await Promise.all([...wanted].map((id) => this.reader.info(id)));
      let budget = eagerTreeBytes;
      const small = infos.filter((info) => info !== undefined && info.size <= eagerFileBytes && (budget -= info.size) >= 0);
      const blobs = await Promise.all(small.map((info) => this.reader.contents(info!.id)));
      for (const blob of blobs) if (blob !== undefined) cache.addBlob(blob.id, blob.bytes);
    }
    for (const id of walked) this.loaded.add(id);
    if (this.loaded.size > 500_000) this.loaded.clear();
  }

  private treeNow(id: string): ReadonlyMap<string, GitTreeEntry> {
    const known = this.options.cache.tree(id);
    if (known !== undefined) return known;
    const bytes = this.localNow(["cat-file", "tree", id], "");
    const entries = parseTreeObject(bytes, id.length / 2);
    this.options.cache.addTree(id, entries);
    return entries;
  }

  /** Reads a blob, and the small ones beside it, while the caller waits: large files, and what the cache had no room for. */
  private blobNow(id: string, path: string, siblings: readonly string[]): { id: string; bytes: Uint8Array } {
    const { cache } = this.options;
    const wanted = [id, ...siblings.filter((sibling) => sibling !== id && !cache.has(sibling)).slice(0, 500)];
    const sizes = this.localNow(["cat-file", "--batch-check=%(objectname) %(objectsize)"], `${wanted.join("\n")}\n`)
      .toString("latin1")
      .trim()
      .split("\n");
    let own: { id: string; bytes: Uint8Array } | undefined;
    for (const line of sizes) {
      const [name = "", size = ""] = line.split(" ");
      if (name === id && Number(size) > largestFileBytes)
        throw new InputError(`${path} has ${size} bytes, more than is read from a repository (${largestFileBytes})`, {
          code: "TREE_FILE_TOO_LARGE",
          location: { file: path },
        });
    }
    const small = sizes.map((line) => line.split(" ")).filter(([name, size]) => name === id || Number(size) <= eagerFileBytes);
    const out = this.localNow(["cat-file", "--batch"], `${small.map(([name]) => name).join("\n")}\n`);
    for (let at = 0; at < out.length; ) {
      const end = out.indexOf(10, at);
      const [name = "", type, size] = out.toString("latin1", at, end).split(" ");
      if (type !== "blob")
        throw new ExternalError(`${this.options.repoURL}: blob ${name} is missing`, { code: "GIT_OBJECT_STORE" });
      const bytes = new Uint8Array(out.subarray(end + 1, end + 1 + Number(size)));
      const file = cache.addBlob(name, bytes);
      if (name === id) own = file;
      at = end + 1 + Number(size) + 1;
    }
    if (own === undefined)
      throw new ExternalError(`${this.options.repoURL}: blob ${id} is missing`, { code: "GIT_OBJECT_STORE" });
    return own;
  }

  private local(args: readonly string[]): Promise<Buffer> {
    return runGit(args, this.options.environment([]), { cwd: this.options.directory, subject: this.options.repoURL });
  }

  private localNow(args: readonly string[], input: string): Buffer {
    return runGitSync(args, this.options.environment([]), this.options.directory, input);
  }

  private async remote(type: "ls-remote" | "fetch", args: readonly string[], cwd?: string): Promise<Buffer> {
    const started = performance.now();
    let failed = true;
    const { privateDir, knownHosts, repoURL, timeoutMs, isUsersOwn } = this.options;
    const authentication =
      isUsersOwn === true
        ? ownAuthentication
        : await authenticate(this.options.credentials(), {
            privateDir,
            ...(knownHosts === undefined ? {} : { knownHosts }),
          });
    try {
      const env = this.options.environment(authentication.config);
      const out = await runGit(args, env, {
        ...(cwd === undefined ? {} : { cwd }),
        env: authentication.env,
        subject: repoURL,
        timeoutMs,
      });
      failed = false;
      return out;
    } finally {
      this.options.onRequest(type, (performance.now() - started) / 1000, failed);
      await authentication.dispose();
    }
  }
}

/** The user's git authenticates by itself. */
const ownAuthentication: GitAuthentication = { config: [], env: {}, dispose: async () => {} };

/** A ref outside branches and tags (refs/pull/7/head) or a bare commit id is kept under refs/fleetwright/, so that it is not collected. */
function keepRefspec(ref: string): string {
  return `+${ref}:refs/fleetwright/${ref.replace(/^refs\//, "")}`;
}

function unknownCommit(repoURL: string, commit: string): InputError {
  return new InputError(`${repoURL}: commit ${commit} is not in the repository`, { code: "GIT_REVISION_UNKNOWN" });
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
