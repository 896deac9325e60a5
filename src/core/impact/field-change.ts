import { equalValues, isObject, type Value, type ValueObject } from "../manifest/value.js";

/** One leaf or subtree that differs. Absent on a side: undefined there. */
export interface FieldChange {
  /** `spec.template.spec.containers[name=app].image`; keys with dots or brackets are quoted: `metadata.annotations["a.b/c"]`. */
  readonly path: string;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

/** Fields by which Kubernetes lists are usually keyed, in the order tried. */
const listKeys = ["name", "containerPort", "port", "mountPath", "key", "type", "ip", "host"] as const;

/** The smallest changes that lead from `before` to `after`, in the order of the document. Equal values give none. */
export function changedFields(before: Value | undefined, after: Value | undefined, path = ""): readonly FieldChange[] {
  const changes: FieldChange[] = [];
  collect(before, after, path, changes);
  return changes;
}

function collect(before: Value | undefined, after: Value | undefined, path: string, changes: FieldChange[]): void {
  if (before === after) return;
  if (isObject(before) && isObject(after)) collectObject(before, after, path, changes);
  else if (Array.isArray(before) && Array.isArray(after)) collectList(before, after, path, changes);
  else if (!equalValues(before, after)) changes.push({ path, before, after });
}

function collectObject(before: ValueObject, after: ValueObject, path: string, changes: FieldChange[]): void {
  for (const key of Object.keys(before)) collect(before[key], ownAt(after, key), joinPath(path, key), changes);
  for (const key of Object.keys(after))
    if (!Object.hasOwn(before, key)) collect(undefined, after[key], joinPath(path, key), changes);
}

function collectList(before: readonly Value[], after: readonly Value[], path: string, changes: FieldChange[]): void {
  const key = listKeys.find((candidate) => isKeyedBy(before, candidate) && isKeyedBy(after, candidate));
  if (key === undefined) {
    for (let index = 0; index < Math.max(before.length, after.length); index++) {
      collect(before[index], after[index], `${path}[${index}]`, changes);
    }
    return;
  }
  const afterByKey = new Map(after.map((item) => [(item as ValueObject)[key], item]));
  const beforeKeys = new Set(before.map((item) => (item as ValueObject)[key]));
  for (const item of before) {
    const value = (item as ValueObject)[key];
    collect(item, afterByKey.get(value), `${path}[${key}=${value}]`, changes);
  }
  for (const [value, item] of afterByKey)
    if (!beforeKeys.has(value)) collect(undefined, item, `${path}[${key}=${value}]`, changes);
}

/** Every item is an object with a scalar at `key`, and no two have the same. */
function isKeyedBy(list: readonly Value[], key: string): boolean {
  const seen = new Set<Value>();
  for (const item of list) {
    const value = isObject(item) ? item[key] : undefined;
    if ((typeof value !== "string" && typeof value !== "number") || seen.has(value)) return false;
    seen.add(value);
  }
  return true;
}

function ownAt(value: ValueObject, key: string): Value | undefined {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

function joinPath(path: string, key: string): string {
  if (!/^[A-Za-z0-9_-]+$/.test(key)) return `${path}[${JSON.stringify(key)}]`;
  return path === "" ? key : `${path}.${key}`;
}
