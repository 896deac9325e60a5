import { functionError } from "../errors.js";
import { fromByteString, toByteString } from "../value/binary.js";
import { runes } from "../value/text.js";
import {
  isDigit,
  isLetter,
  isLower,
  isNumber,
  isPunctuation,
  isSpace,
  isTitle,
  isUpper,
  lowerChar,
  titleChar,
  upperChar,
} from "../value/unicode.js";

/** strings.Title: every letter after a separator in title case. */
export function title(text: string): string {
  let previous = " ";
  return runes(text)
    .map((char) => {
      const mapped = isSeparator(previous) ? titleChar(char) : char;
      previous = char;
      return mapped;
    })
    .join("");
}

function isSeparator(char: string): boolean {
  if (/^[A-Za-z0-9_]$/.test(char)) return false;
  if (char <= "\x7f") return true;
  if (isLetter(char) || isDigit(char)) return false;
  return isSpace(char);
}

export function untitle(text: string): string {
  let wordStarts = true;
  return runes(text)
    .map((char) => {
      if (isSpace(char)) {
        wordStarts = true;
        return char;
      }
      const mapped = wordStarts ? lowerChar(char) : char;
      wordStarts = false;
      return mapped;
    })
    .join("");
}

export function swapCase(text: string): string {
  let wordStarts = true;
  return runes(text)
    .map((char) => {
      if (isUpper(char) || isTitle(char)) {
        wordStarts = false;
        return lowerChar(char);
      }
      if (!isLower(char)) {
        wordStarts = isSpace(char);
        return char;
      }
      if (!wordStarts) return upperChar(char);
      wordStarts = false;
      return titleChar(char);
    })
    .join("");
}

/** Blanks removed. The original walks over bytes: text with both blanks and other than ASCII comes out as Latin-1. */
export function noSpace(text: string): string {
  const bytes = Array.from(toByteString(text));
  const kept = bytes.filter((byte) => !isSpace(byte));
  return kept.length === bytes.length ? text : kept.join("");
}

/** First bytes of the words (bytes, as in the original). */
export function initials(text: string): string {
  let afterGap = true;
  let out = "";
  for (const byte of toByteString(text)) {
    if (isSpace(byte)) {
      afterGap = true;
    } else if (afterGap) {
      out += byte;
      afterGap = false;
    }
  }
  return out;
}

/** `text` cut to `width` bytes with `...` at the end and, from an offset above 4, at the start. */
export function abbreviate(text: string, offset: number, width: number): string {
  return fromByteString(abbreviateBytes(toByteString(text), offset, width));
}

function abbreviateBytes(text: string, wanted: number, width: number): string {
  if (text === "" || width < 4) return "";
  if (text.length <= width) return text;
  let offset = Math.min(wanted, text.length);
  if (text.length - offset < width - 3) offset = text.length - (width - 3);
  if (offset <= 4) return `${text.slice(0, width - 3)}...`;
  if (width < 7) return "";
  if (offset + width - 3 < text.length) return `...${abbreviateBytes(text.slice(offset), 0, width - 3)}`;
  return `...${text.slice(text.length - (width - 3))}`;
}

/** Lines of at most `width` bytes, broken at blanks and, if asked, inside long words. */
export function wrap(text: string, width: number, newline: string, breakWords: boolean): string {
  if (text === "") return "";
  const line = toByteString(text);
  const end = newline === "" ? "\n" : toByteString(newline);
  const size = Math.max(1, width);
  let offset = 0;
  let out = "";
  while (line.length - offset > size) {
    if (line[offset] === " ") {
      offset++;
      continue;
    }
    const blank = line.slice(offset, offset + size + 1).lastIndexOf(" ");
    const next = blank >= 0 ? blank + offset : breakWords ? -1 : line.indexOf(" ", offset + size);
    if (next >= 0) {
      out += line.slice(offset, next) + end;
      offset = next + 1;
    } else if (breakWords) {
      out += line.slice(offset, offset + size) + end;
      offset += size;
    } else {
      out += line.slice(offset);
      offset = line.length;
    }
  }
  return fromByteString(out + line.slice(offset));
}

function isConnector(char: string): boolean {
  return char === "-" || char === "_" || isSpace(char);
}

