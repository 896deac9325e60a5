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

/** Covers the values of all Secrets among `manifests`, as they are and in base64. */
export function coverSecrets(manifests: readonly KubernetesObject[], secretKey: string, least = leastLength): SecretCover {
  const secrets = [...secretValues(manifests)].filter(({ length }) => length >= least).sort((a, b) => b.length - a.length);
  const text = (from: string): string =>
    secrets.reduce((here, secret) => (here.includes(secret) ? here.replaceAll(secret, maskText(secret, secretKey)) : here), from);
  const value = (from: Value): Value => {
    if (secrets.length === 0) return from;
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

function secretValues(manifests: readonly KubernetesObject[]): ReadonlySet<string> {
  const found = new Set<string>();
  for (const object of manifests) {
    if (object.kind !== "Secret") continue;
    for (const value of stringsAt(object["stringData"])) found.add(value).add(value.trim());
    for (const value of stringsAt(object["data"])) {
      found.add(value);
      const bytes = base64Decode(value);
      const plain = bytes && utf8Decode(bytes);
      if (plain !== undefined) found.add(plain).add(plain.trim());
    }
  }
  return found;
}

function stringsAt(value: unknown): readonly string[] {
  return isObject(value as Value) ? Object.values(value as Record<string, unknown>).map(String) : [];
}
