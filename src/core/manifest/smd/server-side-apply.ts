import { compareBytes } from "../../yaml/json.js";
import { valuesEqual } from "../equal.js";
import type { Schema } from "../schema/schema.js";
import { isObject, objectAt, stringAt, type Value, type ValueObject } from "../value.js";
import { type Atom, atomOf } from "./atom.js";
import { FieldSet } from "./field-set.js";
import { fieldsOfLastApplied, withLastApplied } from "./last-applied.js";
import {
  decodeManagedFields,
  encodeManagedFields,
  entryKey,
  type ManagedEntry,
  type ManagedFields,
  type Operation,
} from "./managed-fields.js";
import { formatPath } from "./path-element.js";
import { type ManagerConflict, trackApply, trackUpdate } from "./updater.js";
import { joinProblems, validateTyped } from "./validate.js";

interface ManagerOptions {
  readonly manager: string;
  /** Of the object's kind; without one, types are deduced from values: maps merge, lists are replaced. */
  readonly schema: Schema | undefined;
  /** `status`, `scale`, …; default the main resource. */
  readonly subresource?: string;
  /** RFC 3339 in seconds, for the manager's entry. */
  readonly now: string;
  /** Paths that this endpoint resets and nobody may own through it, such as `[["status"]]` on the main resource. */
  readonly resetFields?: readonly (readonly string[])[];
}

export interface ApplyOptions extends ManagerOptions {
  readonly force: boolean;
}

export interface FieldConflict {
  readonly manager: string;
  /** `conflict with "kubectl" using apps/v1`: the message of the status cause. */
  readonly message: string;
  /** `.spec.replicas`: the field of the status cause. */
  readonly field: string;
}

export type ApplyResult =
  | { readonly kind: "applied"; readonly object: ValueObject; readonly changed: boolean }
  | { readonly kind: "conflict"; readonly message: string; readonly conflicts: readonly FieldConflict[] }
  | { readonly kind: "invalid"; readonly message: string };

/**
 * Server-side apply: the object after `applied` was applied to `live` (undefined: it does not exist yet), with its new
 * `metadata.managedFields`. Defaulting, admission and validation are the caller's.
 */
export function applyServerSide(live: ValueObject | undefined, applied: ValueObject, options: ApplyOptions): ApplyResult {
  const invalid = checkApplied(live, applied, options);
  if (invalid !== undefined) return { kind: "invalid", message: invalid };
  const atom = atomOf(options.schema);
  const base = live ? withoutManagedFields(live) : emptyObject(applied, undefined);
  const self = selfEntry(applied, options, "Apply");
  const managed = managedBeforeApply(live, base, options, stringAt(applied, "apiVersion"));
  if (!managed) return { kind: "invalid", message: "failed to decode managed fields" };
  const result = trackApply(applied, { live: base, atom, managed, self, reset: resetSet(options) });
  const conflicts = options.force ? [] : conflictsToTell(result.conflicts, base, self, atom);
  if (conflicts.length > 0) return conflictResult(conflicts);
  const changed = !valuesEqual(base, result.value);
  const object = changed ? (withoutRemovedNulls(result.value, base) as ValueObject) : base;
  const entries = finishOwn(result.managed, { ...self, time: changed ? options.now : managed.get(entryKey(self))?.time });
  const described = options.manager === KUBECTL ? withLastApplied(object, applied) : object;
  return { kind: "applied", object: withManagedFields(described, entries), changed };
}

/** The one manager name for which the API server minds the annotation of client-side apply. */
const KUBECTL = "kubectl";

function conflictsToTell(
  conflicts: readonly ManagerConflict[],
  live: ValueObject,
  self: Omit<ManagedEntry, "fields">,
  atom: Atom,
): readonly ManagerConflict[] {
  if (self.manager !== KUBECTL || conflicts.length === 0) return conflicts;
  const allowed = fieldsOfLastApplied(live, self.apiVersion, atom);
  const left = conflicts.map(({ entry, fields }) => ({ entry, fields: fields.difference(allowed) }));
  return left.filter(({ fields }) => !fields.isEmpty);
}

/**
 * `next` (what a create, update or patch is about to store) with its `metadata.managedFields`: `manager` owns what it
 * changed. An object that nobody tracked stays untracked; `managedFields: []` in `next` resets them.
 */
export function updateManagedFields(live: ValueObject | undefined, next: ValueObject, options: ManagerOptions): ValueObject {
  const managed = managedOfUpdate(live, next, options.subresource ?? "");
  const after = withoutManagedFields(next);
  if (managed.size === 0 && stringAt(objectAt(live, "metadata"), "uid") !== "") return after;
  const before = live ? withoutManagedFields(live) : emptyObject(next, options.schema);
  // API server: what cannot be typed is stored all the same, without managedFields.
  if (!isTyped(before, options.schema) || !isTyped(after, options.schema)) return after;
  const tracked = trackAs(before, after, managed, selfEntry(next, options, "Update"), options);
  return withManagedFields(after, capUpdaters(tracked));
}

