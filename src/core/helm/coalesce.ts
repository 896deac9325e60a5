import { display } from "../gotemplate/fmt/format.js";
import { sprintf } from "../gotemplate/fmt/printf.js";
import { deepCopy } from "../gotemplate/funcs/dicts.js";
import { GoMap, type GoValue } from "../gotemplate/value/value.js";
import type { Chart } from "./chart.js";
import { helmError } from "./failure.js";

export interface CoalesceOptions {
  /** Keep nulls (to be removed by a later coalescing) instead of letting them delete defaults. */
  readonly merge: boolean;
  /** Told of values that were skipped. */
  readonly warn: (message: string) => void;
}

/**
 * The chart's own values and those of its subcharts under the given ones: tables merge, all else is replaced, and null deletes a
 * default. Gives a new map; chart and `values` stay as they are.
 */
export function coalesceValues(chart: Chart, values: GoMap, options: CoalesceOptions): GoMap {
  return coalesce(chart, copied(values), "", options);
}

function copied(values: GoMap): GoMap {
  return deepCopy(values) as GoMap;
}

function coalesce(chart: Chart, target: GoMap, prefix: string, options: CoalesceOptions): GoMap {
  coalesceOwn(chart, target, prefix, options);
  for (const dependency of chart.dependencies) {
    const { name } = dependency.metadata;
    if (!target.entries.has(name)) target.entries.set(name, new GoMap(new Map()));
    const table = target.entries.get(name);
    // `%!t` is the original's own slip.
    if (!(table instanceof GoMap))
      throw helmError(`type mismatch on ${name}: ${sprintf("%t", [table])}`, { code: "HELM_VALUES" });
    const inner = joinPath(prefix, chart.metadata.name);
    coalesceGlobals(table, target, inner, options);
    coalesce(dependency, table, inner, options);
  }
  return target;
}

function joinPath(a: string, b: string): string {
  return a === "" ? b : `${a}.${b}`;
}

/** Globals of the parent over those of the child. */
function coalesceGlobals(target: GoMap, source: GoMap, prefix: string, { warn }: CoalesceOptions): void {
  const ours = globalsOf(target);
  const theirs = globalsOf(source);
  if (ours === undefined || theirs === undefined) {
    warn(`warning: skipping globals because ${ours === undefined ? "destination" : "source"} global is not a table.`);
    return;
  }
  for (const [key, value] of theirs.entries) {
    const known = ours.entries.get(key);
    if (!(value instanceof GoMap)) {
      if (known instanceof GoMap) warn(`key ${key} is table. Skipping`);
      else ours.entries.set(key, value);
      continue;
    }
    const table = new GoMap(new Map(value.entries));
    if (!ours.entries.has(key)) {
      ours.entries.set(key, table);
    } else if (known instanceof GoMap) {
      coalesceTables(table, known, joinPath(prefix, key), { merge: true, warn });
      ours.entries.set(key, table);
    } else {
      warn(`Conflict: cannot merge map onto non-map for "${key}". Skipping.`);
    }
  }
  target.entries.set("global", ours);
}

function globalsOf(values: GoMap): GoMap | undefined {
  if (!values.entries.has("global")) return new GoMap(new Map());
  const globals = values.entries.get("global");
  return globals instanceof GoMap ? globals : undefined;
}

/** The chart's defaults into `target`. */
function coalesceOwn(chart: Chart, target: GoMap, prefix: string, options: CoalesceOptions): void {
  const { merge, warn } = options;
  const path = joinPath(prefix, chart.metadata.name);
  // `forEach` makes no pair for each entry, of which values have thousands.
  copied(chart.values).entries.forEach((value, key) => {
    if (!target.entries.has(key)) {
      if (!merge) {
        if (isNull(value)) return;
        if (value instanceof GoMap) cleanNulls(value);
      }
      target.entries.set(key, value);
      return;
    }
    const given = target.entries.get(key);
    if (isNull(given) && !merge) {
      target.entries.delete(key);
    } else if (given instanceof GoMap) {
      if (!(value instanceof GoMap)) {
        if (!isNull(value)) warn(`warning: skipped value for ${path}.${key}: Not a table.`);
        return;
      }
      const isChild = chart.dependencies.some((dependency) => dependency.metadata.name === key);
      const keepNulls = merge || isChild;
      if (!keepNulls) cleanNulls(value);
      coalesceTables(given, value, joinPath(path, key), { merge: keepNulls, warn });
    }
  });
}

/** `source` into `target`, which wins; both may change. */
export function coalesceTables(target: GoMap, source: GoMap, prefix: string, options: CoalesceOptions): GoMap {
  const { merge, warn } = options;
  let hadValue: Set<string> | undefined;
  target.entries.forEach((value, key) => {
    if (!isNull(value)) return;
    hadValue ??= new Set([...source.entries].filter(([, theirs]) => !isNull(theirs)).map(([theirs]) => theirs));
    source.entries.set(key, null);
  });
  source.entries.forEach((value, key) => {
    const ours = target.entries.get(key);
    const has = ours !== undefined || target.entries.has(key);
    if (has && !merge && isNull(ours) && hadValue?.has(key)) {
      target.entries.delete(key);
    } else if (!has) {
      target.entries.set(key, value);
    } else if (value instanceof GoMap) {
      const path = joinPath(prefix, key);
      if (ours instanceof GoMap) coalesceTables(ours, value, path, options);
      else warn(`warning: cannot overwrite table with non table for ${path} (${display(value)})`);
    } else if (ours instanceof GoMap && !isNull(value)) {
      const path = joinPath(prefix, key);
      warn(`warning: destination for ${path} is a table. Ignoring non-table value (${display(value)})`);
    }
  });
  return target;
}

function cleanNulls(values: GoMap): void {
  values.entries.forEach((value, key) => {
    if (isNull(value)) values.entries.delete(key);
    else if (value instanceof GoMap) cleanNulls(value);
  });
}

function isNull(value: GoValue): boolean {
  return value === null || value === undefined;
}
