import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** The cases of every `.jsonl` file in `folder` whose id contains `match`, in file order; `parse` for numbers beyond 2^53. */
export function* readCases<Case extends { readonly id: string }>(
  folder: string,
  options: {
    readonly match?: string | undefined;
    readonly parse?: (line: string) => unknown;
    readonly only?: (file: string) => boolean;
  } = {},
): Generator<Case> {
  const parse = options.parse ?? JSON.parse;
  for (const file of readdirSync(folder).sort()) {
    if (!file.endsWith(".jsonl") || options.only?.(file) === false) continue;
    for (const line of readFileSync(join(folder, file), "utf8").split("\n")) {
      if (line.trim() === "") continue;
      const found = parse(line) as Case;
      if (options.match === undefined || found.id.includes(options.match)) yield found;
    }
  }
}