function isTyped(value: Value, schema: Schema | undefined): boolean {
  return validateTyped(value, atomOf(schema), { allowDuplicates: true }).length === 0;
}

const NEVER_OWNED = FieldSet.of(
  ["apiVersion"],
  ["kind"],
  ["metadata"],
  ...[
    "name",
    "namespace",
    "creationTimestamp",
    "selfLink",
    "uid",
    "clusterName",
    "generation",
    "managedFields",
    "resourceVersion",
  ].map((name) => ["metadata", name]),
);

const CURRENT_OPERATION = { manager: "current-operation", operation: "Update", apiVersion: "", subresource: "" } as const;

/** API server: an update is tracked under a name of its own first, so that an update without effect leaves no trace. */
function trackAs(
  before: Value,
  after: Value,
  managed: ManagedFields,
  self: Omit<ManagedEntry, "fields">,
  options: ManagerOptions,
): ManagedFields {
  const current = { ...CURRENT_OPERATION, apiVersion: self.apiVersion, time: undefined };
  const tracked = trackUpdate(after, {
    live: before,
    atom: atomOf(options.schema),
    managed,
    self: current,
    reset: resetSet(options),
  });
  const currentKey = entryKey(current);
  const taken = tracked.get(currentKey)?.fields.difference(NEVER_OWNED);
  tracked.delete(currentKey);
  if (!taken || taken.isEmpty) return tracked;
  const key = entryKey(self);
  const previous = tracked.get(key);
  return tracked.set(key, { ...self, fields: previous ? taken.union(previous.fields) : taken });
}

function selfEntry(object: ValueObject, options: ManagerOptions, operation: Operation): Omit<ManagedEntry, "fields"> {
  const manager = options.manager === "" ? "unknown" : options.manager;
  return {
    manager,
    operation,
    apiVersion: stringAt(object, "apiVersion"),
    subresource: options.subresource ?? "",
    time: options.now,
  };
}

function resetSet(options: ManagerOptions): FieldSet {
  return FieldSet.of(...(options.resetFields ?? []));
}

function checkApplied(live: ValueObject | undefined, applied: ValueObject, options: ApplyOptions): string | undefined {
  const metadata = objectAt(applied, "metadata");
  if (metadata["managedFields"] !== undefined && metadata["managedFields"] !== null) return "metadata.managedFields must be nil";
  const atom = atomOf(options.schema);
  const problems = validateTyped(applied, atom, { allowDuplicates: false });
  if (problems.length > 0) return `failed to create typed patch object (${describe(applied)}): ${joinProblems(problems)}`;
  const liveProblems = live ? validateTyped(live, atom, { allowDuplicates: true }) : [];
  return liveProblems.length > 0
    ? `failed to create typed live object (${describe(live as ValueObject)}): ${joinProblems(liveProblems)}`
    : undefined;
}

/** `namespace/name; group/version, Kind=Kind`, as the API server names an object in such messages. */
function describe(object: ValueObject): string {
  const metadata = objectAt(object, "metadata");
  return `${stringAt(metadata, "namespace")}/${stringAt(metadata, "name")}; ${stringAt(object, "apiVersion")}, Kind=${stringAt(object, "kind")}`;
}

/** API server: fields of an object that nobody tracked are held by "before-first-apply". */
function managedBeforeApply(
  live: ValueObject | undefined,
  base: ValueObject,
  options: ApplyOptions,
  apiVersion: string,
): ManagedFields | undefined {
  const managed = decodeManagedFields(live && objectAt(live, "metadata")["managedFields"]);
  if (!managed || managed.size > 0 || !live) return managed;
  const self = {
    manager: "before-first-apply",
    operation: "Update",
    apiVersion,
    subresource: options.subresource ?? "",
    time: options.now,
  } as const;
  return trackAs(emptyObject(base, options.schema), base, managed, self, options);
}

function managedOfUpdate(live: ValueObject | undefined, next: ValueObject, subresource: string): ManagedFields {
  const ofLive = (): ManagedFields => decodeManagedFields(live && objectAt(live, "metadata")["managedFields"]) ?? new Map();
  if (subresource !== "") return ofLive();
  const entries = objectAt(next, "metadata")["managedFields"];
  if (isReset(entries)) return new Map();
  const managed = decodeManagedFields(entries);
  return managed && managed.size > 0 ? managed : ofLive();
}

function isReset(entries: Value | undefined): boolean {
  if (!Array.isArray(entries)) return false;
  return entries.length === 0 || (entries.length === 1 && isObject(entries[0]) && Object.keys(entries[0]).length === 0);
}

