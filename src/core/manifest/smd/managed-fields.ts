import { compareBytes, emitJson } from "../../yaml/json.js";
import { isObject, stringAt, type Value, type ValueObject } from "../value.js";
import { decodeFieldsV1, encodeFieldsV1, type FieldSet } from "./field-set.js";

export type Operation = "Apply" | "Update";

/** One manager's fields at one version of the API. */
export interface ManagedEntry {
  readonly manager: string;
  readonly operation: Operation;
  readonly apiVersion: string;
  readonly subresource: string;
  /** RFC 3339, as it stands in the object. */
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Entries by identity: manager, operation and subresource, for updates also the API version. */
export type ManagedFields = Map<string, ManagedEntry>;

export function entryKey(entry: Pick<ManagedEntry, "manager" | "operation" | "apiVersion" | "subresource">): string {
  const apiVersion = entry.operation === "Apply" ? "" : entry.apiVersion;
  return emitJson([entry.manager, entry.operation, apiVersion, entry.subresource]);
}

/** Reads `metadata.managedFields`; undefined when an entry is malformed. */
export function decodeManagedFields(entries: Value | undefined): ManagedFields | undefined {
  const managed: ManagedFields = new Map();
  if (entries === undefined || entries === null) return managed;
  if (!Array.isArray(entries)) return undefined;
  for (const raw of entries) {
    const entry = isObject(raw) ? decodeEntry(raw) : undefined;
    if (!entry) return undefined;
    managed.set(entryKey(entry), entry);
  }
  return managed;
}

function decodeEntry(raw: ValueObject): ManagedEntry | undefined {
  const operation = stringAt(raw, "operation");
  const apiVersion = stringAt(raw, "apiVersion");
  const fields = decodeFieldsV1(raw["fieldsV1"]);
  if ((operation !== "Apply" && operation !== "Update") || apiVersion === "" || raw["fieldsType"] !== "FieldsV1" || !fields)
    return undefined;
  const time = stringAt(raw, "time");
  return {
    manager: stringAt(raw, "manager"),
    operation,
    apiVersion,
    subresource: stringAt(raw, "subresource"),
    time: time === "" ? undefined : time,
    fields,
  };
}

/** The list for `metadata.managedFields`, in the API server's order; undefined when nobody manages anything. */
export function encodeManagedFields(managed: ManagedFields): readonly ValueObject[] | undefined {
  const entries = [...managed.values()].sort(compareEntries);
  return entries.length === 0 ? undefined : entries.map(encodeEntry);
}

function encodeEntry(entry: ManagedEntry): ValueObject {
  return {
    ...(entry.manager === "" ? {} : { manager: entry.manager }),
    operation: entry.operation,
    apiVersion: entry.apiVersion,
    ...(entry.time === undefined ? {} : { time: entry.time }),
    fieldsType: "FieldsV1",
    fieldsV1: encodeFieldsV1(entry.fields),
    ...(entry.subresource === "" ? {} : { subresource: entry.subresource }),
  };
}

/** API server: by operation, time in seconds, manager, version and subresource. */
function compareEntries(a: ManagedEntry, b: ManagedEntry): number {
  return (
    compareBytes(a.operation, b.operation) ||
    seconds(a.time) - seconds(b.time) ||
    compareBytes(a.manager, b.manager) ||
    compareBytes(a.apiVersion, b.apiVersion) ||
    compareBytes(a.subresource, b.subresource)
  );
}

function seconds(time: string | undefined): number {
  const parsed = time === undefined ? 0 : Date.parse(time);
  return Number.isNaN(parsed) ? 0 : Math.floor(parsed / 1000);
}
