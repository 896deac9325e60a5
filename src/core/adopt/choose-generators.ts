import { utf8Decode } from "../../platform/bytes.js";
import type { Cluster } from "../applicationset/index.js";
import { isObject, type Value, type ValueObject } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { parseYaml } from "../yaml/parse.js";
import type { Attribute } from "./explain-leaves.js";

/** What a repository holds that can generate one side in place of a written list. */
export interface GeneratorSources {
  readonly clusters: readonly Cluster[];
  readonly tree: FileTree;
  /** The URL under which the Applications name the repository. */
  readonly repoURL: string;
}

/** One generator of a side, and the Go template expression of each of its attributes. */
export interface SideGenerator {
  readonly generator: ValueObject;
  readonly expressions: ReadonlyMap<string, string>;
}

/** Rows of a side: a value of each attribute. */
export type Rows = readonly ReadonlyMap<string, Value | undefined>[];

/** The side written out. */
export function listGenerator(rows: Rows, attributes: readonly Attribute[], names: ReadonlyMap<string, string>): SideGenerator {
  const elements = rows.map((row) =>
    Object.fromEntries(attributes.map(({ name }): [string, Value] => [names.get(name) ?? name, row.get(name) ?? ""])),
  );
  return {
    generator: { list: { elements } },
    expressions: new Map(attributes.map(({ name }) => [name, `.${names.get(name) ?? name}`])),
  };
}

/** The clusters generator, where Secrets of the repository say all that the rows say and no other cluster is taken. */
export function clustersGenerator(
  rows: Rows,
  attributes: readonly Attribute[],
  clusters: readonly Cluster[],
): SideGenerator | undefined {
  if (rows.length < 2 || clusters.length !== rows.length) return undefined;
  const readers: [expression: string, read: (cluster: Cluster) => string | undefined][] = [
    [".name", ({ name }) => name],
    [".server", ({ server }) => server],
    ...[...new Set(clusters.flatMap(({ labels }) => Object.keys(labels)))].map(
      (key): [string, (cluster: Cluster) => string | undefined] => [labelExpression(key), ({ labels }) => labels[key]],
    ),
  ];
  const expressions = matchRows(rows, attributes, clusters, readers);
  const selector = { matchLabels: { "argocd.argoproj.io/secret-type": "cluster" } };
  return expressions && { generator: { clusters: { selector } }, expressions };
}

/** A git files generator, where a file of the repository for each row (`apps/cart/config.json`) says all that the rows say. */
export function gitFilesGenerator(
  rows: Rows,
  attributes: readonly Attribute[],
  sources: GeneratorSources,
): SideGenerator | undefined {
  for (const top of sources.tree.list("") ?? []) {
    if (top.kind !== "directory") continue;
    const folders = (sources.tree.list(top.name) ?? []).filter(({ kind }) => kind === "directory");
    if (folders.length !== rows.length) continue;
    for (const { name: file } of sources.tree.list(`${top.name}/${folders[0]?.name}`) ?? []) {
      if (!/^[A-Za-z0-9_-]+\.(json|ya?ml)$/.test(file)) continue;
      const contents = folders.map((folder) => readObject(sources.tree, `${top.name}/${folder.name}/${file}`));
      if (!contents.every((content) => content !== undefined)) continue;
      const keys = [...new Set(contents.flatMap((content) => Object.keys(content)))].filter((key) => /^[A-Za-z_]\w*$/.test(key));
      const readers = keys.map((key): [string, (content: ValueObject) => string | undefined] => [
        `.${key}`,
        (content) => (typeof content[key] === "string" ? content[key] : undefined),
      ]);
      const expressions = matchRows(rows, attributes, contents, readers);
      const git = { repoURL: sources.repoURL, revision: "HEAD", files: [{ path: `${top.name}/*/${file}` }] };
      if (expressions) return { generator: { git }, expressions };
    }
  }
  return undefined;
}

/** Pairs each row with one item by an attribute that tells all apart; then every attribute must be readable from the items. */
function matchRows<Item>(
  rows: Rows,
  attributes: readonly Attribute[],
  items: readonly Item[],
  readers: readonly (readonly [expression: string, read: (item: Item) => string | undefined])[],
): ReadonlyMap<string, string> | undefined {
  for (const { name } of attributes) {
    for (const [, read] of readers) {
      const byKey = new Map(items.map((item) => [read(item), item]));
      if (byKey.size !== items.length) continue;
      const paired = rows.map((row) => byKey.get(row.get(name) as string));
      if (!paired.every((item) => item !== undefined)) continue;
      const expressions = new Map<string, string>();
      for (const attribute of attributes) {
        const reader = readers.find(([, value]) => rows.every((row, at) => value(paired[at]!) === row.get(attribute.name)));
        if (!reader) break;
        expressions.set(attribute.name, reader[0]);
      }
      if (expressions.size === attributes.length) return expressions;
    }
  }
  return undefined;
}

function labelExpression(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.metadata.labels.${key}` : `(index .metadata.labels ${JSON.stringify(key)})`;
}

function readObject(tree: FileTree, path: string): ValueObject | undefined {
  const text = utf8Decode(tree.read(path)?.bytes ?? new Uint8Array());
  if (text === undefined || text === "") return undefined;
  try {
    const value = parseYaml(text, { dialect: "kubernetes" });
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
