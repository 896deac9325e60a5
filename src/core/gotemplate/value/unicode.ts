const spaces = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
/** unicode.IsSpace */
export function isSpace(char: string): boolean {
  return spaces.test(char);
}

/** strings.TrimSpace */
export function trimSpace(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && spaces.test(text[start] as string)) start++;
  while (end > start && spaces.test(text[end - 1] as string)) end--;
  return text.slice(start, end);
}

/** unicode.ToUpper of one character: never more than one, `ß` stays. */
export function upperChar(char: string): string {
  return single(char, char.toUpperCase());
}

/** unicode.ToLower of one character. */
export function lowerChar(char: string): string {
  if (char === "\u0130") return "i";
  return single(char, char.toLowerCase());
}

/** unicode.ToTitle of one character. */
export function titleChar(char: string): string {
  if (/[\u01c4-\u01c6]/.test(char)) return "\u01c5";
  if (/[\u01c7-\u01c9]/.test(char)) return "\u01c8";
  if (/[\u01ca-\u01cc]/.test(char)) return "\u01cb";
  if (/[\u01f1-\u01f3]/.test(char)) return "\u01f2";
  return upperChar(char);
}

export function toUpper(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text.toUpperCase() : Array.from(text, upperChar).join("");
}

export function toLower(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text.toLowerCase() : Array.from(text, lowerChar).join("");
}

export function isUpper(char: string): boolean {
  return /^\p{Lu}$/u.test(char);
}

export function isLower(char: string): boolean {
  return /^\p{Ll}$/u.test(char);
}

export function isTitle(char: string): boolean {
  return /^\p{Lt}$/u.test(char);
}

export function isLetter(char: string): boolean {
  return /^\p{L}$/u.test(char);
}

export function isDigit(char: string): boolean {
  return /^\p{Nd}$/u.test(char);
}

export function isNumber(char: string): boolean {
  return /^\p{N}$/u.test(char);
}

export function isPunctuation(char: string): boolean {
  return /^\p{P}$/u.test(char);
}

function single(char: string, mapped: string): string {
  return mapped.length === 1 || Array.from(mapped).length === 1 ? mapped : char;
}
