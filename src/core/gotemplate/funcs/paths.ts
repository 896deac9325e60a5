import { type FunctionTable, fn } from "../function.js";

const base = fn("string", pathBase);
const dir = fn("string", pathDir);
const clean = fn("string", pathClean);
const ext = fn("string", pathExt);
const isAbs = fn("string", (path) => path.startsWith("/"));

/** path and filepath, on slashes. */
export const pathFunctions: FunctionTable = {
  base,
  dir,
  clean,
  ext,
  isAbs,
  osBase: base,
  osDir: dir,
  osClean: clean,
  osExt: ext,
  osIsAbs: isAbs,
};

/** path.Base */
export function pathBase(path: string): string {
  if (path === "") return ".";
  const trimmed = path.replace(/\/+$/, "");
  return trimmed === "" ? "/" : trimmed.slice(trimmed.lastIndexOf("/") + 1);
}

/** path.Dir */
export function pathDir(path: string): string {
  return pathClean(path.slice(0, path.lastIndexOf("/") + 1));
}

/** path.Clean */
export function pathClean(path: string): string {
  const isRooted = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (!isRooted) parts.push("..");
  }
  const joined = parts.join("/");
  return isRooted ? `/${joined}` : joined === "" ? "." : joined;
}

/** path.Ext */
export function pathExt(path: string): string {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const dot = name.lastIndexOf(".");
  return dot < 0 ? "" : name.slice(dot);
}
