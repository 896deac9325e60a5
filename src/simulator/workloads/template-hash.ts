import { createHash } from "node:crypto";

const hashLength = 10;
const alphabet = "bcdfghjklmnpqrstvwxz2456789";

// Stored templates are immutable, and a status write keeps them as they are.
const known = new WeakMap<object, string>();

/** A short name for a pod template: equal templates have equal hashes, whatever the order of their keys. */
export function templateHash(template: unknown): string {
  if (typeof template !== "object" || template === null) return hashOf(template);
  let hash = known.get(template);
  if (hash === undefined) known.set(template, (hash = hashOf(template)));
  return hash;
}

function hashOf(template: unknown): string {
  const digest = createHash("sha256").update(canonical(template)).digest();
  let out = "";
  for (let i = 0; i < hashLength; i++) out += alphabet[digest[i]! % alphabet.length];
  return out;
}

function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (typeof value !== "object" || value === null)
    return typeof value === "bigint" ? String(value) : (JSON.stringify(value) ?? "null");
  const object = value as Record<string, unknown>;
  return `{${Object.keys(object)
    .filter((key) => object[key] !== undefined && object[key] !== null)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonical(object[key])}`)
    .join(",")}}`;
}
