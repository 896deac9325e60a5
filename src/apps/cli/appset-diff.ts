import type { Command } from "commander";
import { openCheckout } from "../../adapters/git/checkout.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { isObject } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { emitJson } from "../../core/yaml/json.js";
import { parseYamlDocuments } from "../../core/yaml/parse.js";
import { utf8DecodeLossy } from "../../platform/bytes.js";
import { manifestOf, preview } from "./appset-generate.js";
import { type Inventory, inventoryOf, type LoadedSet, loadInventory, setsOfText } from "./appset-inputs.js";
import { localSources, normalizeUrl, parseRepos } from "./appset-sources.js";
import { collect } from "./collect.js";
import { type CliIo, guarded } from "./io.js";
import { outputOption, printValue } from "./output.js";

interface Options {
  readonly checkout?: string;
  readonly path: string;
  readonly inventory?: string;
  readonly repo: readonly string[];
  readonly output: string;
}

/** `fleetwright appset diff REV_A REV_B`: the Applications that appear, vanish and change between two commits of this clone. */
export function registerAppsetDiff(appset: Command, io: CliIo): void {
  appset
    .command("diff <revision-a> <revision-b>")
    .description("what a commit does to the Applications of the sets in this clone")
    .option("--checkout <dir>", "a clone other than the one around the working directory")
    .option("--path <folder>", "folder with the ApplicationSets", "")
    .option("--inventory <path>", "clusters; by default the Secrets in the same folder at each revision")
    .option("--repo <url=path>", "where another repository is on this machine (again for each)", collect, [])
    .addOption(outputOption(["text", "json"], "text"))
    .action((a: string, b: string, options: Options) => guarded(io, () => run(io, [a, b], options)));
}

async function run(io: CliIo, revisions: readonly [string, string], options: Options): Promise<void> {
  const checkout = await openCheckout(options.checkout ?? io.cwd);
  try {
    const own = new Set(checkout.remotes.map(normalizeUrl));
    const [before, after] = await Promise.all(
      revisions.map(async (revision) => {
        const tree = await checkout.tree(await checkout.resolve(revision));
        return applicationsAt(io, tree, own, options);
      }),
    );
    const changes = compare(before!, after!);
    if (options.output === "json") printValue(io, changes, "json");
    else io.out(textOf(changes));
    if (changes.length > 0) io.setExitCode(1);
  } finally {
    checkout.close();
  }
}

/** name → manifest of every Application that the sets at this commit generate. */
async function applicationsAt(
  io: CliIo,
  tree: FileTree,
  own: ReadonlySet<string>,
  options: Options,
): Promise<ReadonlyMap<string, ValueObject>> {
  const { sets, inventory } = readPlatform(tree, options.path);
  const clusters = options.inventory === undefined ? inventory : loadInventory(io, options.inventory);
  const repos = parseRepos(io, options.repo);
  // The compared commit stands for every revision of this clone's own repository, and of any that is not named.
  const sources = localSources(repos, async (url) =>
    own.has(normalizeUrl(url)) || !repos.has(normalizeUrl(url)) ? tree : undefined,
  );
  const found = new Map<string, ValueObject>();
  for (const loaded of sets) {
    const { applications, errors } = await preview(loaded, clusters, sources);
    for (const { error } of errors) io.err(`Error: ${loaded.file}: ${loaded.set.metadata.name}: ${error.message}\n`);
    for (const application of applications)
      found.set(`${application.metadata.namespace}/${application.metadata.name}`, manifestOf(application));
  }
  sources.close();
  return found;
}

function readPlatform(tree: FileTree, folder: string): { readonly sets: readonly LoadedSet[]; readonly inventory: Inventory } {
  const sets: LoadedSet[] = [];
  const documents: { file: string; value: Parameters<typeof inventoryOf>[0][number]["value"] }[] = [];
  const visit = (directory: string): void => {
    for (const { name, kind } of tree.list(directory) ?? []) {
      const path = directory === "" ? name : `${directory}/${name}`;
      if (kind === "directory") visit(path);
      else if (/\.ya?ml$/.test(name)) readFile(path);
    }
  };
  const readFile = (path: string): void => {
    const text = utf8DecodeLossy(tree.read(path)?.bytes ?? new Uint8Array());
    if (/kind:\s*['"]?ApplicationSet\b/.test(text)) sets.push(...setsOfText(text, path));
    if (!/argocd\.argoproj\.io\/secret-type|kind:\s*AppProject/.test(text)) return;
    for (const value of parseYamlDocuments(text, { dialect: "kubernetes", duplicateKeys: "last", file: path })) {
      if (isObject(value) && (value["kind"] === "Secret" || value["kind"] === "AppProject"))
        documents.push({ file: path, value });
    }
  };
  visit(folder.replace(/\/+$/, ""));
  return { sets, inventory: inventoryOf(documents) };
}

interface Change {
  readonly [field: string]: string | readonly string[];
  readonly kind: "appears" | "vanishes" | "changes";
  readonly application: string;
  /** `spec.source.path: "a" -> "b"` */
  readonly fields: readonly string[];
}

function compare(before: ReadonlyMap<string, ValueObject>, after: ReadonlyMap<string, ValueObject>): readonly Change[] {
  return [...new Set([...before.keys(), ...after.keys()])].sort().flatMap((application): readonly Change[] => {
    const old = before.get(application);
    const now = after.get(application);
    if (!old) return [{ kind: "appears", application, fields: [] }];
    if (!now) return [{ kind: "vanishes", application, fields: [] }];
    const fields = changedFields(old, now, "");
    return fields.length === 0 ? [] : [{ kind: "changes", application, fields }];
  });
}

function changedFields(old: unknown, now: unknown, path: string): string[] {
  if (isObject(old) && isObject(now)) {
    const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
    return keys.flatMap((key) => changedFields(old[key], now[key], path === "" ? key : `${path}.${key}`));
  }
  const [left, right] = [textOfValue(old), textOfValue(now)];
  return left === right ? [] : [`${path}: ${left} -> ${right}`];
}

function textOfValue(value: unknown): string {
  return value === undefined ? "none" : emitJson(value as ValueObject, { escapeHtml: false });
}

const signs = { appears: "+", vanishes: "-", changes: "~" } as const;

function textOf(changes: readonly Change[]): string {
  const lines = changes.flatMap(({ kind, application, fields }) => [
    `${signs[kind]} ${application}`,
    ...fields.map((field) => `    ${field}`),
  ]);
  const count = (kind: Change["kind"]): number => changes.filter((change) => change.kind === kind).length;
  lines.push(`${count("appears")} appear, ${count("vanishes")} vanish, ${count("changes")} change`);
  return `${lines.join("\n")}\n`;
}
