import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

/** Where a person's clone keeps things. */
export interface CloneLocation {
  /** Top of the work tree. */
  readonly top: string;
  /** What belongs to this work tree: HEAD, the index. */
  readonly gitDir: string;
  /** What all work trees of the clone share: objects, refs, configuration. */
  readonly commonDir: string;
}

/** The clone around `directory`; undefined where there is none, or one that is laid out in another way and only git itself finds. */
export function locateClone(directory: string): CloneLocation | undefined {
  for (let here = resolve(directory); ; here = dirname(here)) {
    const found = statSync(join(here, ".git"), { throwIfNoEntry: false });
    if (found) return located(here, found.isDirectory() ? join(here, ".git") : linkedDirectory(here));
    if (here === dirname(here)) return undefined;
  }
}

function located(top: string, gitDir: string | undefined): CloneLocation | undefined {
  if (gitDir === undefined || !existsSync(join(gitDir, "HEAD"))) return undefined;
  const common = readIfThere(join(gitDir, "commondir"));
  const commonDir = common === undefined ? gitDir : resolve(gitDir, common.trim());
  return existsSync(join(commonDir, "objects")) ? { top, gitDir, commonDir } : undefined;
}

/** A linked work tree has a file: `gitdir: PATH`. */
function linkedDirectory(top: string): string | undefined {
  const path = /^gitdir: (.+)$/m.exec(readIfThere(join(top, ".git")) ?? "")?.[1];
  return path === undefined ? undefined : resolve(top, path);
}

/** The text of a file, where there is one. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
