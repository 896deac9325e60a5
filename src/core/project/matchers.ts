import { RE2JS } from "re2js";
import { compileGobwasLenient, type GlobMatcher } from "../glob/gobwas.js";
import { compileBacktracking } from "../regex/backtracking.js";

/** A pattern that may begin with `!`: then it matches what the rest does not. */
export interface NegatableMatcher {
  readonly isDeny: boolean;
  readonly matches: GlobMatcher;
}

export function compileNegatable(pattern: string, separators = ""): NegatableMatcher {
  if (!pattern.startsWith("!")) return { isDeny: false, matches: compileStarOrGlob(pattern, separators) };
  const refused = compileGobwasLenient(pattern.slice(1), separators);
  return { isDeny: true, matches: (text) => !refused(text) };
}

/** A lone `*` matches everything, separators or not (Argo CD). */
export function compileStarOrGlob(pattern: string, separators = ""): GlobMatcher {
  return pattern === "*" ? () => true : compileGobwasLenient(pattern, separators);
}

/** A list of globs; an item in slashes (`/^team-/`) is a regular expression. */
export function compileGlobOrRegexList(patterns: readonly string[]): GlobMatcher {
  const matchers = patterns.map(compileGlobOrRegex);
  return (text) => matchers.some((matches) => matches(text));
}

function compileGlobOrRegex(pattern: string): GlobMatcher {
  const glob = compileGobwasLenient(pattern);
  if (pattern.length < 2 || !pattern.startsWith("/") || !pattern.endsWith("/")) return glob;
  const regex = compileRegexLenient(pattern.slice(1, -1));
  return (text) => regex(text) || glob(text);
}

/** An unanchored search: by RE2 in linear time, with look-around within a budget. A pattern that cannot be read matches nothing. */
function compileRegexLenient(pattern: string): GlobMatcher {
  return compileRegexStrict(pattern) ?? compileLookAround(pattern) ?? (() => false);
}

/** Argo CD's manual keeps a namespace out by `/^((?!not-allowed).)*$/`, which RE2 does not read. */
function compileLookAround(pattern: string): GlobMatcher | undefined {
  if (!/\(\?<?[=!]/.test(pattern)) return undefined;
  try {
    return compileBacktracking(pattern);
  } catch {
    return undefined;
  }
}

/** Unanchored RE2, or undefined for a pattern that cannot be read. */
export function compileRegexStrict(pattern: string): GlobMatcher | undefined {
  try {
    const compiled = RE2JS.compile(pattern);
    return (text) => compiled.matcher(text).find();
  } catch {
    return undefined;
  }
}
