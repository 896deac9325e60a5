import { display } from "../gotemplate/fmt/format.js";
import { deepCopy } from "../gotemplate/funcs/dicts.js";
import { types } from "../gotemplate/value/type.js";
import { GoMap, type GoValue } from "../gotemplate/value/value.js";
import { parseConstraint, satisfies } from "../semver/constraint.js";
import { versionOf } from "../semver/version.js";
import type { Chart, Dependency } from "./chart.js";
import { type CoalesceOptions, coalesceTables, coalesceValues } from "./coalesce.js";
import { helmError, prefixed } from "./failure.js";
import { tableAt, valueAt } from "./values.js";

type Warn = CoalesceOptions["warn"];

/** The chart with aliases applied, disabled dependencies removed and `import-values` taken over. */
export function processDependencies(chart: Chart, values: GoMap, warn: Warn): Chart {
  try {
    return imported(chart, enableDependencies(chart, values, "", warn), warn);
  } catch (error) {
    throw prefixed("chart dependencies processing failed: ", error);
  }
}

/** Throws HELM_DEPENDENCIES when a dependency of Chart.yaml is not among the loaded subcharts. */
export function checkDependencies(chart: Chart): void {
  const missing = chart.metadata.dependencies
    .map((dependency) => dependency.name)
    .filter((name) => !chart.dependencies.some((child) => child.metadata.name === name));
  if (missing.length === 0) return;
  const reason = `found in Chart.yaml, but missing in charts/ directory: ${missing.join(", ")}`;
  throw helmError(
    `an error occurred while checking for chart dependencies. You may need to run 'helm dependency build' to fetch missing dependencies: ${reason}`,
    { code: "HELM_DEPENDENCIES" },
  );
}

/** Whether `version` lies in `range`; false where either cannot be read. */
export function isCompatible(range: string, version: string): boolean {
  const parsed = versionOf(version);
  const constraint = parseConstraint(range);
  return parsed !== undefined && "constraint" in constraint && satisfies(parsed, constraint.constraint);
}

function enableDependencies(chart: Chart, values: GoMap, path: string, warn: Warn): Chart {
  const { dependencies: wanted } = chart.metadata;
  if (wanted.length === 0) return chart;
  const unlisted = chart.dependencies.filter(
    (child) => !wanted.some(({ name, version }) => name === child.metadata.name && isCompatible(version, child.metadata.version)),
  );
  const listed = wanted.flatMap((dependency) => findDependency(chart.dependencies, dependency) ?? []);
  const renamed = wanted.map((dependency) => (dependency.alias === "" ? dependency : { ...dependency, name: dependency.alias }));
  const all: Chart = { ...chart, dependencies: [...unlisted, ...listed] };
  const coalesced = coalesceValues(all, values, { merge: false, warn });
  const enabled = renamed.map((dependency) => ({ ...dependency, enabled: isEnabled(dependency, coalesced, path, warn) }));
  const removed = new Set(enabled.filter((dependency) => !dependency.enabled).map((dependency) => dependency.name));
  const dependencies = all.dependencies
    .filter((child) => !removed.has(child.metadata.name))
    .map((child) => enableDependencies(child, coalesced, `${path}${child.metadata.name}.`, warn));
  const metadata = { ...chart.metadata, dependencies: enabled.filter((dependency) => !removed.has(dependency.name)) };
  return { ...chart, metadata, dependencies };
}

/** The subchart for an entry of Chart.yaml, under its alias. */
function findDependency(charts: readonly Chart[], dependency: Dependency): Chart | undefined {
  const found = charts.find(
    ({ metadata }) => metadata.name === dependency.name && isCompatible(dependency.version, metadata.version),
  );
  if (!found || dependency.alias === "") return found;
  return { ...found, metadata: { ...found.metadata, name: dependency.alias } };
}

/** Tags first, then the first condition that names a boolean. */
function isEnabled(dependency: Dependency, values: GoMap, path: string, warn: Warn): boolean {
  const byTags = isEnabledByTags(dependency, values, warn);
  for (const condition of dependency.condition.trim().split(",")) {
    if (condition === "") continue;
    const value = valueAt(values, path + condition);
    if (typeof value === "boolean") return value;
    if (value !== undefined) warn(`returned non-bool value: ${condition} of ${dependency.name}`);
  }
  return byTags;
}

