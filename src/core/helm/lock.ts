import { sha256Hex } from "../../platform/hash.js";
import { encodeJson } from "../gotemplate/json/encode.js";
import { fromBytes } from "../gotemplate/value/text.js";
import type { GoValue } from "../gotemplate/value/value.js";
import type { Chart, Dependency } from "./chart.js";
import { decodeMap, StructReader } from "./decode.js";
import { helmError } from "./failure.js";

/** Chart.lock: which versions a chart's ranges came to. */
export interface ChartLock {
  readonly dependencies: readonly Pick<Dependency, "name" | "version" | "repository">[];
  readonly digest: string;
}

/** The chart's lock, undefined without one. Throws HELM_DEPENDENCIES where it was made for other dependencies than Chart.yaml has. */
export function lockOf({ metadata, lock }: Chart): ChartLock | undefined {
  if (lock === undefined) return undefined;
  const read = readLock(fromBytes(lock));
  const wanted = [lockDigest(metadata.dependencies, read.dependencies)];
  // A lock that Helm 2 made.
  if (metadata.apiVersion === "v1") wanted.push(digestOf(requirementsText(metadata.dependencies)));
  if (wanted.includes(read.digest)) return read;
  const file = metadata.apiVersion === "v1" ? "requirements" : "Chart";
  throw helmError(
    `the lock file (${file}.lock) is out of sync with the dependencies file (${metadata.apiVersion === "v1" ? "requirements" : "Chart"}.yaml). Please update the dependencies`,
    { code: "HELM_DEPENDENCIES", file: `${file}.lock` },
  );
}

/** Helm's digest of what was asked for and what it came to. */
export function lockDigest(wanted: readonly Dependency[], locked: ChartLock["dependencies"]): string {
  return digestOf(`[${listText(wanted)},${listText(locked)}]`);
}

function readLock(text: string): ChartLock {
  const reader = new StructReader({ name: "Lock", type: "v2.Lock" }, decodeMap(text));
  const dependencies = reader.list("dependencies").map((value) => {
    const entry = new StructReader({ name: "Dependency", type: "v2.Dependency" }, value);
    return { name: entry.string("name"), version: entry.string("version"), repository: entry.string("repository") };
  });
  return { dependencies, digest: reader.string("digest") };
}

function digestOf(text: string): string {
  return `sha256:${sha256Hex(text)}`;
}

function requirementsText(dependencies: readonly Dependency[]): string {
  return `{"dependencies":${listText(dependencies)}}`;
}

function listText(dependencies: readonly (Partial<Dependency> & Pick<Dependency, "name" | "repository">)[]): string {
  return dependencies.length === 0 ? "null" : `[${dependencies.map(dependencyText).join(",")}]`;
}

/** encoding/json of Helm's struct: its order, empty fields left out. */
function dependencyText(dependency: Partial<Dependency> & Pick<Dependency, "name" | "repository">): string {
  const {
    name,
    version = "",
    repository,
    condition = "",
    tags = [],
    enabled = false,
    importValues = [],
    alias = "",
  } = dependency;
  const fields = [`"name":${encodeJson(name)}`];
  const add = (key: string, isSet: boolean, text: () => string) => void (isSet && fields.push(`"${key}":${text()}`));
  const list = (items: readonly unknown[]) => `[${items.map((item) => encodeJson(item as GoValue)).join(",")}]`;
  add("version", version !== "", () => encodeJson(version));
  add("repository", true, () => encodeJson(repository));
  add("condition", condition !== "", () => encodeJson(condition));
  add("tags", tags.length > 0, () => list(tags));
  add("enabled", enabled, () => "true");
  add("import-values", importValues.length > 0, () => list(importValues));
  add("alias", alias !== "", () => encodeJson(alias));
  return `{${fields.join(",")}}`;
}
