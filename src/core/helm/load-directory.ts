import { utf8DecodeLossy } from "../../platform/bytes.js";
import { InputError } from "../errors.js";
import type { FileTree } from "../render/file-tree.js";
import { memoryTree } from "../render/memory-tree.js";
import { maxChartBytes, readArchive, withoutMark } from "./archive.js";
import type { Chart, ChartFile } from "./chart.js";
import { helmError } from "./failure.js";
import { IgnoreRules } from "./ignore.js";
import { loadChartFiles } from "./load-files.js";

const maxDepth = 100;

/** The chart at `path` of a tree: a folder, or a packed chart. Throws InputError HELM_CHART or HELM_ARCHIVE. */
export function loadChart(tree: FileTree, path: string): Chart {
  if (tree.kind(path) === "file") return loadChartArchive(tree.read(path)?.bytes ?? new Uint8Array());
  if (tree.kind(path) === undefined)
    throw helmError(`path ${JSON.stringify(path)} not found`, { code: "HELM_NOT_FOUND", file: path });
  return chartOfFolder(readChartFolder(tree, path), path);
}

/** The chart of the files of the folder `path`. */
export function chartOfFolder(files: readonly ChartFile[], path: string): Chart {
  try {
    return loadChartFiles(files);
  } catch (error) {
    throw below(path, error);
  }
}

export interface FolderFile extends ChartFile {
  /** Identity of the content. */
  readonly id: string;
}

/** What belongs to the chart in a folder: `.helmignore` is followed. Throws InputError HELM_CHART or HELM_ARCHIVE. */
export function readChartFolder(tree: FileTree, path: string): FolderFile[] {
  try {
    return readFolder(tree, path);
  } catch (error) {
    throw below(path, error);
  }
}

/** The chart of a .tgz file's bytes. */
export function loadChartArchive(bytes: Uint8Array): Chart {
  const files = readArchive(bytes);
  if (!files.some(({ name }) => name === "Chart.yaml")) throw helmError("unable to detect chart version, no Chart.yaml found");
  return loadChartFiles(files);
}

function readFolder(tree: FileTree, root: string): FolderFile[] {
  const at = (name: string) => (root === "" ? name : `${root}/${name}`);
  const ignoreFile = tree.read(at(".helmignore"));
  const rules = new IgnoreRules(ignoreFile ? utf8DecodeLossy(ignoreFile.bytes) : "");
  const files: FolderFile[] = [];
  let left = maxChartBytes;
  const walk = (folder: string, depth: number): void => {
    if (depth > maxDepth) throw helmError(`folders are nested too deeply: ${folder}`, { code: "HELM_ARCHIVE" });
    for (const entry of tree.list(folder === "" ? root : at(folder)) ?? []) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      const kind = entry.kind === "symlink" ? tree.kind(at(name)) : entry.kind;
      if (kind === undefined)
        throw helmError(`error evaluating symlink ${at(name)}: no such file or directory`, { file: at(name) });
      if (rules.ignores(name, kind === "directory")) continue;
      if (kind === "directory") {
        walk(name, depth + 1);
        continue;
      }
      const { bytes, id } = tree.read(at(name)) ?? { bytes: new Uint8Array(), id: "" };
      left -= bytes.length;
      if (left <= 0) throw helmError(`chart is larger than the maximum size ${maxChartBytes}`, { code: "HELM_ARCHIVE" });
      files.push({ name, bytes: withoutMark(bytes), id });
    }
  };
  walk("", 0);
  return files;
}

/** The error with its file below the chart's folder. */
function below(path: string, error: unknown): unknown {
  if (!(error instanceof InputError) || path === "" || error.location === undefined) return error;
  if (error.location.file.startsWith(`${path}/`)) return error;
  const location = { ...error.location, file: `${path}/${error.location.file}` };
  return new InputError(error.message, { code: error.code, location, cause: error.cause });
}

/** The files of a packed chart as a tree, the chart at its root. */
export function chartTree(bytes: Uint8Array): FileTree {
  return memoryTree(Object.fromEntries(readArchive(bytes).map((file) => [file.name, file.bytes])));
}
