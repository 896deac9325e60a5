import type { KubernetesObject } from "../core/manifest/object.js";
import { copyOf } from "./api/json.js";

/** An object that is being made: a private copy that may still be changed. Stored objects never are. */
export type Draft = Record<string, unknown>;

export function draftOf(object: KubernetesObject | Draft): Draft {
  return copyOf(object) as Draft;
}

/** The finished draft as an object; the caller has put apiVersion, kind and metadata in. */
export function finished(draft: Draft): KubernetesObject {
  return draft as unknown as KubernetesObject;
}

export function isDraft(value: unknown): value is Draft {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The object at a key, or undefined. */
export function part(draft: Draft | undefined, key: string): Draft | undefined {
  const found = draft?.[key];
  return isDraft(found) ? found : undefined;
}

/** The object at a dotted path of keys, or undefined. */
export function partAt(draft: Draft | undefined, ...path: readonly string[]): Draft | undefined {
  let found = draft;
  for (const key of path) found = part(found, key);
  return found;
}

/** The object at a key, made when there is none. */
export function ensure(draft: Draft, key: string): Draft {
  const found = part(draft, key);
  if (found) return found;
  const made: Draft = {};
  draft[key] = made;
  return made;
}

/** The objects of the list at a key. */
export function parts(draft: Draft | undefined, key: string): Draft[] {
  const found = draft?.[key];
  return Array.isArray(found) ? found.filter(isDraft) : [];
}

/** Sets a field that is absent or null. */
export function setDefault(draft: Draft, key: string, value: unknown): void {
  if (draft[key] === undefined || draft[key] === null) draft[key] = value;
}

export function text(draft: Draft | undefined, key: string): string {
  const found = draft?.[key];
  return typeof found === "string" ? found : "";
}

export function count(draft: Draft | undefined, key: string, otherwise = 0): number {
  const found = draft?.[key];
  return typeof found === "number" ? found : otherwise;
}

export function texts(draft: Draft | undefined, key: string): string[] {
  const found = draft?.[key];
  return Array.isArray(found) ? found.filter((item) => typeof item === "string") : [];
}
