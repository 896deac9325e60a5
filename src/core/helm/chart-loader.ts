import type { FileTree } from "../render/file-tree.js";
import type { Chart, ChartFile } from "./chart.js";
import { chartOfFolder, loadChart, readChartFolder } from "./load-directory.js";

/**
 * `loadChart` that knows the charts it loaded last by the content of their files, of about so many bytes: hundreds of Applications
 * share a few charts. The tree is read each time, so that read-sets stay complete.
 */
export function chartLoader(generationBytes = 128 * 1024 * 1024): (tree: FileTree, path: string) => Chart {
  let young = new Map<string, Chart>();
  let old = new Map<string, Chart>();
  let size = 0;
  return (tree, path) => {
    if (tree.kind(path) !== "directory") return loadChart(tree, path);
    const files = readChartFolder(tree, path);
    const key = JSON.stringify([path, files.map(({ name, id }) => [name, id])]);
    const recent = young.get(key);
    if (recent) return recent;
    const chart = old.get(key) ?? chartOfFolder(files, path);
    size += files.reduce((sum, { bytes }: ChartFile) => sum + bytes.length, key.length);
    if (size > generationBytes) {
      old = young;
      young = new Map();
      size = 0;
    }
    young.set(key, chart);
    return chart;
  };
}
