/** bcrypt ($2a$) of `password` (at most 72 bytes) with a salt of 16 bytes. */
export function bcryptHash(password: Uint8Array, salt: Uint8Array, cost: number): string {
  const key = new Uint8Array([...password, 0]);
  const { p, s } = startingState();
  expand(p, s, key, salt);
  for (let round = 0; round < 2 ** cost; round++) {
    expand(p, s, key);
    expand(p, s, salt);
  }
  const text = new Uint8Array([...magic].map((char) => char.charCodeAt(0)));
  const words = new Uint32Array(6);
  const view = new DataView(text.buffer);
  for (let index = 0; index < 6; index++) words[index] = view.getUint32(4 * index);
  for (let index = 0; index < 6; index += 2) {
    for (let count = 0; count < 64; count++) encipher(p, s, words, index);
  }
  for (const [index, word] of words.entries()) view.setUint32(4 * index, word);
  return `$2a$${String(cost).padStart(2, "0")}$${encode(salt)}${encode(text.subarray(0, 23))}`;
}

const magic = "OrpheanBeholderScryDoubt";
const alphabet = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** bcrypt's own base64, without padding. */
function encode(bytes: Uint8Array): string {
  let out = "";
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b = 0, c = 0] = bytes.subarray(at, at + 3);
    const group = [a >> 2, ((a & 3) << 4) | (b >> 4), ((b & 15) << 2) | (c >> 6), c & 63];
    const used = Math.min(4, bytes.length - at + 1);
    out += group
      .slice(0, used)
      .map((value) => alphabet[value])
      .join("");
  }
  return out;
}

let initial: Uint32Array | undefined;

/** Blowfish starts from the fraction of π: 18 words for the subkeys, four boxes of 256 words. */
function startingState(): { p: Uint32Array; s: Uint32Array } {
  initial ??= fractionOfPi(18 + 1024);
  return { p: initial.slice(0, 18), s: initial.slice(18) };
}

/** The first 32-bit words of π − 3, by Machin's formula. */
function fractionOfPi(count: number): Uint32Array {
  const guard = 64n;
  const bits = BigInt(count * 32) + guard;
  const one = 1n << bits;
  const arctan = (inverse: bigint) => {
    let term = one / inverse;
    let sum = term;
    const square = inverse * inverse;
    for (let divisor = 3n, sign = -1n; term !== 0n; divisor += 2n, sign = -sign) {
      term /= square;
      sum += sign * (term / divisor);
    }
    return sum;
  };
  const pi = 4n * (4n * arctan(5n) - arctan(239n));
  const hex = ((pi & (one - 1n)) >> guard).toString(16).padStart(count * 8, "0");
  return Uint32Array.from({ length: count }, (_, index) => Number.parseInt(hex.slice(8 * index, 8 * index + 8), 16));
}

function encipher(p: Uint32Array, s: Uint32Array, words: Uint32Array, at: number): void {
  let left = words[at] as number;
  let right = words[at + 1] as number;
  for (let round = 0; round < 16; round += 2) {
    left ^= p[round] as number;
    right ^= mix(s, left);
    right ^= p[round + 1] as number;
    left ^= mix(s, right);
  }
  words[at] = right ^ (p[17] as number);
  words[at + 1] = left ^ (p[16] as number);
}

function mix(s: Uint32Array, word: number): number {
  const sum = ((s[word >>> 24] as number) + (s[256 + ((word >>> 16) & 255)] as number)) | 0;
  return ((sum ^ (s[512 + ((word >>> 8) & 255)] as number)) + (s[768 + (word & 255)] as number)) | 0;
}

/** Works the key into the state and replaces the state by its own cipher text, salted if there is a salt. */
function expand(p: Uint32Array, s: Uint32Array, key: Uint8Array, salt?: Uint8Array): void {
  const next = wordsOf(key);
  for (let index = 0; index < 18; index++) p[index] = (p[index] as number) ^ next();
  const salted = salt ? wordsOf(salt) : () => 0;
  const words = new Uint32Array(2);
  for (const target of [p, s]) {
    for (let index = 0; index < target.length; index += 2) {
      words[0] = (words[0] as number) ^ salted();
      words[1] = (words[1] as number) ^ salted();
      encipher(p, s, words, 0);
      target[index] = words[0] as number;
      target[index + 1] = words[1] as number;
    }
  }
}

/** Words of bytes that repeat for ever. */
function wordsOf(bytes: Uint8Array): () => number {
  let at = 0;
  return () => {
    let word = 0;
    for (let count = 0; count < 4; count++) {
      word = (word << 8) | (bytes[at] as number);
      at = (at + 1) % bytes.length;
    }
    return word;
  };
}
