import { isObject, type Value } from "../manifest/value.js";

export type FieldPath = readonly (string | number)[];

/**
 * `spec.containers[name=app].image`, `data["a.b"]`, `args[0]` → steps into `root`, a list's item by its index. Undefined when there is no such field.
 */
export function parseFieldPath(field: string, root: Value): FieldPath | undefined {
  const path: (string | number)[] = [];
  let here: Value | undefined = root;
  for (const [, key, quoted, bracket] of field.matchAll(/([^.[\]]+)|\["([^"]*)"\]|\[([^\]]*)\]/g)) {
    const step: string | number = Array.isArray(here) ? indexIn(here, bracket ?? key ?? "") : (quoted ?? key ?? bracket ?? "");
    path.push(step);
    here = valueAt(here, [step]);
    if (here === undefined) return undefined;
  }
  return path;
}

function indexIn(list: readonly Value[], step: string): number {
  const [key = "", value] = step.split(/=(.*)/s);
  if (value === undefined) return Number(step);
  return list.findIndex((item) => isObject(item) && String(item[key]) === value);
}

export function valueAt(root: Value | undefined, path: FieldPath): Value | undefined {
  let here = root;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)];
    else if (isObject(here) && Object.hasOwn(here, step)) here = here[step];
    else return undefined;
  }
  return here;
}

/** Every scalar below `value`, empty lists and objects too, in the order of the document. */
export function leavesOf(value: Value, path: FieldPath = []): readonly { readonly path: FieldPath; readonly value: Value }[] {
  const entries: readonly (readonly [string | number, Value])[] = Array.isArray(value)
    ? value.map((item, index) => [index, item] as const)
    : isObject(value)
      ? Object.entries(value)
      : [];
  return entries.length === 0 ? [{ path, value }] : entries.flatMap(([step, child]) => leavesOf(child, [...path, step]));
}

export function formatFieldPath(path: FieldPath): string {
  return path
    .map((step, at) =>
      typeof step === "number" ? `[${step}]` : /^[A-Za-z0-9_-]+$/.test(step) ? `${at === 0 ? "" : "."}${step}` : `["${step}"]`,
    )
    .join("");
}
