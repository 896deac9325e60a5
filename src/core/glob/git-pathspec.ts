import { InputError } from "../errors.js";
import { compileTokens, type Token } from "./tokens.js";

/**
 * What `git ls-files -- PATHSPEC` selects, as a function of the path: a path or a folder by its name, or a pattern in which `*` crosses `/`.
 * Knows the magic words top, glob, icase, literal and exclude and their signs `:/ :! :^`. Throws `InputError` code GLOB_SYNTAX otherwise.
 */
export function compileGitPathspec(pathspec: string): (path: string) => boolean {
  const { magic, pattern } = readMagic(pathspec);
  const selects = compilePattern(normalize(pattern, pathspec), magic);
  return magic.has("exclude") ? (path) => !selects(path) : selects;
}

const words = new Set(["top", "glob", "icase", "literal", "exclude"]);
const signs: Readonly<Record<string, string>> = { "/": "top", "!": "exclude", "^": "exclude" };

function readMagic(pathspec: string): { magic: ReadonlySet<string>; pattern: string } {
  const magic = new Set<string>();
  if (!pathspec.startsWith(":")) return { magic, pattern: pathspec };
  if (pathspec.startsWith(":(")) {
    const end = pathspec.indexOf(")");
    if (end < 0) throw malformed(pathspec, "Missing ')' at the end of pathspec magic");
    for (const word of pathspec.slice(2, end).split(",")) {
      if (word === "") continue;
      if (!words.has(word)) throw malformed(pathspec, `Invalid pathspec magic '${word}'`);
      magic.add(word);
    }
    return { magic, pattern: pathspec.slice(end + 1) };
  }
  let at = 1;
  for (; at < pathspec.length; at++) {
    const sign = pathspec[at]!;
    if (sign === ":") {
      at++;
      break;
    }
    const word = signs[sign];
    if (word === undefined) {
      if (/["#%&',\-;<=>@_`~]/.test(sign)) throw malformed(pathspec, `Unimplemented pathspec magic '${sign}'`);
      break;
    }
    magic.add(word);
  }
  return { magic, pattern: pathspec.slice(at) };
}

/** `a/./b//c` → `a/b/c`; a closing slash stays, and `a/.` is `a/`. */
function normalize(pattern: string, pathspec: string): string {
  if (pattern.startsWith("/")) throw malformed(pathspec, `${pattern} is outside the repository`);
  const parts: string[] = [];
  for (const part of pattern.split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) throw malformed(pathspec, `${pattern} is outside the repository`);
  }
  const joined = parts.join("/");
  return joined !== "" && /\/(\.{0,2})$/.test(pattern) ? `${joined}/` : joined;
}

function compilePattern(pattern: string, magic: ReadonlySet<string>): (path: string) => boolean {
  if (pattern === "") return () => true;
  const fold = magic.has("icase") ? (text: string) => text.toLowerCase() : (text: string) => text;
  const literal = fold(pattern);
  const isNamed = (path: string): boolean =>
    path.startsWith(literal) && (path.length === literal.length || literal.endsWith("/") || path[literal.length] === "/");
  if (magic.has("literal") || !/[*?[\\]/.test(pattern)) return (path) => isNamed(fold(path));
  const tokens = tokenize(Array.from(literal), magic.has("glob"));
  if (!tokens) return (path) => isNamed(fold(path));
  const onlyStars = tokens.findLastIndex((token) => token.kind !== "star") + 1;
  const isMatch = compileTokens(tokens, (index) => index >= onlyStars);
  return (path) => isNamed(fold(path)) || isMatch(fold(path));
}

function tokenize(pattern: readonly string[], byPath: boolean): Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "*") {
      let end = at;
      while (pattern[end + 1] === "*") end++;
      const whole = end > at && (at === 0 || pattern[at - 1] === "/");
      if (byPath && whole && pattern[end + 1] === "/") {
        tokens.push({ kind: "segments" });
        end++;
      } else if (byPath && whole && end + 1 === pattern.length) tokens.push({ kind: "rest" });
      else tokens.push({ kind: "star", separated: byPath });
      at = end;
    } else if (character === "?") tokens.push({ kind: "any", separated: byPath });
    else if (character === "[") {
      const read = readClass(pattern, at + 1, byPath);
      if (!read) return undefined;
      tokens.push({ kind: "class", test: read.test });
      at = read.end;
    } else if (character === "\\") {
      if (++at >= pattern.length) return undefined;
      tokens.push({ kind: "character", character: pattern[at]! });
    } else tokens.push({ kind: "character", character });
  }
  return tokens;
}

const posix: Readonly<Record<string, RegExp>> = {
  alnum: /[A-Za-z0-9]/,
  alpha: /[A-Za-z]/,
  blank: /[ \t]/,
  cntrl: /[\x00-\x1f\x7f]/,
  digit: /[0-9]/,
  graph: /[!-~]/,
  lower: /[a-z]/,
  print: /[ -~]/,
  punct: /[!-/:-@[-`{-~]/,
  space: /[ \t\n\v\f\r]/,
  upper: /[A-Z]/,
  xdigit: /[A-Fa-f0-9]/,
};

function readClass(
  pattern: readonly string[],
  start: number,
  byPath: boolean,
): { test: (character: string) => boolean; end: number } | undefined {
  let at = start;
  const negated = pattern[at] === "!" || pattern[at] === "^";
  if (negated) at++;
  const tests: ((character: string) => boolean)[] = [];
  let previous: number | undefined;
  for (let first = true; first || pattern[at] !== "]"; first = false) {
    if (at >= pattern.length) return undefined;
    const rest = pattern.slice(at, at + 12).join("");
    const named = /^\[:([a-z]+):\]/.exec(rest);
    if (named) {
      const known = posix[named[1]!];
      if (!known) return undefined;
      tests.push((character) => known.test(character));
      at += named[0].length;
      previous = undefined;
      continue;
    }
    if (pattern[at] === "-" && previous !== undefined && at + 1 < pattern.length && pattern[at + 1] !== "]") {
      at++;
      if (pattern[at] === "\\") at++;
      const low = previous;
      const high = pattern[at++]?.codePointAt(0);
      if (high === undefined) return undefined;
      tests.push((character) => low <= character.codePointAt(0)! && character.codePointAt(0)! <= high);
      previous = undefined;
      continue;
    }
    if (pattern[at] === "\\") at++;
    const code = pattern[at++]?.codePointAt(0);
    if (code === undefined) return undefined;
    tests.push((character) => character.codePointAt(0) === code);
    previous = code;
  }
  const test = (character: string): boolean => !(byPath && character === "/") && tests.some((is) => is(character)) !== negated;
  return { test, end: at };
}

function malformed(pathspec: string, why: string): InputError {
  return new InputError(`${why} in '${pathspec}'`, { code: "GLOB_SYNTAX" });
}
