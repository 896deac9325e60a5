import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** Runs git in a clone, as somebody. */
export function gitIn(directory: string, ...args: string[]): void {
  execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
}

/** Writes files into a clone and commits all that is there. */
export function commitFiles(directory: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(directory, dirname(path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  gitIn(directory, "add", "-A");
  gitIn(directory, "commit", "-qm", "change");
}
