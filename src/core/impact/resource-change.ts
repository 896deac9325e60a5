import { asValue, formatResourceKey, type KubernetesObject, type ResourceKey, resourceKeyOf } from "../manifest/object.js";
import { isObject, type ValueObject } from "../manifest/value.js";
import { coverSecrets, maskText } from "./cover-secrets.js";
import { changedFields, type FieldChange } from "./field-change.js";
import { stripGeneratedHash } from "./generated-name.js";

/** What happens to one rendered resource. */
export interface ResourceChange {
  readonly kind: "added" | "removed" | "changed";
  readonly resource: ResourceKey;
  /** A generated name (`config-7dd6bkgcb9`) that became another: the earlier name. */
  readonly renamedFrom?: string;
  /** The fields of a change; none for an addition or removal. */
  readonly fields: readonly FieldChange[];
}

export interface ResourceDiffOptions {
  /** Key of the hashes that stand for Secret values, so that equal ones can be told from changed ones and none can be guessed. */
  readonly secretKey: string;
  /** Specs of the Applications: their options may carry secrets that no Secret shows. */
  readonly specs?: readonly ValueObject[];
}

/** Compares two renders of one Application. Order and key order do not matter; Secret values come out as keyed hashes. */
export function changedResources(
  before: readonly KubernetesObject[],
  after: readonly KubernetesObject[],
  options: ResourceDiffOptions,
): readonly ResourceChange[] {
  const older = index(before);
  const newer = index(after);
  const removed = [...older].filter(([key]) => !newer.has(key)).map(([, object]) => object);
  const added = [...newer].filter(([key]) => !older.has(key)).map(([, object]) => object);
  const changes: ResourceChange[] = [];
  for (const [key, object] of older) {
    const other = newer.get(key);
    if (other !== undefined && other !== object) pushChange(changes, object, other, options);
  }
  const renamed = pairRenames(removed, added);
  for (const object of removed) {
    const other = renamed.get(object);
    if (other) pushChange(changes, object, other, options);
    else changes.push({ kind: "removed", resource: resourceKeyOf(object), fields: [] });
  }
  const taken = new Set(renamed.values());
  for (const object of added)
    if (!taken.has(object)) changes.push({ kind: "added", resource: resourceKeyOf(object), fields: [] });
  const sorted = changes.sort((a, b) => (formatResourceKey(a.resource) < formatResourceKey(b.resource) ? -1 : 1));
  return covered(sorted, [...before, ...after], options);
}

/** What a Secret holds may stand in another resource too, in an address or a copied annotation. */
function covered(
  changes: readonly ResourceChange[],
  objects: readonly KubernetesObject[],
  { secretKey, specs = [] }: ResourceDiffOptions,
): readonly ResourceChange[] {
  if (changes.length === 0) return changes;
  const cover = coverSecrets(objects, secretKey, { specs });
  const value = (from: FieldChange["before"]) => (from === undefined ? undefined : cover.value(from));
  return changes.map((change) => ({
    ...change,
    fields: change.fields.map(({ path, before, after }) => ({
      path: cover.text(path),
      before: value(before),
      after: value(after),
    })),
  }));
}

function index(objects: readonly KubernetesObject[]): ReadonlyMap<string, KubernetesObject> {
  return new Map(objects.map((object) => [formatResourceKey(resourceKeyOf(object)), object]));
}

function pushChange(
  changes: ResourceChange[],
  before: KubernetesObject,
  after: KubernetesObject,
  options: ResourceDiffOptions,
): void {
  const fields = changedFields(asValue(maskSecret(before, options)), asValue(maskSecret(after, options)));
  if (fields.length === 0) return;
  const isRenamed = before.metadata.name !== after.metadata.name;
  changes.push({
    kind: "changed",
    resource: resourceKeyOf(after),
    ...(isRenamed ? { renamedFrom: before.metadata.name } : {}),
    fields,
  });
}

/** A ConfigMap or Secret whose name differs in the hash alone is the same one with other content. */
function pairRenames(
  removed: readonly KubernetesObject[],
  added: readonly KubernetesObject[],
): ReadonlyMap<KubernetesObject, KubernetesObject> {
  const stems = new Map<string, KubernetesObject[]>();
  for (const object of added) {
    const stem = stemOf(object);
    if (stem !== undefined) stems.set(stem, [...(stems.get(stem) ?? []), object]);
  }
  const pairs = new Map<KubernetesObject, KubernetesObject>();
  for (const object of removed) {
    const candidates = stems.get(stemOf(object) ?? "");
    const other = candidates?.shift();
    if (other) pairs.set(object, other);
  }
  return pairs;
}

function stemOf(object: KubernetesObject): string | undefined {
  const stem = stripGeneratedHash(object.metadata.name);
  return stem === object.metadata.name ? undefined : formatResourceKey({ ...resourceKeyOf(object), name: stem });
}

/** The object with each value of a Secret replaced by a keyed hash; others as they are. */
export function maskSecret(object: KubernetesObject, options: ResourceDiffOptions): KubernetesObject {
  if (object.kind !== "Secret" || !object.apiVersion.startsWith("v1")) return object;
  const masked: Record<string, unknown> = { ...object };
  for (const field of ["data", "stringData"]) {
    const values = object[field];
    if (isObject(values)) masked[field] = maskValues(values, options);
  }
  const annotations = object.metadata.annotations;
  const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";
  if (annotations?.[lastApplied])
    masked["metadata"] = { ...object.metadata, annotations: { ...annotations, [lastApplied]: "(hidden)" } };
  return masked as KubernetesObject;
}

function maskValues(values: ValueObject, options: ResourceDiffOptions): ValueObject {
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, maskText(String(value), options.secretKey)]));
}
