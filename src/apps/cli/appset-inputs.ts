import { readdirSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  type ApplicationSet,
  admitApplicationSet,
  type Cluster,
  clustersFromInventory,
  decodeApplicationSet,
} from "../../core/applicationset/index.js";
import { InputError, type Location } from "../../core/errors.js";
import type { Value } from "../../core/manifest/value.js";
import { isObject, objectAt, stringAt } from "../../core/manifest/value.js";
import { locate } from "../../core/yaml/locate.js";
import { parseYamlDocuments } from "../../core/yaml/parse.js";
import type { CliIo } from "./io.js";

/** An ApplicationSet and where it was read. */
export interface LoadedSet {
  readonly set: ApplicationSet;
  readonly file: string;
  /** What the API server would say of it. */
  readonly admissionErrors: readonly string[];
  readonly pruned: readonly string[];
  /** Where a path of the manifest stands in the file. */
  locate(path: readonly (string | number)[]): Location | undefined;
}

/** The ApplicationSets in a text; other documents are passed over. Throws InputError for bad YAML or a field of the wrong type. */
export function setsOfText(text: string, file: string): readonly LoadedSet[] {
  return parseYamlDocuments(text, { dialect: "kubernetes", duplicateKeys: "last", file }).flatMap((document, index) => {
    if (!isObject(document) || document["kind"] !== "ApplicationSet") return [];
    const admission = admitApplicationSet(document);
    const at = (path: readonly (string | number)[]): Location | undefined => locate(text, path, { document: index, file });
    const { errors, pruned } = admission;
    return [{ set: decodeApplicationSet(admission.manifest), file, admissionErrors: errors, pruned, locate: at }];
  });
}

/** Reads files and folders (`-` is standard input) for ApplicationSets. */
export async function loadSets(io: CliIo, paths: readonly string[]): Promise<readonly LoadedSet[]> {
  const loaded: LoadedSet[] = [];
  for (const path of paths) {
    if (path === "-") loaded.push(...setsOfText(await io.readInput(), "stdin"));
    else
      for (const file of yamlFilesAt(resolve(io.cwd, path), path))
        loaded.push(...setsOfText(readFileSync(file.full, "utf8"), file.shown));
  }
  if (loaded.length === 0) throw new InputError(`no ApplicationSet in ${paths.join(", ")}`, { code: "CLI_NO_APPLICATIONSET" });
  return loaded;
}

/** What an inventory tells: clusters, and the projects that it holds (undefined where it holds none, so that none is missed). */
export interface Inventory {
  readonly clusters: readonly Cluster[];
  readonly projects: ReadonlySet<string> | undefined;
}

export function inventoryOf(documents: readonly { readonly file: string; readonly value: Value }[]): Inventory {
  const projects = new Set<string>();
  const clusters: Cluster[] = [];
  for (const { file, value } of documents) {
    if (isObject(value) && value["kind"] === "AppProject") projects.add(stringAt(objectAt(value, "metadata"), "name"));
    else clusters.push(...clustersFromInventory([value], file));
  }
  return { clusters, projects: projects.size > 0 ? projects.add("default") : undefined };
}

export function loadInventory(io: CliIo, path: string | undefined): Inventory {
  if (path === undefined) return { clusters: [], projects: undefined };
  return inventoryOf(
    yamlFilesAt(resolve(io.cwd, path), path).flatMap(({ full, shown }) =>
      parseYamlDocuments(readFileSync(full, "utf8"), { dialect: "kubernetes", duplicateKeys: "last", file: shown }).map(
        (value) => ({ file: shown, value }),
      ),
    ),
  );
}

interface YamlFile {
  readonly full: string;
  readonly shown: string;
}

function yamlFilesAt(full: string, shown: string): readonly YamlFile[] {
  const stats = statSync(full, { throwIfNoEntry: false });
  if (!stats) throw new InputError(`${shown} is not there`, { code: "CLI_FILE_MISSING", location: { file: shown } });
  if (!stats.isDirectory()) return [{ full, shown }];
  return readdirSync(full, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry): readonly YamlFile[] => {
      const child = { full: join(full, entry.name), shown: join(shown, entry.name) };
      if (entry.isDirectory()) return yamlFilesAt(child.full, child.shown);
      return /\.(ya?ml|json)$/.test(entry.name) ? [child] : [];
    });
}
