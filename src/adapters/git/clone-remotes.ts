import { join } from "node:path";
import { type CloneLocation, readIfThere } from "./clone-location.js";

/** URLs of a clone's remotes; undefined where the configuration holds what only git reads well (includes, quotes, continued lines). */
export function readRemotes({ gitDir, commonDir }: CloneLocation): readonly string[] | undefined {
  const text = readIfThere(join(commonDir, "config"));
  if (text === undefined || /^\s*\[\s*include/im.test(text) || readIfThere(join(gitDir, "config.worktree")) !== undefined)
    return undefined;
  const urls: string[] = [];
  let isRemote = false;
  for (const line of text.split("\n")) {
    const section = /^\s*\[([^\]]*)\]\s*(.*)$/.exec(line);
    if (section) {
      isRemote = /^\s*remote\s+"/i.test(section[1]!);
      if (section[2] !== "") return undefined;
      continue;
    }
    const value = isRemote ? /^\s*url\s*=\s*(.*?)\s*$/i.exec(line)?.[1] : undefined;
    if (value === undefined) continue;
    if (/["\\#;]/.test(value)) return undefined;
    urls.push(value);
  }
  return urls;
}
