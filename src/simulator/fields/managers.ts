import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { sameValue, writeJson } from "../api/json.js";
import { type FieldSet, isEmptySet } from "./field-set.js";

/** One entry of managedFields: who owns what. */
export interface Manager {
  readonly name: string;
  readonly operation: "Apply" | "Update";
  readonly apiVersion: string;
  readonly subresource: string;
  readonly time: string | undefined;
  readonly fields: FieldSet;
}

/** Managers by identity. */
export type Managers = ReadonlyMap<string, Manager>;

/** Two writes by managers of the same identity share an entry. */
export function identityOf(manager: Pick<Manager, "name" | "operation" | "apiVersion" | "subresource">): string {
  return writeJson([
    manager.name,
    manager.operation,
    manager.operation === "Apply" ? "" : manager.apiVersion,
    manager.subresource,
  ]);
}

/** The managers of an object. Entries that cannot be read are left out. */
export function managersOf(object: KubernetesObject | undefined): Managers {
  const managers = new Map<string, Manager>();
  for (const entry of object?.metadata.managedFields ?? []) {
    const { manager, operation, apiVersion, subresource, time, fieldsV1 } = entry as { readonly [key: string]: unknown };
    if (typeof fieldsV1 !== "object" || fieldsV1 === null || (operation !== "Apply" && operation !== "Update")) continue;
    const made: Manager = {
      name: String(manager ?? ""),
      operation,
      apiVersion: String(apiVersion ?? ""),
      subresource: String(subresource ?? ""),
      time: typeof time === "string" ? time : undefined,
      fields: fieldsV1 as FieldSet,
    };
    managers.set(identityOf(made), made);
  }
  return managers;
}

/** The object with these managers written into it; those that own nothing disappear. */
export function withManagers(object: KubernetesObject, managers: Managers): KubernetesObject {
  const entries = [...managers.values()]
    .filter((manager) => !isEmptySet(manager.fields))
    .sort(compareManagers)
    .map(toEntry);
  const { managedFields: _old, ...metadata } = object.metadata;
  return { ...object, metadata: entries.length > 0 ? { ...metadata, managedFields: entries } : metadata };
}

/** Keeps the time of a manager whose fields did not change. */
export function timed(next: Manager, before: Manager | undefined): Manager {
  return before && sameValue(before.fields, next.fields) ? { ...next, time: before.time } : next;
}

function toEntry(manager: Manager): ValueObject {
  return {
    apiVersion: manager.apiVersion,
    fieldsType: "FieldsV1",
    fieldsV1: manager.fields,
    manager: manager.name,
    operation: manager.operation,
    ...(manager.subresource === "" ? {} : { subresource: manager.subresource }),
    ...(manager.time === undefined ? {} : { time: manager.time }),
  };
}

function compareManagers(a: Manager, b: Manager): number {
  return (
    compareTexts(a.operation, b.operation) ||
    compareTexts(a.time ?? "", b.time ?? "") ||
    compareTexts(a.name, b.name) ||
    compareTexts(a.apiVersion, b.apiVersion) ||
    compareTexts(a.subresource, b.subresource)
  );
}

function compareTexts(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
