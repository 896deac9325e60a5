import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import { type FieldCause, StatusError } from "../api/status-error.js";
import { fillShape } from "../schema/fill.js";
import { builtInSchemaName } from "../schema/published.js";
import { shapeOf } from "../schema/shape.js";
import { difference, emptySet, type FieldSet, intersection, isEmptySet, pathsOf, union } from "./field-set.js";
import { type FieldType, fieldTypeOf } from "./field-type.js";
import { identityOf, type Manager, type Managers, managersOf, timed, withManagers } from "./managers.js";
import { compareTyped, fieldsIn, mergeTyped, removeFields, withNamedFields } from "./typed.js";

/** Who writes. */
export interface Writer {
  readonly name: string;
  readonly subresource: string;
  readonly time: string;
}

/** Fields that nobody owns. */
const unowned: FieldSet = {
  "f:apiVersion": {},
  "f:kind": {},
  "f:metadata": {
    ".": {},
    "f:name": {},
    "f:namespace": {},
    "f:creationTimestamp": {},
    "f:selfLink": {},
    "f:uid": {},
    "f:generation": {},
    "f:managedFields": {},
    "f:resourceVersion": {},
  },
};

/** A create, update or patch: the writer comes to own what it changed, the others lose it. */
export function recordUpdate(
  type: ResourceType,
  old: KubernetesObject | undefined,
  next: KubernetesObject,
  writer: Writer,
): KubernetesObject {
  const schema = fieldTypeOf(type);
  const before = claimedManagers(old, next);
  const self: Manager = {
    name: writer.name,
    operation: "Update",
    apiVersion: type.apiVersion,
    subresource: writer.subresource,
    time: writer.time,
    fields: emptySet,
  };
  const change = compareTyped(schema, old ? withoutManagers(old) : emptyOf(type), withoutManagers(next));
  const changed = ownable(type, writer.subresource, union(change.added, change.modified));
  const managers = new Map(releaseFields(before, identityOf(self), changed, change.removed));
  const own = before.get(identityOf(self));
  const fields = union(difference(own?.fields ?? emptySet, change.removed), changed);
  if (!isEmptySet(fields)) managers.set(identityOf(self), timed({ ...self, fields }, own));
  return withManagers(next, managers);
}

/** What Go has of an object before anything is set. */
function emptyOf(type: ResourceType): unknown {
  const name = type.custom ? "" : builtInSchemaName(type);
  const empty = { metadata: {} };
  if (name !== "") fillShape(shapeOf(name), empty, true);
  return empty;
}

/** managedFields that a client sends count; one empty entry resets them; none leaves the stored ones. */
function claimedManagers(old: KubernetesObject | undefined, next: KubernetesObject): Managers {
  const sent = next.metadata.managedFields;
  if (sent?.length === 1 && Object.keys(sent[0]!).length === 0) return new Map();
  const claimed = managersOf(next);
  return claimed.size > 0 ? claimed : managersOf(old);
}

function releaseFields(managers: Managers, self: string, changed: FieldSet, removed: FieldSet): Managers {
  const out = new Map<string, Manager>();
  for (const [id, manager] of managers) {
    const fields = id === self ? manager.fields : difference(difference(manager.fields, changed), removed);
    if (!isEmptySet(fields)) out.set(id, { ...manager, fields });
  }
  return out;
}

/** A write to the main resource never owns status; one to status owns nothing else. */
function ownable(type: ResourceType, subresource: string, fields: FieldSet): FieldSet {
  const owned = difference(fields, unowned);
  if (subresource === "status") {
    const { "f:status": status } = owned;
    return status ? { "f:status": status } : emptySet;
  }
  if (!type.subresources.includes("status")) return owned;
  const { "f:status": _status, ...rest } = owned;
  return rest;
}

export interface Applied {
  readonly object: KubernetesObject;
  /** Finishes the managers once defaulting and the like are done. */
  readonly record: (final: KubernetesObject) => KubernetesObject;
}

/**
 * Server-side apply: merges the configuration, takes away what the applier no longer sets and nobody else owns. Throws 409 with the managers it conflicts with
 * unless `force`.
 */
export function applyFields(
  type: ResourceType,
  live: KubernetesObject | undefined,
  config: KubernetesObject,
  writer: Writer & { readonly force: boolean },
): Applied {
  const schema = fieldTypeOf(type);
  const self: Manager = {
    name: writer.name,
    operation: "Apply",
    apiVersion: type.apiVersion,
    subresource: writer.subresource,
    time: writer.time,
    fields: ownable(type, writer.subresource, fieldsIn(schema, config)),
  };
  const before = managersOf(live);
  const own = before.get(identityOf(self));
  const base = live ? withoutManagers(live) : {};
  let merged = mergeTyped(schema, base, config) as KubernetesObject;
  const managers = new Map(before).set(identityOf(self), timed(self, own));
  if (own) merged = removeFields(schema, merged, abandoned(schema, own.fields, managers)) as KubernetesObject;
  const change = compareTyped(schema, base, merged);
  const changed = ownable(type, writer.subresource, union(change.added, change.modified));
  if (!writer.force) checkConflicts(before, identityOf(self), changed);
  const settled = new Map(releaseFields(managers, identityOf(self), changed, change.removed));
  return { object: merged, record: (final) => withManagers(final, settled) };
}

function abandoned(schema: FieldType, last: FieldSet, managers: Managers): FieldSet {
  let managed: FieldSet = emptySet;
  for (const manager of managers.values()) managed = union(managed, withNamedFields(schema, manager.fields));
  return difference(withNamedFields(schema, last), managed);
}

function withoutManagers(object: KubernetesObject): KubernetesObject {
  const { managedFields: _old, ...metadata } = object.metadata;
  return { ...object, metadata };
}

function checkConflicts(managers: Managers, self: string, changed: FieldSet): void {
  const found: { readonly manager: string; readonly path: string }[] = [];
  for (const [id, manager] of managers) {
    if (id === self) continue;
    for (const path of pathsOf(intersection(manager.fields, changed))) found.push({ manager: managerText(manager), path });
  }
  if (found.length === 0) return;
  found.sort((a, b) => (a.manager < b.manager ? -1 : a.manager > b.manager ? 1 : a.path < b.path ? -1 : 1));
  const causes: FieldCause[] = found.map(({ manager, path }) => ({
    reason: "FieldManagerConflict",
    message: `conflict with ${manager}`,
    field: path,
  }));
  throw new StatusError(409, "Conflict", conflictMessage(found), { causes });
}

function managerText(manager: Manager): string {
  const name =
    JSON.stringify(manager.name) + (manager.subresource === "" ? "" : ` with subresource ${JSON.stringify(manager.subresource)}`);
  return manager.operation === "Update" ? `${name} using ${manager.apiVersion}` : name;
}

function conflictMessage(found: readonly { readonly manager: string; readonly path: string }[]): string {
  if (found.length === 1) return `Apply failed with 1 conflict: conflict with ${found[0]!.manager}: ${found[0]!.path}`;
  const byManager = new Map<string, string[]>();
  for (const { manager, path } of found) byManager.set(manager, [...(byManager.get(manager) ?? []), path]);
  const texts = [...byManager].map(
    ([manager, paths]) => `conflicts with ${manager}:\n${paths.map((path) => `- ${path}`).join("\n")}`,
  );
  return `Apply failed with ${found.length} conflicts: ${texts.join("\n")}`;
}
