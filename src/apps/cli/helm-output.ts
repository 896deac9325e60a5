import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { InputError } from "../../core/errors.js";
import type { ChartOutput } from "../../core/helm/index.js";
import type { CliIo } from "./io.js";

/** `--output-dir`: a file for each template, all its documents in it, as Helm writes them. */
export function writeManifests(io: CliIo, output: ChartOutput, folder: string): void {
  const root = resolve(io.cwd, folder);
  const begun = new Set<string>();
  for (const { path, text } of [...output.crds, ...output.manifests, ...output.hooks]) {
    const file = resolve(root, path);
    if (relative(root, file).startsWith(".."))
      throw new InputError(`${path} lies outside ${folder}`, { code: "HELM_USAGE", location: { file: path } });
    mkdirSync(dirname(file), { recursive: true });
    const document = `---\n# Source: ${path}\n${text}\n`;
    if (begun.has(file)) appendFileSync(file, document);
    else writeFileSync(file, document);
    begun.add(file);
    io.out(`wrote ${join(folder, path)}\n`);
  }
  io.out("\n");
}