/** xstrings.ToPascalCase */
export function camelCase(text: string): string {
  const chars = runes(text);
  let out = "";
  let at = 0;
  while (at < chars.length && isConnector(chars[at] as string)) out += chars[at++];
  if (at === chars.length) return out;
  let first = chars[at++] as string;
  let firstIsUpper = isUpper(first);
  first = upperChar(first);
  if (at === chars.length) return out + first;
  let current = first;
  for (; at < chars.length; at++) {
    const previous = current;
    current = chars[at] as string;
    if (isConnector(current) && isConnector(previous)) {
      out += previous;
      continue;
    }
    if (isConnector(previous)) {
      firstIsUpper = isUpper(current);
      current = upperChar(current);
      continue;
    }
    if (firstIsUpper) {
      if (isUpper(current)) current = lowerChar(current);
      else firstIsUpper = false;
    }
    out += previous;
  }
  return out + current;
}

type WordKind = "none" | "number" | "upper" | "alphabet" | "connector" | "punctuation" | "other";

interface Word {
  readonly kind: WordKind;
  readonly chars: readonly string[];
}

/** xstrings.ToSnakeCase and ToKebabCase. */
export function separated(text: string, connector: string): string {
  const reader = new WordReader(runes(text));
  let out = "";
  const put = (word: Word) => {
    out += lowered(word, connector);
  };
  const isWord = (word: Word) => word.kind === "alphabet" || word.kind === "number";
  const isBreak = (word: Word) => word.kind === "connector" || word.kind === "punctuation";
  let word = reader.next();
  while (!reader.atEnd) {
    if (word.kind !== "connector") put(word);
    const previous = word;
    word = reader.next();
    if (previous.kind === "number") {
      while (isWord(word)) {
        put(word);
        word = reader.next();
      }
      if (word.kind !== "none" && !isBreak(word)) out += connector;
    } else if (previous.kind === "connector") {
      put(previous);
    } else if (previous.kind !== "punctuation") {
      if (word.kind !== "number") {
        if (!isBreak(word)) out += connector;
        continue;
      }
      if (reader.atEnd) continue;
      const number = word;
      word = reader.next();
      if (word.kind !== "alphabet") {
        put(number);
        if (!isBreak(word)) out += connector;
        continue;
      }
      out += connector;
      put(number);
      while (isWord(word)) {
        put(word);
        word = reader.next();
      }
      if (word.kind !== "none" && !isBreak(word)) out += connector;
    }
  }
  put(word);
  return out;
}

function lowered(word: Word, connector: string): string {
  if (word.kind !== "upper" && word.kind !== "connector") return word.chars.join("");
  return word.chars.map((char) => (isConnector(char) ? connector : isUpper(char) ? lowerChar(char) : char)).join("");
}

class WordReader {
  private at = 0;
  constructor(private readonly chars: readonly string[]) {}

  get atEnd(): boolean {
    return this.at >= this.chars.length;
  }

  next(): Word {
    if (this.atEnd) return { kind: "none", chars: [] };
    const start = this.at;
    const kind = this.read();
    return { kind, chars: this.chars.slice(start, this.at) };
  }

  private read(): WordKind {
    const first = this.chars[this.at++] as string;
    if (isConnector(first)) return this.run("connector", isConnector);
    if (isPunctuation(first)) return this.run("punctuation", isPunctuation);
    if (isUpper(first)) {
      const second = this.chars[this.at];
      if (second === undefined) return "upper";
      if (isUpper(second)) {
        this.run("upper", isUpper);
        // The last capital of "HTTPServer" begins the next word.
        const next = this.chars[this.at];
        if (next !== undefined && isLetter(next)) this.at--;
      } else if (isLetter(second)) {
        this.run("upper", isPlainLetter);
      }
      return "upper";
    }
    if (isLetter(first)) return this.run("alphabet", isPlainLetter);
    if (isNumber(first)) return this.run("number", isNumber);
    return this.run("other", (char) => !isConnector(char) && !isLetter(char) && !isNumber(char) && !isPunctuation(char));
  }

  private run(kind: WordKind, accepts: (char: string) => boolean): WordKind {
    while (!this.atEnd && accepts(this.chars[this.at] as string)) this.at++;
    return kind;
  }
}

function isPlainLetter(char: string): boolean {
  return isLetter(char) && !isUpper(char);
}

export { functionError };
