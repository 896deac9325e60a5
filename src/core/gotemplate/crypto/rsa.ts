import { isPrime, type PrivateKey, rsaKey } from "../../../platform/crypto.js";

const exponent = 65_537n;
const smallPrimes = [
  3n,
  5n,
  7n,
  11n,
  13n,
  17n,
  19n,
  23n,
  29n,
  31n,
  37n,
  41n,
  43n,
  47n,
  53n,
  59n,
  61n,
  67n,
  71n,
  73n,
  79n,
  83n,
  89n,
  97n,
];

/** An RSA key made of the given randomness: the same bytes give the same key. */
export function generateRsa(size: number, random: (count: number) => Uint8Array): PrivateKey {
  for (;;) {
    const p = primeOf(size / 2, random);
    const q = primeOf(size / 2, random);
    const n = p * q;
    const phi = (p - 1n) * (q - 1n);
    if (p === q || n.toString(2).length !== size) continue;
    const d = inverse(exponent, phi);
    return rsaKey({
      n: bytesOf(n),
      e: bytesOf(exponent),
      d: bytesOf(d),
      p: bytesOf(p),
      q: bytesOf(q),
      dp: bytesOf(d % (p - 1n)),
      dq: bytesOf(d % (q - 1n)),
      qi: bytesOf(inverse(q, p)),
    });
  }
}

/** The first prime from a random odd number on; its two highest bits are set, so that products have full length. */
function primeOf(size: number, random: (count: number) => Uint8Array): bigint {
  for (;;) {
    let candidate = numberOf(random(size / 8)) | 1n | (3n << BigInt(size - 2));
    for (let tries = 0; tries < 5_000; tries++, candidate += 2n) {
      if (smallPrimes.some((prime) => candidate % prime === 0n) || (candidate - 1n) % exponent === 0n) continue;
      if (candidate.toString(2).length !== size) break;
      if (isPrime(candidate)) return candidate;
    }
  }
}

function inverse(value: bigint, modulus: bigint): bigint {
  let [a, b] = [modulus, value % modulus];
  let [x, y] = [0n, 1n];
  while (b !== 0n) {
    const quotient = a / b;
    [a, b] = [b, a - quotient * b];
    [x, y] = [y, x - quotient * y];
  }
  return ((x % modulus) + modulus) % modulus;
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("") || "0"}`);
}

function bytesOf(value: bigint): Uint8Array {
  const hex = value.toString(16);
  const padded = hex.length % 2 === 1 ? `0${hex}` : hex;
  return Uint8Array.from(padded.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
