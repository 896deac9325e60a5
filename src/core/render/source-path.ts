import { InputError } from "../errors.js";
import type { FileTree } from "./file-tree.js";
import { joinInside } from "./memory-tree.js";

/** The directory of a source inside its repository; refuses paths that leave it and paths that are not there. */
export function sourceDirectory(tree: FileTree, path: string): string {
  const refused = (why: string, code: string): InputError =>
    new InputError(`${path || "."}: ${why}`, {
      code,
      hint: "check the source's path",
      ...(path ? { location: { file: path } } : {}),
    });
  if (path.startsWith("/")) throw refused("app path is absolute", "SOURCE_PATH_OUTSIDE");
  const inside = joinInside(path);
  if (inside === undefined) throw refused("app path is outside the repository", "SOURCE_PATH_OUTSIDE");
  const kind = tree.kind(inside);
  if (kind === undefined) throw refused("app path does not exist", "SOURCE_PATH_MISSING");
  if (kind !== "directory") throw refused("app path is not a directory", "SOURCE_PATH_FILE");
  return inside;
}
