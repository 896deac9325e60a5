import { isObject, type Value } from "../manifest/value.js";

/** An item of a list by its `name`, wherever it stands; other items by their index. */
export interface NamedItem {
  readonly name: string;
}

export type FieldPath = readonly (string | number | NamedItem)[];

/** `spec.containers[name=app].image`, `data["a.b"]`, `args[0]` → steps into `root`. Undefined when there is no such field. */
export function parseFieldPath(field: string, root: Value): FieldPath | undefined {
  const path: (string | number | NamedItem)[] = [];
  let here: Value | undefined = root;
  for (const [, key, quoted, bracket] of field.matchAll(/([^.[\]]+)|\["([^"]*)"\]|\[([^\]]*)\]/g)) {
    const step: string | number | NamedItem = Array.isArray(here)
      ? itemStep(here, indexIn(here, bracket ?? key ?? ""))
      : (quoted ?? key ?? bracket ?? "");
    path.push(step);
    here = valueAt(here, [step]);
    if (here === undefined) return undefined;
  }
  return steadyPath(path, root);
}

function indexIn(list: readonly Value[], step: string): number {
  const [key = "", value] = step.split(/=(.*)/s);
  if (value === undefined) return Number(step);
  return list.findIndex((item) => isObject(item) && String(item[key]) === value);
}

/** Other renders may have the items in another order, so that a name is the better step where all have one. */
function itemStep(list: readonly Value[], index: number): number | NamedItem {
  const names = list.map((item) => (isObject(item) ? item["name"] : undefined));
  const name = names[index];
  return typeof name === "string" && new Set(names).size === list.length ? { name } : index;
}

/** The name of an item cannot be found by itself once it is another. */
function steadyPath(path: FieldPath, root: Value): FieldPath {
  const item = path.at(-2);
  if (path.at(-1) !== "name" || typeof item !== "object") return path;
  const list = valueAt(root, path.slice(0, -2)) as readonly Value[];
  return [...path.slice(0, -2), indexIn(list, `name=${item.name}`), "name"];
}

export function valueAt(root: Value | undefined, path: FieldPath): Value | undefined {
  let here = root;
  for (const step of path) {
    if (typeof step === "object")
      here = Array.isArray(here) ? here.find((item) => isObject(item) && item["name"] === step.name) : undefined;
    else if (Array.isArray(here)) here = here[Number(step)];
    else if (isObject(here) && Object.hasOwn(here, step)) here = here[step];
    else return undefined;
  }
  return here;
}

/** Every scalar of `root` below `path`, empty lists and objects too, in the order of the document. */
export function leavesOf(root: Value, path: FieldPath = []): readonly { readonly path: FieldPath; readonly value: Value }[] {
  const value = valueAt(root, path) ?? null;
  const steps = Array.isArray(value)
    ? value.map((_, index) => itemStep(value, index))
    : isObject(value)
      ? Object.keys(value)
      : [];
  if (steps.length === 0) return [{ path: steadyPath(path, root), value }];
  return steps.flatMap((step) => leavesOf(root, [...path, step]));
}

export function formatFieldPath(path: FieldPath): string {
  return path
    .map((step, at) => {
      if (typeof step === "object") return `[name=${step.name}]`;
      if (typeof step === "number") return `[${step}]`;
      return /^[A-Za-z0-9_-]+$/.test(step) ? `${at === 0 ? "" : "."}${step}` : `["${step}"]`;
    })
    .join("");
}
