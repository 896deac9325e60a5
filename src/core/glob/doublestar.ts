import { InputError } from "../errors.js";
import { compileTokens, type Token } from "./tokens.js";

const maxAlternatives = 1024;

/**
 * A matcher in the dialect of doublestar v4: as Go's path.Match, and `**` as a whole segment for any number of directories, `{a,b}` for
 * alternatives, `[!a]` beside `[^a]`. `a/**` matches `a` too. Throws `InputError` code GLOB_SYNTAX for a malformed pattern.
 */
export function compileDoublestar(pattern: string): (name: string) => boolean {
  const alternatives = expandBraces(Array.from(pattern), pattern).map((single) => compileSingle(single, pattern));
  return (name) => alternatives.some((matches) => matches(name));
}

type Mark = { readonly escaped?: boolean; readonly character: string };

/** Resolves `{a,b{c,d}}` to brace-free patterns; escapes and classes hide braces. */
function expandBraces(pattern: readonly string[], source: string): Mark[][] {
  let done: Mark[][] = [[]];
  const append = (marks: readonly (readonly Mark[])[]): void => {
    done = done.flatMap((before) => marks.map((mark) => [...before, ...mark]));
    if (done.length > maxAlternatives) throw malformed(source, "too many alternatives");
  };
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "\\") {
      if (++at >= pattern.length) throw malformed(source, "it ends in a backslash");
      append([[{ escaped: true, character: pattern[at]! }]]);
    } else if (character === "[") {
      const end = classEnd(pattern, at);
      if (end < 0) throw malformed(source, "a class is not closed");
      append([pattern.slice(at, end + 1).map((inner) => ({ character: inner }))]);
      at = end;
    } else if (character === "{") {
      const end = braceEnd(pattern, at);
      if (end < 0) throw malformed(source, "a brace is not closed");
      append(splitAlternatives(pattern.slice(at + 1, end)).flatMap((part) => expandBraces(part, source)));
      at = end;
    } else append([[{ character }]]);
  }
  return done;
}

function classEnd(pattern: readonly string[], start: number): number {
  let at = start + 1;
  if (pattern[at] === "!" || pattern[at] === "^") at++;
  if (pattern[at] === "]") return -1;
  for (; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++;
    else if (pattern[at] === "]") return at;
  }
  return -1;
}

function braceEnd(pattern: readonly string[], start: number): number {
  let depth = 0;
  for (let at = start; at < pattern.length; at++) {
    if (pattern[at] === "\\") at++;
    else if (pattern[at] === "{") depth++;
    else if (pattern[at] === "}" && --depth === 0) return at;
  }
  return -1;
}

function splitAlternatives(inner: readonly string[]): string[][] {
  const parts: string[][] = [[]];
  let depth = 0;
  for (let at = 0; at < inner.length; at++) {
    const character = inner[at]!;
    if (character === "," && depth === 0) {
      parts.push([]);
      continue;
    }
    if (character === "{") depth++;
    if (character === "}") depth--;
    parts.at(-1)!.push(character);
    if (character === "\\" && at + 1 < inner.length) parts.at(-1)!.push(inner[++at]!);
  }
  return parts;
}

function compileSingle(marks: readonly Mark[], source: string): (name: string) => boolean {
  const tokens: Token[] = [];
  /** Where in `marks` each token begins: the text from there decides whether an end is accepted. */
  const starts: number[] = [];
  const is = (at: number, character: string): boolean => marks[at]?.character === character && !marks[at]!.escaped;
  let segmentStart = true;
  for (let at = 0; at < marks.length; at++) {
    starts.push(at);
    if (is(at, "*")) {
      const double = is(at + 1, "*");
      if (double && segmentStart && at + 2 >= marks.length) tokens.push({ kind: "rest" });
      else if (double && segmentStart && is(at + 2, "/")) {
        tokens.push({ kind: "segments" });
        at += 2;
        continue;
      } else tokens.push({ kind: "star", separated: true });
      if (double) at++;
      segmentStart = false;
    } else if (is(at, "?")) {
      tokens.push({ kind: "any", separated: true });
      segmentStart = false;
    } else if (is(at, "[")) {
      const read = readClass(marks, at);
      if (!read) throw malformed(source, "a class is malformed");
      tokens.push({ kind: "class", test: read.test });
      at = read.end;
      segmentStart = false;
    } else {
      tokens.push({ kind: "character", character: marks[at]!.character });
      segmentStart = marks[at]!.character === "/";
    }
  }
  const tails = new Set(["", "*", "**", "/**", "**/", "/**/"]);
  const acceptsEnd = (index: number): boolean => {
    const from = starts[index] ?? marks.length;
    if (marks.length - from > 4) return false;
    return tails.has(
      marks
        .slice(from)
        .map((mark) => (mark.escaped ? "\\" : "") + mark.character)
        .join(""),
    );
  };
  return compileTokens(tokens, acceptsEnd);
}

function readClass(marks: readonly Mark[], start: number): { test: (character: string) => boolean; end: number } | undefined {
  let at = start + 1;
  const negated = marks[at]?.character === "!" || marks[at]?.character === "^";
  if (negated) at++;
  const singles: number[] = [];
  const ranges: [number, number][] = [];
  const next = (): number | undefined => {
    if (marks[at]?.character === "\\") at++;
    return marks[at++]?.character.codePointAt(0);
  };
  let last: number | undefined;
  while (marks[at]?.character !== "]") {
    if (at >= marks.length) return undefined;
    if (last !== undefined && marks[at]!.character === "-" && marks[at + 1]?.character !== "]") {
      at++;
      const high = next();
      if (high === undefined) return undefined;
      ranges.push([last, high]);
      last = undefined;
      continue;
    }
    last = next();
    if (last === undefined) return undefined;
    singles.push(last);
  }
  const test = (character: string): boolean => {
    const code = character.codePointAt(0)!;
    return (singles.includes(code) || ranges.some(([low, high]) => low <= code && code <= high)) !== negated;
  };
  return { test, end: at };
}

function malformed(pattern: string, why: string): InputError {
  return new InputError(`malformed pattern ${JSON.stringify(pattern)}: ${why}`, { code: "GLOB_SYNTAX" });
}
