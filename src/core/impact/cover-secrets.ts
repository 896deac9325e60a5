import { base64Decode, utf8Decode } from "../../platform/bytes.js";
import { hmacHex } from "../../platform/hash.js";
import type { KubernetesObject } from "../manifest/object.js";
import { isObject, type Value } from "../manifest/value.js";
import type { FieldChange } from "./field-change.js";

/** Replaces what Secrets hold, wherever else it stands: a keyed hash tells equal from changed. */
export interface SecretCover {
  text(text: string): string;
  value(value: Value): Value;
}

/** Shorter ones are words that stand everywhere; in a tool's options they are taken for what they are. */
const leastLength = 8;
const leastInOptions = 4;

/**
 * Covers the values of all Secrets among `manifests`, as they are and in base64. One that is also what an object is called (a user `cart` of the
 * service `cart`) is no secret word: it is covered as the password of an address alone, or half of what is told would be hidden.
 */
export function coverSecrets(manifests: readonly KubernetesObject[], secretKey: string, least = leastLength): SecretCover {
  const names = openNames(manifests);
  const found = [...secretValues(manifests)].filter(({ length }) => length >= least).sort((a, b) => b.length - a.length);
  const secrets = found.filter((secret) => !names.has(secret));
  const passwords = found.filter((secret) => names.has(secret));
  const text = (from: string): string => {
    const here = secrets.reduce(
      (so, secret) => (so.includes(secret) ? so.replaceAll(secret, maskText(secret, secretKey)) : so),
      from,
    );
    return passwords.reduce((so, secret) => so.replaceAll(`:${secret}@`, `:${maskText(secret, secretKey)}@`), here);
  };
  const value = (from: Value): Value => {
    if (found.length === 0) return from;
    if (typeof from === "string") return text(from);
    if (Array.isArray(from)) return from.map(value);
    if (isObject(from)) return Object.fromEntries(Object.entries(from).map(([key, item]) => [key, value(item)]));
    // A number or a flag of an option may be all that a Secret holds.
    return secrets.includes(String(from)) ? maskText(String(from), secretKey) : from;
  };
  return { text, value };
}

/** Changes of an Application's fields, with the options of its tools covered: a value or a parameter may be what a Secret holds. */
export function coverOptions(
  fields: readonly FieldChange[],
  manifests: () => readonly KubernetesObject[],
  secretKey: string,
): readonly FieldChange[] {
  if (!fields.some(({ path }) => isOption(path))) return fields;
  const cover = coverSecrets(manifests(), secretKey, leastInOptions);
  const covered = (value: Value | undefined): Value | undefined => (value === undefined ? undefined : cover.value(value));
  return fields.map((field) =>
    isOption(field.path) ? { path: field.path, before: covered(field.before), after: covered(field.after) } : field,
  );
}

/** The fields below `spec.source` that are handed to a tool, and the whole source. */
function isOption(path: string): boolean {
  return /^spec\.sources?(\[\d+\])?($|\.(helm|kustomize|plugin|directory)($|\.|\[))/.test(path);
}

/** `(hidden, 1f3a…)` */
export function maskText(text: string, secretKey: string): string {
  return `(hidden, ${hmacHex("sha256", secretKey, text).slice(0, 12)})`;
}

/** Names and namespaces of objects. */
function openNames(manifests: readonly KubernetesObject[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const { metadata } of manifests) {
    names.add(metadata.name);
    if (metadata.namespace !== undefined) names.add(metadata.namespace);
  }
  return names;
}

/** Keys of Argo CD's own Secrets that are no secrets: everybody who names the cluster or the repository writes them down. */
const openKeys: Readonly<Record<string, readonly string[]>> = {
  cluster: ["name", "server", "project", "namespaces", "clusterResources", "shard"],
  repository: ["name", "url", "project", "type"],
  "repo-creds": ["url", "type"],
};

function closedValues(object: KubernetesObject, field: "data" | "stringData"): readonly string[] {
  const values = object[field];
  if (!isObject(values as Value)) return [];
  const open = openKeys[object.metadata.labels?.["argocd.argoproj.io/secret-type"] ?? ""] ?? [];
  return Object.entries(values as Record<string, unknown>).flatMap(([key, value]) => (open.includes(key) ? [] : [String(value)]));
}

function secretValues(manifests: readonly KubernetesObject[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const object of manifests) {
    if (object.kind !== "Secret") continue;
    for (const value of closedValues(object, "stringData")) found.add(value).add(value.trim());
    for (const value of closedValues(object, "data")) {
      found.add(value);
      const bytes = base64Decode(value);
      const plain = bytes && utf8Decode(bytes);
      if (plain !== undefined) found.add(plain).add(plain.trim());
    }
  }
  return found;
}
