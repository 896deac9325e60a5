import { execFile } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { ExternalError } from "../../core/errors.js";

const execute = promisify(execFile);

/** The demo's real git repository, with a work tree that a person can edit too. */
export interface FleetRepository {
  readonly directory: string;
  /** `file://` URL, as the Applications name it. */
  readonly url: string;
  /** Writes the files and commits them; gives the commit id. */
  commit(message: string, files: Readonly<Record<string, string>>): Promise<string>;
}

export function fleetRepositoryUrl(directory: string): string {
  return `file://${directory}`;
}

/** Makes the repository anew in an empty `directory`. */
export async function createFleetRepository(directory: string): Promise<FleetRepository> {
  await mkdir(directory, { recursive: true });
  const git = (...args: string[]): Promise<string> => runGit(directory, args);
  await git("init", "--quiet", "--initial-branch=main", ".");
  return {
    directory,
    url: fleetRepositoryUrl(directory),
    async commit(message, files) {
      await writeFiles(directory, files);
      await git("add", "--all");
      // A step that is taken again may find its files as they are.
      await git("commit", "--quiet", "--allow-empty", "--message", message);
      return git("rev-parse", "HEAD");
    },
  };
}

async function writeFiles(directory: string, files: Readonly<Record<string, string>>): Promise<void> {
  const folders = new Set(Object.keys(files).map((path) => dirname(join(directory, path))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  for (const [path, text] of Object.entries(files)) await writeFile(join(directory, path), text);
}

async function runGit(directory: string, args: readonly string[]): Promise<string> {
  // The user's own git settings (signing, hooks, templates) have no part in the demo.
  const identity = { name: "Platform Team", email: "platform@example.com" };
  const env = {
    PATH: process.env["PATH"],
    HOME: directory,
    GIT_CONFIG_NOSYSTEM: "1",
    GIT_CONFIG_GLOBAL: "/dev/null",
    GIT_AUTHOR_NAME: identity.name,
    GIT_AUTHOR_EMAIL: identity.email,
    GIT_COMMITTER_NAME: identity.name,
    GIT_COMMITTER_EMAIL: identity.email,
  };
  try {
    const { stdout } = await execute("git", ["-c", "core.hooksPath=/dev/null", "-c", "gc.auto=0", ...args], {
      cwd: directory,
      env,
      maxBuffer: 1 << 26,
    });
    return stdout.trim();
  } catch (error) {
    throw new ExternalError(
      `git ${args[0]} failed in ${directory}: ${(error as { stderr?: string }).stderr?.trim() || String(error)}`,
      {
        code: "DEMO_GIT",
        cause: error,
        hint: "the demo needs git 2.36 or newer on the PATH",
      },
    );
  }
}
