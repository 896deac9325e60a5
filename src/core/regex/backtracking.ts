import { type PatternNode, parsePattern } from "./pattern.js";

const stepsAllowed = 20_000;

/**
 * An unanchored search by backtracking, for patterns with look-around that RE2 does not read (`^((?!ops).)*$`). It takes a bounded number
 * of steps: a text that would need more does not match. Throws InputError REGEX_SYNTAX.
 */
export function compileBacktracking(pattern: string): (text: string) => boolean {
  const node = parsePattern(pattern);
  return (text) => {
    const search = { text, stepsLeft: stepsAllowed };
    for (let at = 0; at <= text.length; at++) if (accepts(node, search, at, () => true)) return true;
    return false;
  };
}

interface Search {
  readonly text: string;
  stepsLeft: number;
}

type Next = (at: number) => boolean;

function accepts(node: PatternNode, search: Search, at: number, next: Next): boolean {
  if (search.stepsLeft-- <= 0) return false;
  const { text } = search;
  switch (node.kind) {
    case "empty":
      return next(at);
    case "character":
      return at < text.length && node.test(text[at] as string) && next(at + 1);
    case "start":
      return at === 0 && next(at);
    case "end":
      return at === text.length && next(at);
    case "boundary":
      return isBoundary(text, at) !== node.isNegated && next(at);
    case "sequence":
      return accepts(node.first, search, at, (after) => accepts(node.then, search, after, next));
    case "either":
      return node.options.some((option) => accepts(option, search, at, next));
    case "look":
      return looks(node, search, at) !== node.isNegated && next(at);
    case "repeat":
      return repeats(node, search, { at, count: 0 }, next);
  }
}

function repeats(
  node: PatternNode & { kind: "repeat" },
  search: Search,
  { at, count }: { readonly at: number; readonly count: number },
  next: Next,
): boolean {
  // A round that consumed nothing would go on for ever.
  const again = (): boolean =>
    count < node.most &&
    accepts(
      node.of,
      search,
      at,
      (after) => (after > at || count < node.least) && repeats(node, search, { at: after, count: count + 1 }, next),
    );
  if (count < node.least) return again();
  return node.isLazy ? next(at) || again() : again() || next(at);
}

function looks(node: PatternNode & { kind: "look" }, search: Search, at: number): boolean {
  if (!node.isBehind) return accepts(node.of, search, at, () => true);
  for (let start = at; start >= 0; start--) if (accepts(node.of, search, start, (end) => end === at)) return true;
  return false;
}

function isBoundary(text: string, at: number): boolean {
  const isWord = (character: string | undefined): boolean => character !== undefined && /\w/.test(character);
  return isWord(text[at - 1]) !== isWord(text[at]);
}
