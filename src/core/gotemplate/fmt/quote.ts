const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;
const plainAscii = /^[ !#-[\]-~]*$/;
const named: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** unicode.IsPrint */
export function isPrint(char: string): boolean {
  return printable.test(char);
}

/** strconv.Quote; with `asciiOnly` strconv.QuoteToASCII. */
export function quote(text: string, asciiOnly = false): string {
  if (plainAscii.test(text)) return `"${text}"`;
  return `"${quoteBody(text, '"', asciiOnly)}"`;
}

/** strconv.QuoteRune of a code point; invalid ones are U+FFFD. */
export function quoteCodePoint(code: number, asciiOnly = false): string {
  const isValid = code >= 0 && code <= 0x10ffff && !(code >= 0xd800 && code <= 0xdfff);
  return `'${quoteBody(String.fromCodePoint(isValid ? code : 0xfffd), "'", asciiOnly)}'`;
}

/** `%#U`: `U+007D '}'`. */
export function quoteRune(char: string): string {
  if (char === "") return "U+FFFFFFFFFFFFFFFF";
  const code = char.codePointAt(0) as number;
  const hex = code.toString(16).toUpperCase().padStart(4, "0");
  return isPrint(char) ? `U+${hex} '${char}'` : `U+${hex}`;
}

function quoteBody(text: string, delimiter: string, asciiOnly: boolean): string {
  let out = "";
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (char === delimiter || char === "\\") out += `\\${char}`;
    else if (code >= 0xdc80 && code <= 0xdcff) out += `\\x${(code - 0xdc00).toString(16)}`;
    else if (code >= 0xd800 && code <= 0xdfff) out += "\ufffd";
    else if (code < 0x80 ? code >= 0x20 && code !== 0x7f : !asciiOnly && isPrint(char)) out += char;
    else if (named[char] !== undefined) out += named[char];
    else if (code < 0x80) out += `\\x${code.toString(16).padStart(2, "0")}`;
    else if (code < 0x10000) out += `\\u${code.toString(16).padStart(4, "0")}`;
    else out += `\\U${code.toString(16).padStart(8, "0")}`;
  }
  return out;
}

const simple: Readonly<Record<string, number>> = { a: 7, b: 8, f: 12, n: 10, r: 13, t: 9, v: 11, "\\": 92 };

/** One character of a quoted literal: its code point (or byte), and where the next one starts. */
export function unquoteChar(
  text: string,
  at: number,
  delimiter: string,
): { code: number; isByte: boolean; next: number } | undefined {
  const char = text[at];
  if (char === undefined || char === delimiter || char === "\n") return undefined;
  if (char !== "\\") {
    const code = text.codePointAt(at) as number;
    return { code, isByte: false, next: at + (code > 0xffff ? 2 : 1) };
  }
  const kind = text[at + 1];
  if (kind === undefined) return undefined;
  if (simple[kind] !== undefined) return { code: simple[kind], isByte: false, next: at + 2 };
  if (kind === "'" || kind === '"')
    return kind === delimiter ? { code: kind.charCodeAt(0), isByte: false, next: at + 2 } : undefined;
  const hexLength = kind === "x" ? 2 : kind === "u" ? 4 : kind === "U" ? 8 : 0;
  if (hexLength > 0) {
    const digits = text.slice(at + 2, at + 2 + hexLength);
    if (digits.length < hexLength || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
    const code = Number.parseInt(digits, 16);
    if (kind !== "x" && (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))) return undefined;
    return { code, isByte: kind === "x", next: at + 2 + hexLength };
  }
  const octal = /^[0-7]{3}/.exec(text.slice(at + 1, at + 4))?.[0];
  if (octal === undefined) return undefined;
  const code = Number.parseInt(octal, 8);
  return code > 255 ? undefined : { code, isByte: true, next: at + 4 };
}

/** strconv.Unquote of a "…" or `…` literal; undefined where its syntax is invalid. */
export function unquote(literal: string): string | undefined {
  const delimiter = literal[0] as string;
  const body = literal.slice(1, -1);
  if (delimiter === "`") return body.replaceAll("\r", "");
  if (!body.includes("\\")) return body;
  let out = "";
  for (let at = 0; at < body.length; ) {
    const char = unquoteChar(body, at, delimiter);
    if (char === undefined) return undefined;
    out += String.fromCodePoint(char.isByte && char.code >= 0x80 ? 0xdc00 + char.code : char.code);
    at = char.next;
  }
  return out;
}
