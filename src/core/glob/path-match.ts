import { compileTokens, type Token } from "./tokens.js";

/**
 * Go's path.Match as a function of the name: `*` and `?` stop at `/`, `[^a-z]` negates, `\` escapes. Undefined for a pattern that Go calls
 * malformed.
 */
export function compilePathMatch(pattern: string): ((name: string) => boolean) | undefined {
  const tokens = tokenize(Array.from(pattern));
  if (tokens === undefined) return undefined;
  const onlyStars = tokens.findLastIndex((token) => token.kind !== "star") + 1;
  return compileTokens(tokens, (index) => index >= onlyStars);
}

function tokenize(pattern: readonly string[]): Token[] | undefined {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!;
    if (character === "*") {
      if (tokens.at(-1)?.kind !== "star") tokens.push({ kind: "star", separated: true });
    } else if (character === "?") tokens.push({ kind: "any", separated: true });
    else if (character === "[") {
      const found = readClass(pattern, at + 1);
      if (!found) return undefined;
      tokens.push({ kind: "class", test: found.test });
      at = found.end;
    } else if (character === "\\") {
      if (++at >= pattern.length) return undefined;
      tokens.push({ kind: "character", character: pattern[at]! });
    } else tokens.push({ kind: "character", character });
  }
  return tokens;
}

function readClass(pattern: readonly string[], start: number): { test: (character: string) => boolean; end: number } | undefined {
  let at = start;
  const negated = pattern[at] === "^";
  if (negated) at++;
  const ranges: [number, number][] = [];
  const bound = (): number | undefined => {
    if (pattern[at] === "-" || pattern[at] === "]") return undefined;
    if (pattern[at] === "\\") at++;
    return pattern[at++]?.codePointAt(0);
  };
  while (!(pattern[at] === "]" && ranges.length > 0)) {
    const low = bound();
    if (low === undefined) return undefined;
    let high: number | undefined = low;
    if (pattern[at] === "-") {
      at++;
      high = bound();
    }
    if (high === undefined) return undefined;
    ranges.push([low, high]);
  }
  const test = (character: string): boolean => {
    const code = character.codePointAt(0)!;
    return ranges.some(([low, high]) => low <= code && code <= high) !== negated;
  };
  return { test, end: at };
}