function finishOwn(managed: ManagedFields, self: Omit<ManagedEntry, "fields">): ManagedFields {
  const key = entryKey(self);
  const own = managed.get(key);
  const result = new Map(managed);
  if (!own) return result;
  const fields = own.fields.difference(NEVER_OWNED);
  if (fields.isEmpty) result.delete(key);
  else result.set(key, { ...self, fields });
  return result;
}

const MAX_UPDATERS = 10;

/** API server: beyond ten updaters the oldest are joined, version by version, as "ancient-changes". */
function capUpdaters(managed: ManagedFields): ManagedFields {
  const updaters = [...managed].filter(([, entry]) => entry.operation === "Update");
  if (updaters.length <= MAX_UPDATERS) return managed;
  updaters.sort(([aKey, a], [bKey, b]) => compareBytes(a.time ?? "", b.time ?? "") || compareBytes(aKey, bKey));
  const result = new Map(managed);
  const firstOfVersion = new Map<string, string>();
  let count = updaters.length;
  for (const [key, entry] of updaters) {
    if (count <= MAX_UPDATERS) break;
    const first = firstOfVersion.get(entry.apiVersion);
    if (first === undefined) {
      firstOfVersion.set(entry.apiVersion, key);
      continue;
    }
    const bucket = {
      manager: "ancient-changes",
      operation: "Update",
      apiVersion: entry.apiVersion,
      subresource: "",
      time: entry.time,
    } as const;
    const bucketKey = entryKey(bucket);
    const earlier = result.get(bucketKey) ?? result.get(first);
    if (!result.has(bucketKey)) result.delete(first);
    result.delete(key);
    result.set(bucketKey, { ...bucket, fields: earlier ? earlier.fields.union(entry.fields) : entry.fields });
    count -= 1;
  }
  return result;
}

function conflictResult(found: readonly ManagerConflict[]): ApplyResult {
  const sorted = [...found].sort((a, b) => compareBytes(entryKey(a.entry), entryKey(b.entry)));
  const conflicts = sorted.flatMap(({ entry, fields }) =>
    fields
      .paths()
      .map((path) => ({ manager: entry.manager, message: `conflict with ${printManager(entry)}`, field: formatPath(path) })),
  );
  if (conflicts.length === 1) {
    const [only] = conflicts as [FieldConflict];
    return { kind: "conflict", conflicts, message: `Apply failed with 1 conflict: ${only.message}: ${only.field}` };
  }
  const lines = sorted.flatMap(({ entry, fields }) => [
    `conflicts with ${printManager(entry)}:`,
    ...fields.paths().map((path) => `- ${formatPath(path)}`),
  ]);
  return { kind: "conflict", conflicts, message: `Apply failed with ${conflicts.length} conflicts: ${lines.join("\n")}` };
}

function printManager(entry: ManagedEntry): string {
  const name =
    JSON.stringify(entry.manager) + (entry.subresource === "" ? "" : ` with subresource ${JSON.stringify(entry.subresource)}`);
  return entry.operation === "Update" ? `${name} using ${entry.apiVersion}` : name;
}

/** API server: a new object of a built-in kind starts from Go's empty structs, so nobody comes to own `spec` as such. */
function emptyObject(like: ValueObject, schema: Schema | undefined): ValueObject {
  return { ...(schema ? emptyStructs(schema) : {}), apiVersion: like["apiVersion"] ?? null, kind: like["kind"] ?? null };
}

/** Struct fields that are no pointers: OpenAPI shows them by the default `{}`. */
function emptyStructs(schema: Schema): ValueObject {
  const out: { [name: string]: Value } = {};
  for (const name of schema.propertyNames) {
    const property = schema.property(name);
    if (property?.typeName !== undefined && isObject(property.default)) out[name] = emptyStructs(property);
  }
  return out;
}

function withoutManagedFields(object: ValueObject): ValueObject {
  const metadata = object["metadata"];
  if (!isObject(metadata) || metadata["managedFields"] === undefined) return object;
  const { managedFields: _, ...rest } = metadata;
  return { ...object, metadata: rest };
}

function withManagedFields(object: ValueObject, managed: ManagedFields): ValueObject {
  const entries = encodeManagedFields(managed);
  return entries ? { ...object, metadata: { ...objectAt(object, "metadata"), managedFields: entries } } : object;
}

/** A map or list that lost everything is null in the library's result; the object simply has it no more. */
function withoutRemovedNulls(value: Value, before: Value | undefined): Value {
  if (Array.isArray(value)) return value.map((item) => withoutRemovedNulls(item, undefined));
  if (!isObject(value)) return value;
  const out: { [name: string]: Value } = {};
  for (const [name, child] of Object.entries(value)) {
    const was = isObject(before) && Object.hasOwn(before, name) ? before[name] : undefined;
    if (child === null && typeof was === "object" && was !== null) continue;
    out[name] = withoutRemovedNulls(child, was);
  }
  return out;
}
