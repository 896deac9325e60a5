/** go-yaml's order of mapping keys: letters after the rest, digits by their number. */

const LETTER = /^\p{L}$/u;
const DIGIT = /^\p{Nd}$/u;

function isLetter(char: string): boolean {
  const code = char.charCodeAt(0);
  if (code < 128) return (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
  return LETTER.test(char);
}

function isDigit(char: string): boolean {
  const code = char.charCodeAt(0);
  return code < 128 ? code >= 48 && code <= 57 : DIGIT.test(char);
}

/** Whether `a` sorts before `b`. go-yaml v3 differs from v2 where a letter meets something else right after digits. */
export function keyLess(a: string, b: string, version: 2 | 3): boolean {
  if (isLetters(a) && isLetters(b)) return a < b;
  const length = Math.min(a.length, b.length);
  let index = 0;
  while (index < length && a.charCodeAt(index) === b.charCodeAt(index)) index += 1;
  const before = index === 0 ? 0 : a.charCodeAt(index - 1);
  if (before >= 128) return keyLessByCharacter(a, b, version);
  if (index === length) return a.length < b.length;
  const l = a.charCodeAt(index);
  const r = b.charCodeAt(index);
  if (l >= 128 || r >= 128) return keyLessByCharacter(a, b, version);
  const lLetter = isAsciiLetter(l);
  const rLetter = isAsciiLetter(r);
  if (lLetter && rLetter) return l < r;
  if (lLetter || rLetter) return version === 3 && isAsciiDigit(before) ? lLetter : rLetter;
  if (!isAsciiDigit(l) && !isAsciiDigit(r)) return l < r;
  return shortNumberLess(a, b, index) ?? keyLessByCharacter(a, b, version);
}

function isAsciiLetter(code: number): boolean {
  return (code | 32) >= 97 && (code | 32) <= 122;
}

function isAsciiDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** As numberLess; undefined where the numbers are long or stand beside what may be a digit of another script. */
function shortNumberLess(a: string, b: string, from: number): boolean | undefined {
  let start = 0;
  if (a[from] === "0" || b[from] === "0")
    for (let index = from - 1; index >= 0; index--) {
      const code = a.charCodeAt(index);
      if (code >= 128) return undefined;
      if (!isAsciiDigit(code)) break;
      if (code !== 48) start = 1;
    }
  const l = digitsEnd(a, from);
  const r = digitsEnd(b, from);
  if (l === undefined || r === undefined) return undefined;
  const [left, right] = [numberAt(a, from, l, start), numberAt(b, from, r, start)];
  if (left !== right) return left < right;
  return l !== r ? l < r : a.charCodeAt(from) < b.charCodeAt(from);
}

const maxShortDigits = 14;

function digitsEnd(text: string, from: number): number | undefined {
  let end = from;
  while (end < text.length && isAsciiDigit(text.charCodeAt(end))) end += 1;
  return end - from > maxShortDigits || text.charCodeAt(end) >= 128 ? undefined : end;
}

function numberAt(text: string, from: number, end: number, start: number): number {
  return end === from ? start : Number(`${start}${text.slice(from, end)}`);
}

function keyLessByCharacter(a: string, b: string, version: 2 | 3): boolean {
  const left = Array.from(a);
  const right = Array.from(b);
  let digits = false;
  for (let index = 0; index < left.length && index < right.length; index++) {
    const l = left[index] as string;
    const r = right[index] as string;
    if (l === r) {
      digits = isDigit(l);
      continue;
    }
    const lLetter = isLetter(l);
    const rLetter = isLetter(r);
    if (lLetter && rLetter) return codePoint(l) < codePoint(r);
    if (lLetter || rLetter) return version === 3 && digits ? lLetter : rLetter;
    return numberLess(left, right, index);
  }
  return left.length < right.length;
}

function isLetters(key: string): boolean {
  for (let index = 0; index < key.length; index++) {
    const code = key.charCodeAt(index) | 32;
    if (code < 97 || code > 122) return false;
  }
  return true;
}

function codePoint(char: string): number {
  return char.codePointAt(0) as number;
}

/** Compares the numbers that begin where the keys part; leading zeros count as digits of a number already begun. */
function numberLess(left: readonly string[], right: readonly string[], from: number): boolean {
  let start = 0n;
  if (left[from] === "0" || right[from] === "0") {
    for (let index = from - 1; index >= 0 && isDigit(left[index] as string); index--) {
      if (left[index] !== "0") {
        start = 1n;
        break;
      }
    }
  }
  const l = readNumber(left, from, start);
  const r = readNumber(right, from, start);
  if (l.value !== r.value) return l.value < r.value;
  if (l.end !== r.end) return l.end < r.end;
  return codePoint(left[from] as string) < codePoint(right[from] as string);
}

function readNumber(chars: readonly string[], from: number, start: bigint): { readonly value: bigint; readonly end: number } {
  let value = start;
  let end = from;
  for (; end < chars.length && isDigit(chars[end] as string); end++) {
    value = BigInt.asIntN(64, value * 10n + BigInt(codePoint(chars[end] as string) - 48));
  }
  return { value, end };
}

/** Keys in go-yaml's order. Its order is not always transitive, so small sets are sorted by insertion, as Go does. */
export function sortedKeys(keys: string[], version: 2 | 3): string[] {
  if (keys.length < 2) return keys;
  const isPlain = keys.every(isLetters);
  if (keys.length > 12) {
    if (isPlain) return keys.sort();
    return keys.sort((a, b) => (keyLess(a, b, version) ? -1 : keyLess(b, a, version) ? 1 : 0));
  }
  for (let index = 1; index < keys.length; index++) {
    const key = keys[index] as string;
    let at = index;
    for (; at > 0; at--) {
      const above = keys[at - 1] as string;
      if (!(isPlain ? key < above : keyLess(key, above, version))) break;
      keys[at] = above;
    }
    keys[at] = key;
  }
  return keys;
}
