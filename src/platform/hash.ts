import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** The SHA-256 of `input` as lower-case hex. */
export function sha256Hex(input: string | Uint8Array): string {
  return createHash("sha256").update(input).digest("hex");
}

/** The SHA-256 of `input` as bytes. */
export function sha256(input: string | Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha256").update(input).digest());
}

/** The digest of `input` under one of Node's algorithms (`sha1`, `sha512`, `md5`, …) as lower-case hex. */
export function hashHex(algorithm: "sha1" | "sha256" | "sha512" | "md5", input: string | Uint8Array): string {
  return createHash(algorithm).update(input).digest("hex");
}

/** HMAC as lower-case hex. */
export function hmacHex(algorithm: "sha1" | "sha256" | "sha512", key: string | Uint8Array, input: string | Uint8Array): string {
  return createHmac(algorithm, key).update(input).digest("hex");
}

/** Equality in time that depends on the length of `a` alone. */
export function equalInConstantTime(a: string, b: string): boolean {
  const left = createHash("sha256").update(a).digest();
  const right = createHash("sha256").update(b).digest();
  return timingSafeEqual(left, right);
}

/** The 512-bit BLAKE2b digest of `input` as bytes. */
export function blake2b512(input: string | Uint8Array): Uint8Array {
  return new Uint8Array(createHash("blake2b512").update(input).digest());
}
