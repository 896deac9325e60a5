import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { diskTree } from "../../adapters/fs/disk-tree.js";
import { type Checkout, openCheckout } from "../../adapters/git/checkout.js";
import { type GeneratorNeed, type NeedAnswer, needKey } from "../../core/applicationset/index.js";
import { InputError } from "../../core/errors.js";
import type { FileTree } from "../../core/render/file-tree.js";
import type { CliIo } from "./io.js";

/** Answers generators' needs from folders and clones on this machine; whatever would need a network is refused with a hint. */
export interface LocalSources {
  answer(needs: readonly GeneratorNeed[], into: Map<string, NeedAnswer>): Promise<void>;
  close(): void;
}

/** Reads `--repo URL=PATH` options. Throws InputError CLI_REPO. */
export function parseRepos(io: CliIo, options: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    options.map((option) => {
      const at = option.lastIndexOf("=");
      if (at < 1) throw new InputError(`--repo ${option}: expected URL=PATH`, { code: "CLI_REPO" });
      return [normalizeUrl(option.slice(0, at)), resolve(io.cwd, option.slice(at + 1))];
    }),
  );
}

/** `revisionOf` may answer a revision of a repository otherwise, e.g. with the commit that is compared. */
export function localSources(
  repos: ReadonlyMap<string, string>,
  treeFor: (repoURL: string, revision: string) => Promise<FileTree | undefined> = async () => undefined,
): LocalSources {
  const checkouts = new Map<string, Promise<Checkout>>();
  const trees = new Map<string, Promise<FileTree>>();
  const open = (directory: string): Promise<Checkout> => {
    let checkout = checkouts.get(directory);
    if (!checkout) checkouts.set(directory, (checkout = openCheckout(directory)));
    return checkout;
  };
  const treeOf = async (repoURL: string, revision: string): Promise<FileTree> => {
    const given = await treeFor(repoURL, revision);
    if (given) return given;
    const directory = repos.get(normalizeUrl(repoURL));
    if (directory === undefined) {
      throw new InputError(`repository ${JSON.stringify(repoURL)} is not known here`, {
        code: "CLI_REPO_UNKNOWN",
        hint: `add --repo ${repoURL}=PATH`,
      });
    }
    // What is checked out is previewed as it is, uncommitted changes and all.
    if (revision === "HEAD" || !existsSync(join(directory, ".git"))) return withoutGit(diskTree(directory));
    const checkout = await open(directory);
    return checkout.tree(await resolveAny(checkout, revision));
  };
  return {
    async answer(needs, into) {
      for (const need of needs) into.set(needKey(need), await answerOne(need));
    },
    close() {
      for (const checkout of checkouts.values()) void checkout.then((one) => one.close());
    },
  };

  async function answerOne(need: GeneratorNeed): Promise<NeedAnswer> {
    try {
      if (need.kind !== "git") throw notHere(need);
      const key = `${need.repoURL} ${need.revision}`;
      let tree = trees.get(key);
      if (!tree) trees.set(key, (tree = treeOf(need.repoURL, need.revision)));
      return { kind: "answered", value: { tree: await tree } };
    } catch (error) {
      return { kind: "failed", error: error as Error };
    }
  }
}

/** A checkout's own folder is no part of the repository. */
export function withoutGit(tree: FileTree): FileTree {
  return {
    ...tree,
    list: (directory) => {
      const entries = tree.list(directory);
      return directory === "" ? entries?.filter(({ name }) => name !== ".git") : entries;
    },
  };
}

/** A branch of a clone may be there only as its remote's. */
async function resolveAny(checkout: Checkout, revision: string): Promise<string> {
  try {
    return await checkout.resolve(revision);
  } catch (error) {
    return checkout.resolve(`origin/${revision}`).catch(() => {
      throw error;
    });
  }
}

function notHere(need: GeneratorNeed): InputError {
  return new InputError(`a preview asks no ${need.kind === "resources" ? "cluster" : "server"} (${need.kind})`, {
    code: "CLI_PREVIEW_OFFLINE",
    hint: "only list, clusters, git, matrix and merge can be previewed without a server",
  });
}

export function normalizeUrl(url: string): string {
  return url
    .trim()
    .replace(/\/+$/, "")
    .replace(/\.git$/, "");
}
