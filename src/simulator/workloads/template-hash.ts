import { createHash } from "node:crypto";

const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** A short name for a pod template: equal templates have equal hashes, whatever the order of their keys. */
export function templateHash(template: unknown, length = 10): string {
  const digest = createHash("sha256").update(canonical(template)).digest();
  let out = "";
  for (let i = 0; i < length; i++) out += alphabet[digest[i]! % alphabet.length];
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
