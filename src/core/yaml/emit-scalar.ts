import { isOldBoolean, resolvePlain } from "./resolve.js";

export type EmitterVersion = 2 | 3;

export type ScalarForm = "plain" | "single" | "double" | "literal";

export interface ScalarStyle {
  readonly form: ScalarForm;
  /** Holds a line break, so it cannot be a simple key. */
  readonly multiline: boolean;
}

const SAFE_WORD = /^[a-zA-Z_/][a-zA-Z0-9_./-]*$/;
/** Printable ASCII that no analysis would find anything in: no indicator in front, no comment, single blanks, colons within words. */
const SAFE_LINE = /^(?:[a-zA-Z0-9_/]|--?(?=[a-zA-Z0-9_/]))(?:[!-"$-9;-~]|:(?=[!-"$-9;-~])| (?=[!-"$-~]))*$/;
const PLAIN: ScalarStyle = { form: "plain", multiline: false };
const QUOTED_WORD: ScalarStyle = { form: "double", multiline: false };
const BASE_60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** How go-yaml's encoder writes a string: plain where it reads back as a string, literal where it has lines, else quoted. */
export function chooseStyle(text: string, version: EmitterVersion, asKey: boolean): ScalarStyle {
  if (SAFE_WORD.test(text)) return text.length > 5 || readsBackAsString(text, version) ? PLAIN : QUOTED_WORD;
  if (SAFE_LINE.test(text)) return readsBackAsString(text, version) ? PLAIN : QUOTED_WORD;
  const facts = analyse(text, version);
  const { multiline } = facts;
  let form: ScalarForm = text.includes("\n") ? "literal" : readsBackAsString(text, version) ? "plain" : "double";
  if (asKey && multiline) form = "double";
  if (form === "plain" && !facts.plainAllowed) form = "single";
  if (form === "single" && !facts.singleAllowed) form = "double";
  if (form === "literal" && (!facts.blockAllowed || asKey)) form = "double";
  return { form, multiline };
}

/** Whether go-yaml v3 writes the text as a block scalar where it is asked to. */
export function allowsBlock(text: string): boolean {
  return analyse(text, 3).blockAllowed;
}

function readsBackAsString(text: string, version: EmitterVersion): boolean {
  const dialect = version === 2 ? "kubernetes" : "kustomize";
  if (resolvePlain(text, dialect).tag !== "!!str" || BASE_60.test(text)) return false;
  return version === 2 || !isOldBoolean(text);
}

export interface Facts {
  readonly multiline: boolean;
  readonly plainAllowed: boolean;
  readonly singleAllowed: boolean;
  readonly blockAllowed: boolean;
}

const FIRST_INDICATORS = "#,[]{}&*!|>'\"%@`";

/** What the emitter may write a text as. */
export function analyse(text: string, version: EmitterVersion): Facts {
  if (text === "") return { multiline: false, plainAllowed: true, singleAllowed: true, blockAllowed: false };
  let indicators = text.startsWith("---") || text.startsWith("...");
  let multiline = false;
  let special = false;
  let tabs = false;
  let breakSpace = false;
  let spaceBreak = false;
  let afterSpace = false;
  let afterBreak = false;
  let afterWhitespace = true;
  const bom = text.charCodeAt(0) === 0xfeff;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const atBreak = isEmitterBreak(code);
    const beforeWhitespace = index + 1 >= text.length || isBlankCode(text.charCodeAt(index + 1));
    if (index === 0) {
      if (FIRST_INDICATORS.includes(text[0] as string)) indicators = true;
      else if ((code === 63 || code === 58 || code === 45) && beforeWhitespace) indicators = true;
    } else if (code === 58) {
      if (beforeWhitespace) indicators = true;
    } else if (code === 35 && afterWhitespace) indicators = true;
    if (version === 3 && code === 9) tabs = true;
    else if (bom || !isPrintable(code)) special = true;
    if (code === 32) {
      if (afterBreak) breakSpace = true;
      afterSpace = true;
      afterBreak = false;
    } else if (atBreak) {
      multiline = true;
      if (afterSpace) spaceBreak = true;
      afterSpace = false;
      afterBreak = true;
    } else {
      afterSpace = false;
      afterBreak = false;
    }
    afterWhitespace = isBlankCode(code) || atBreak || code === 0;
  }
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(text.length - 1);
  const edges = first === 32 || last === 32 || isEmitterBreak(first) || isEmitterBreak(last);
  const unquotable = breakSpace || spaceBreak || tabs || special;
  return {
    multiline,
    plainAllowed: !(edges || unquotable || multiline || indicators),
    singleAllowed: !unquotable,
    blockAllowed: !(last === 32 || spaceBreak || special),
  };
}

function isBlankCode(code: number): boolean {
  return code === 32 || code === 9;
}

export function isEmitterBreak(code: number): boolean {
  return code === 10 || code === 13 || code === 0x85 || code === 0x2028 || code === 0x2029;
}

/** go-yaml: characters beyond the basic plane and the byte order mark count as unprintable. */
function isPrintable(code: number): boolean {
  if (code < 0xa0) return code === 10 || (code >= 0x20 && code <= 0x7e);
  return code < 0xd800 || (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff);
}

/** Where a flow scalar is written: go-yaml v2 folds lines that pass column 80 at the next single space. */
export interface Folding {
  /** Column of the scalar's first character. */
  readonly column: number;
  /** Indentation of continuation lines. */
  readonly indent: number;
  readonly width: number;
}

export function writePlain(text: string, folding: Folding): string {
  return fold(text, folding.column, folding, false);
}

export function writeSingleQuoted(text: string, folding: Folding): string {
  const escaped = text.replaceAll("'", "''");
  const written = /[\u2028\u2029]/.test(escaped)
    ? foldWithBreaks(escaped, folding)
    : fold(escaped, folding.column + 1, folding, true);
  return `'${written}'`;
}

/** A separator counts as a line break: what follows is indented and its columns begin anew. */
function foldWithBreaks(text: string, { column, indent, width }: Folding): string {
  const pad = " ".repeat(indent);
  let out = "";
  let at = column + 1;
  let isAfterBreak = false;
  let isAfterSpace = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    const isSpace = code === 32;
    if (isSpace && at > width && !isAfterSpace && index > 0 && index < text.length - 1 && text.charCodeAt(index + 1) !== 32) {
      out += `\n${pad}`;
      at = indent;
    } else if (isEmitterBreak(code)) {
      out += text[index];
      at = 0;
      isAfterBreak = true;
      continue;
    } else {
      if (isAfterBreak && !isSpace) {
        out += pad;
        at = indent;
      }
      out += text[index];
      if ((code & 0xfc00) !== 0xdc00) at += 1;
    }
    isAfterBreak &&= isSpace;
    isAfterSpace = isSpace;
  }
  return out;
}

