import type { Value } from "../../manifest/value.js";
import { markTyped, normalizeName } from "../params/params.js";

/** Adds what a git generator tells about a path: nested under `path` for Go templates, flat keys (`path.basename`, `path[0]`) otherwise. */
export function pathParams(
  into: Record<string, Value>,
  options: { readonly directory: string; readonly filename?: string; readonly prefix: string; readonly goTemplate: boolean },
): void {
  const { directory, filename, prefix } = options;
  const segments = directory.split("/");
  const basename = segments.at(-1)!;
  if (options.goTemplate) {
    const path: Record<string, Value> = {
      path: directory,
      basename,
      basenameNormalized: normalizeName(basename),
      segments: markTyped(segments, "strings"),
    };
    if (filename !== undefined) {
      path["filename"] = filename;
      path["filenameNormalized"] = normalizeName(filename);
    }
    if (prefix === "") into["path"] = path;
    else into[prefix] = { path };
    return;
  }
  const name = prefix === "" ? "path" : `${prefix}.path`;
  into[name] = directory;
  into[`${name}.basename`] = basename;
  into[`${name}.basenameNormalized`] = normalizeName(basename);
  if (filename !== undefined) {
    into[`${name}.filename`] = filename;
    into[`${name}.filenameNormalized`] = normalizeName(filename);
  }
  segments.forEach((segment, index) => {
    if (segment !== "") into[`${name}[${index}]`] = segment;
  });
}
