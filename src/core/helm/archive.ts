import { gunzip } from "../../platform/bytes.js";
import { quote } from "../gotemplate/fmt/quote.js";
import { pathClean } from "../gotemplate/funcs/paths.js";
import type { ChartFile } from "./chart.js";
import { helmError } from "./failure.js";
import { readTar } from "./tar.js";

/** Helm: the files of a chart together hold at most 100 MiB. */
export const maxChartBytes = 100 * 1024 * 1024;
const maxFiles = 20_000;
/** Headers and padding on top of the content. */
const maxArchiveBytes = maxChartBytes + maxFiles * 1024;

/**
 * The files of a packed chart (.tgz), names relative to its folder. Nothing is written anywhere. Throws
 * InputError HELM_ARCHIVE for names that leave the chart and for archives beyond the limits.
 */
export function readArchive(bytes: Uint8Array): ChartFile[] {
  const files: ChartFile[] = [];
  let left = maxChartBytes;
  for (const entry of readTar(inflate(bytes))) {
    // Links and devices are files without content (Helm): nothing is followed.
    if (entry.kind === "directory") continue;
    left -= entry.bytes.length;
    if (left <= 0) throw tooLarge();
    if (files.length >= maxFiles) throw refused(`chart has more than ${maxFiles} files`);
    files.push({ name: innerName(entry.name), bytes: withoutMark(entry.bytes) });
  }
  if (files.length === 0) throw refused("no files in chart archive");
  return files;
}

function inflate(bytes: Uint8Array): Uint8Array {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) throw refused("gzip: invalid header");
  try {
    return gunzip(bytes, maxArchiveBytes);
  } catch (error) {
    if (error instanceof RangeError) throw tooLarge();
    throw refused("gzip: invalid or truncated data");
  }
}

/** The name below the chart's folder, checked as Helm does. */
function innerName(name: string): string {
  const separator = name.includes("\\") ? "\\" : "/";
  const [folder = "", ...rest] = name.split(separator);
  const inner = rest.join("/");
  if (inner.startsWith("/")) throw refused("chart illegally contains absolute paths");
  const clean = pathClean(inner);
  if (clean === ".") throw refused(`chart illegally contains content outside the base directory: ${quote(name)}`);
  if (clean.startsWith("..")) throw refused("chart illegally references parent directory");
  if (/^[a-zA-Z]:\//.test(clean)) throw refused("chart contains illegally named files");
  if (folder === "Chart.yaml") throw refused("chart yaml not in base directory");
  return clean;
}

/** Helm drops a byte order mark. */
export function withoutMark(bytes: Uint8Array): Uint8Array {
  return bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;
}

function tooLarge(): ReturnType<typeof helmError> {
  return refused(`decompressed chart is larger than the maximum size ${maxChartBytes}`);
}

function refused(message: string): ReturnType<typeof helmError> {
  return helmError(message, { code: "HELM_ARCHIVE" });
}
