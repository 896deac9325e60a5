import { isPrime, type PrivateKey, rsaKey } from "../../../platform/crypto.js";

const exponent = 65_537n;
const triesOfAStart = 5_000;
/** Each test of a candidate by powers costs as much as thousands of these. */
const smallPrimes = oddPrimesBelow(16_384);

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
    const start = numberOf(random(size / 8)) | 1n | (3n << BigInt(size - 2));
    const isDivisible = divisibleFrom(start);
    for (let tries = 0; tries < triesOfAStart; tries++) {
      if (isDivisible[tries] === 1) continue;
      const candidate = start + BigInt(2 * tries);
      if ((candidate - 1n) % exponent === 0n) continue;
      if (candidate.toString(2).length !== size) break;
      if (isPrime(candidate)) return candidate;
    }
  }
}

/** Which of `start`, `start + 2`, … have a small factor: 1. */
function divisibleFrom(start: bigint): Uint8Array {
  const found = new Uint8Array(triesOfAStart);
  for (const prime of smallPrimes) {
    const rest = Number(start % BigInt(prime));
    // How often 2 is to be added; (prime + 1) / 2 is the half of 1.
    const first = ((prime - rest) * ((prime + 1) / 2)) % prime;
    for (let tries = first; tries < triesOfAStart; tries += prime) found[tries] = 1;
  }
  return found;
}

function oddPrimesBelow(limit: number): readonly number[] {
  const isComposite = new Uint8Array(limit);
  const primes: number[] = [];
  for (let value = 3; value < limit; value += 2) {
    if (isComposite[value] === 1) continue;
    primes.push(value);
    for (let multiple = value * value; multiple < limit; multiple += 2 * value) isComposite[multiple] = 1;
  }
  return primes;
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