/** Replaces the first single space beyond the width of each line by a line break. */
function fold(text: string, column: number, { indent, width }: Folding, quoted: boolean): string {
  if (column + text.length <= width) return text;
  const pad = `\n${" ".repeat(indent)}`;
  let out = "";
  let from = 0;
  let at = column;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 32 && at > width && text.charCodeAt(index - 1) !== 32 && text.charCodeAt(index + 1) !== 32) {
      if (!quoted || (index > 0 && index < text.length - 1)) {
        out += text.slice(from, index) + pad;
        from = index + 1;
        at = indent;
        continue;
      }
    }
    if ((code & 0xfc00) !== 0xdc00) at += 1;
  }
  return out + text.slice(from);
}

const ESCAPES: ReadonlyMap<number, string> = new Map([
  [0, "0"],
  [7, "a"],
  [8, "b"],
  [9, "t"],
  [10, "n"],
  [11, "v"],
  [12, "f"],
  [13, "r"],
  [27, "e"],
  [34, '"'],
  [92, "\\"],
  [0x85, "N"],
  [0xa0, "_"],
  [0x2028, "L"],
  [0x2029, "P"],
]);

export function writeDoubleQuoted(text: string, folding?: Folding): string {
  // go-yaml looks for the byte order mark at the start of the text, whichever character it is at.
  const escapeAll = text.charCodeAt(0) === 0xfeff;
  const width = folding ? folding.width : Number.POSITIVE_INFINITY;
  let out = '"';
  let column = (folding?.column ?? 0) + 1;
  let index = 0;
  let afterSpace = false;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    if (folding && char === " " && !escapeAll && !afterSpace && column > width && index > 0 && index < text.length - 1) {
      out += `\n${" ".repeat(folding.indent)}${text[index + 1] === " " ? "\\" : ""}`;
      column = folding.indent + (text[index + 1] === " " ? 1 : 0);
      afterSpace = true;
    } else {
      const mustEscape = escapeAll || code > 0xffff || !isPrintable(code) || isEmitterBreak(code) || code === 34 || code === 92;
      const piece = mustEscape ? escapeCode(code) : char;
      out += piece;
      column += piece.length;
      afterSpace = char === " " && !mustEscape;
    }
    index += char.length;
  }
  return `${out}"`;
}

function escapeCode(code: number): string {
  const short = ESCAPES.get(code);
  if (short !== undefined) return `\\${short}`;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, "0")}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, "0")}` : `\\U${hex.padStart(8, "0")}`;
}

/** `|` with its hints and lines indented by `indent`; without the line break that ends it. `hint` is the emitter's indent. */
export function writeLiteral(text: string, indent: number, hint: number): string {
  const first = text.charCodeAt(0);
  const pad = " ".repeat(indent);
  let out = `|${first === 32 || isEmitterBreak(first) ? hint : ""}${chompHint(text)}\n`;
  let atLineStart = true;
  let from = 0;
  for (let index = 0; index <= text.length; index++) {
    if (index < text.length && !isEmitterBreak(text.charCodeAt(index))) continue;
    if (index > from) out += (atLineStart ? pad : "") + text.slice(from, index);
    if (index < text.length) out += text[index];
    from = index + 1;
    atLineStart = true;
  }
  return text.endsWith("\n") ? out.slice(0, -1) : out;
}

function chompHint(text: string): string {
  if (!isEmitterBreak(text.charCodeAt(text.length - 1))) return "-";
  if (text.length === 1 || isEmitterBreak(text.charCodeAt(text.length - 2))) return "+";
  return "";
}