function isEnabledByTags(dependency: Dependency, values: GoMap, warn: Warn): boolean {
  const tags = tableAt(values, "tags");
  if (tags === undefined) return true;
  const set: boolean[] = [];
  for (const tag of dependency.tags) {
    if (!tags.entries.has(tag)) continue;
    const value = tags.entries.get(tag);
    if (typeof value === "boolean") set.push(value);
    else warn(`returned non-bool value: tag ${tag} of ${dependency.name}`);
  }
  return set.includes(true) || !set.includes(false);
}

/** `import-values`: values of the children under the parent's own. */
function importValues(chart: Chart, warn: Warn): Chart {
  const dependencies = chart.dependencies.map((child) => importValues(child, warn));
  const withChildren: Chart = { ...chart, dependencies };
  if (chart.metadata.dependencies.length === 0) return withChildren;
  const options: CoalesceOptions = { merge: true, warn };
  const merged = coalesceValues(withChildren, new GoMap(new Map()), options);
  const imported = new GoMap(new Map<string, GoValue>());
  const resolved = chart.metadata.dependencies.map((dependency) => ({
    ...dependency,
    pairs: (dependency.importValues as readonly GoValue[]).flatMap((wanted) => importPair(wanted) ?? []),
  }));
  for (const dependency of resolved) {
    for (const pair of dependency.pairs) {
      const table = tableAt(merged, `${dependency.name}.${pair.child}`);
      if (table === undefined) {
        warn(`ImportValues missing table from chart: ${dependency.name}.${pair.child}`);
        continue;
      }
      coalesceTables(imported, pathToMap(pair.parent, table), "", options);
    }
  }
  // What was imported shares tables with what it came from.
  const own = imported.entries.size === 0 ? merged : (deepCopy(merged) as GoMap);
  // Helm: templates see `import-values` as they were understood, each with a child and a parent.
  const dependenciesSeen = resolved.map(({ pairs, ...dependency }) => ({ ...dependency, importValues: pairs.map(pairMap) }));
  const metadata = { ...chart.metadata, dependencies: dependenciesSeen };
  return { ...withChildren, metadata, values: coalesceTables(own, imported, "", options) };
}

interface ImportPair {
  readonly child: string;
  readonly parent: string;
}

function pairMap({ child, parent }: ImportPair): GoMap {
  const entries = [
    ["child", child],
    ["parent", parent],
  ] as const;
  return new GoMap(new Map(entries), types.stringMap);
}

interface Imported {
  readonly chart: Chart;
  readonly warnings: readonly string[];
}

const importedBy = new WeakMap<Chart, Map<string, Imported>>();
const mostKnown = 32;

/** `importValues`, which depends on nothing but which dependencies are enabled: done once for each choice. */
function imported(chart: Chart, enabled: Chart, warn: Warn): Chart {
  const choices = importedBy.get(chart) ?? new Map<string, Imported>();
  importedBy.set(chart, choices);
  const choice = choiceOf(enabled);
  let found = choices.get(choice);
  if (found === undefined) {
    const warnings: string[] = [];
    found = { chart: importValues(enabled, (message) => void warnings.push(message)), warnings };
    if (choices.size >= mostKnown) choices.clear();
    choices.set(choice, found);
  }
  found.warnings.forEach(warn);
  return found.chart;
}

function choiceOf({ metadata, dependencies }: Chart): string {
  const wanted = metadata.dependencies.map(({ name, enabled }) => [name, enabled]);
  return JSON.stringify([metadata.name, metadata.version, wanted, dependencies.map(choiceOf)]);
}

function importPair(wanted: GoValue): ImportPair | undefined {
  if (typeof wanted === "string") return { child: `exports.${wanted}`, parent: "." };
  if (!(wanted instanceof GoMap)) return undefined;
  const text = (key: string) => display(wanted.entries.get(key) ?? null);
  return { child: text("child"), parent: text("parent") };
}

function pathToMap(path: string, table: GoMap): GoMap {
  if (path === ".") return table;
  return path.split(".").reduceRight((inner, key) => new GoMap(new Map([[key, inner]])), table);
}
