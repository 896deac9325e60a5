/** Joins as Go's filepath.Join does, within the root: `..` at the root stays there. The result has no leading slash. */
export function cleanJoin(base: string, path: string): string {
  // Most are names below a directory that has been joined before.
  if (simplePath.test(path) && (base === "" || simplePath.test(base))) return base === "" ? path : `${base}/${path}`;
  const parts: string[] = [];
  for (const part of `${base}/${path}`.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") parts.pop();
    else parts.push(part);
  }
  return parts.join("/");
}

const simplePath = /^[\w-][^/]*(?:\/[\w-][^/]*)*$/;

/** The path as messages name it: the tree's root is `/`. */
export function absolutePath(path: string): string {
  return `/${path}`;
}

export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** Whether `path` is `directory` or below it. */
export function isWithin(path: string, directory: string): boolean {
  return directory === "" || path === directory || path.startsWith(`${directory}/`);
}

/** Go's filepath.Join of relative paths: `..` in front stays. */
export function joinRelative(...paths: readonly string[]): string {
  const joined = paths.filter((path) => path !== "").join("/");
  const isAbsolute = joined.startsWith("/");
  const parts: string[] = [];
  for (const part of joined.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !isAbsolute) parts.push(part);
  }
  if (isAbsolute) return `/${parts.join("/")}`;
  return joined === "" ? "" : parts.join("/") || ".";
}
