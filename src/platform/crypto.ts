import {
  checkPrimeSync,
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  scryptSync,
  sign,
} from "node:crypto";

/** The key that scrypt derives. */
export function scrypt(
  password: Uint8Array,
  salt: Uint8Array,
  options: { readonly cost: number; readonly blockSize: number; readonly parallelization: number; readonly length: number },
): Uint8Array {
  const { cost, blockSize, parallelization, length } = options;
  const maxmem = 256 * cost * blockSize;
  return new Uint8Array(scryptSync(password, salt, length, { N: cost, r: blockSize, p: parallelization, maxmem }));
}

/** AES-256-CBC without padding: `bytes` are whole blocks. */
export function aes256Cbc(direction: "encrypt" | "decrypt", key: Uint8Array, iv: Uint8Array, bytes: Uint8Array): Uint8Array {
  const cipher = direction === "encrypt" ? createCipheriv("aes-256-cbc", key, iv) : createDecipheriv("aes-256-cbc", key, iv);
  cipher.setAutoPadding(false);
  return new Uint8Array(Buffer.concat([cipher.update(bytes), cipher.final()]));
}

export function sha1(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(createHash("sha1").update(bytes).digest());
}

export function isPrime(candidate: bigint): boolean {
  return checkPrimeSync(candidate, { checks: 30 });
}

/** A private key and what certificates need of it. */
export interface PrivateKey {
  readonly kind: "rsa" | "ec" | "ed25519" | "other";
  /** PEM in the form of the key's kind: PKCS #1, SEC 1 or PKCS #8. */
  readonly pem: string;
  /** DER of the SubjectPublicKeyInfo. */
  readonly publicKey: Uint8Array;
  /** A signature with SHA-256 (Ed25519: its own). */
  readonly sign: (bytes: Uint8Array) => Uint8Array;
}

/** The key of a PEM text, or undefined where it is none. */
export function readPrivateKey(pem: string): PrivateKey | undefined {
  try {
    return describe(createPrivateKey(pem));
  } catch {
    return undefined;
  }
}

/** An RSA key of its numbers, big-endian. */
export function rsaKey(numbers: { readonly [name in "n" | "e" | "d" | "p" | "q" | "dp" | "dq" | "qi"]: Uint8Array }): PrivateKey {
  const encoded = Object.fromEntries(
    Object.entries(numbers).map(([name, bytes]) => [name, Buffer.from(bytes).toString("base64url")]),
  );
  return describe(createPrivateKey({ key: { kty: "RSA", ...encoded }, format: "jwk" }));
}

/** A P-256 key of its private number, or undefined where the number is out of range. */
export function p256Key(secret: Uint8Array): PrivateKey | undefined {
  try {
    const curve = createECDH("prime256v1");
    curve.setPrivateKey(secret);
    const point = curve.getPublicKey();
    const part = (from: number, to: number) => point.subarray(from, to).toString("base64url");
    const jwk = { kty: "EC", crv: "P-256", d: Buffer.from(secret).toString("base64url"), x: part(1, 33), y: part(33, 65) };
    return describe(createPrivateKey({ key: jwk, format: "jwk" }));
  } catch {
    return undefined;
  }
}

/** An Ed25519 key of its 32 byte seed. */
export function ed25519Key(seed: Uint8Array): PrivateKey {
  const prefix = Buffer.from("302e020100300506032b657004220420", "hex");
  return describe(createPrivateKey({ key: Buffer.concat([prefix, seed]), format: "der", type: "pkcs8" }));
}

function describe(key: KeyObject): PrivateKey {
  const kind =
    key.asymmetricKeyType === "rsa" || key.asymmetricKeyType === "ec" || key.asymmetricKeyType === "ed25519"
      ? key.asymmetricKeyType
      : "other";
  const type = kind === "rsa" ? "pkcs1" : kind === "ec" ? "sec1" : "pkcs8";
  const publicKey = createPublicKey(key).export({ type: "spki", format: "der" });
  return {
    kind,
    pem: key.export({ type, format: "pem" } as { type: "pkcs8"; format: "pem" }).toString(),
    publicKey: new Uint8Array(publicKey),
    sign: (bytes) => new Uint8Array(sign(kind === "ed25519" ? null : "sha256", bytes, key)),
  };
}
