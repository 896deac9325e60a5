import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { InputError } from "#src/core/errors.js";
import type { Value } from "#src/core/manifest/value.js";
import { parseYamlDocuments } from "#src/core/yaml/parse.js";
import { readCases } from "../conformance/jsonl.js";
import type { BuildCase } from "./kustomize-case.js";
import type { CaseMaker } from "./kustomize-makers.js";
import { mutateText } from "./mutate-text.js";
import { mutateValue, type Pool } from "./mutate-value.js";
import type { Random } from "./random.js";
import { randomYaml } from "./random-yaml.js";

interface Recorded extends BuildCase {
  readonly id: string;
  readonly kind: string;
  readonly needsHelm?: boolean;
}

/** Recorded cases with their files changed; no makers where the corpus is not beside the project. */
export function mutatedCases(): readonly CaseMaker[] {
  const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
  const corpus = join(process.env["CONFORMANCE_CORPUS"] ?? join(root, "../shared/conformance"), "kustomize");
  if (!existsSync(corpus)) return [];
  const recorded = [...readCases<Recorded>(corpus)].filter(
    (found) => found.kind === "build" && !found.needsHelm && !found.options?.enableAlphaPlugins && sizeOf(found) < 30_000,
  );
  const pool = poolOf(recorded);
  const make = (change: (random: Random, text: string, path: string) => string) => (random: Random) =>
    mutated(random, random.pick(recorded), change);
  return [
    { name: "text", make: make((random, text) => mutateText(random, text)) },
    { name: "values", make: make((random, text, path) => mutateDocuments(random, text, path, pool)) },
    { name: "styles", make: make((random, text) => restyled(random, text)) },
  ];
}

function sizeOf({ files }: BuildCase): number {
  return Object.values(files).reduce((sum, text) => sum + text.length, 0);
}

const remote = /https?:|ssh:|git@|git::|github\.com|file:\/|gitlab|bitbucket|dev\.azure|gh:|ref=|\.git\b|\?/;

/** Nothing that would make the original look for a network, a container or a program. */
function isLocal(files: Readonly<Record<string, string>>): boolean {
  return Object.entries(files).every(
    ([path, text]) =>
      !isKustomization(path) || !remote.test(text.replace(/raw\.githubusercontent\S*|reg\S*|json-schema\S*/g, "")),
  );
}

function isKustomization(path: string): boolean {
  return /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path);
}

function mutated(
  random: Random,
  found: Recorded,
  change: (random: Random, text: string, path: string) => string,
): BuildCase | undefined {
  const files: Record<string, string> = { ...found.files };
  const paths = Object.keys(files).filter((path) => files[path] !== "");
  const count = random.chance(0.6) ? 1 : 1 + random.below(3);
  for (let i = 0; i < count; i++) {
    const kustomizations = paths.filter(isKustomization);
    const path = random.chance(0.5) && kustomizations.length > 0 ? random.pick(kustomizations) : random.pick(paths);
    if (path === undefined) return undefined;
    files[path] = change(random, files[path]!, path);
  }
  if (!isLocal(files)) return undefined;
  const { binaryFiles, symlinks, dirs, target, options } = found;
  return {
    files,
    ...(binaryFiles && { binaryFiles }),
    ...(symlinks && { symlinks }),
    ...(dirs && { dirs }),
    target: target === "." ? "" : target,
    options: {
      ...options,
      ...(random.chance(0.3) ? { reorder: random.pick(["legacy", "none"] as const) } : {}),
      ...(random.chance(0.1) ? { loadRestrictions: "none" as const } : {}),
      ...(random.chance(0.05) ? { managedByLabel: true } : {}),
    },
  };
}

function read(text: string): readonly Value[] | undefined {
  try {
    return parseYamlDocuments(text, { dialect: "kubernetes" }) as readonly Value[];
  } catch (error) {
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function restyled(random: Random, text: string): string {
  const documents = read(text);
  if (documents === undefined || documents.some((value) => typeof value !== "object")) return mutateText(random, text);
  return join_(
    random,
    documents.map((value) => randomYaml(random, value)),
  );
}

function mutateDocuments(random: Random, text: string, path: string, pool: Pool): string {
  const documents = read(text);
  if (documents === undefined || documents.some((value) => typeof value !== "object")) return mutateText(random, text);
  const place = isKustomization(path) ? "kustomization" : "";
  const changed = documents.map((value) =>
    random.chance(1 / documents.length + 0.2) ? mutateValue(random, value, pool, place) : value,
  );
  return join_(
    random,
    changed.map((value) => randomYaml(random, value)),
  );
}

function join_(random: Random, texts: readonly string[]): string {
  const between = random.chance(0.1)
    ? random.pick(["---\n---\n", "--- # c\n", "---\n# only a comment\n---\n", "...\n---\n", "---\nnull\n---\n"])
    : "---\n";
  return (random.chance(0.1) ? "---\n" : "") + texts.join(between);
}

/** What the corpus has under each key, for putting one case's values into another. */
function poolOf(recorded: readonly Recorded[]): Pool {
  const byKey = new Map<string, Value[]>();
  const fields = new Map<string, Value[]>();
  const add = (into: Map<string, Value[]>, key: string, value: Value): void => {
    const known = into.get(key);
    if (known === undefined) into.set(key, [value]);
    else if (known.length < 300) known.push(value);
  };
  const walk = (value: Value): void => {
    if (Array.isArray(value)) value.forEach(walk);
    else if (typeof value === "object" && value !== null)
      for (const [key, item] of Object.entries(value)) {
        add(byKey, key, item);
        walk(item);
      }
  };
  for (const found of recorded)
    for (const [path, text] of Object.entries(found.files)) {
      if (found.id.startsWith("gen/yaml")) continue;
      for (const document of read(text) ?? []) {
        walk(document);
        if (isKustomization(path) && typeof document === "object" && document !== null)
          for (const [key, item] of Object.entries(document)) if (key !== "resources") add(fields, key, item as Value);
      }
    }
  return { byKey, fields };
}
