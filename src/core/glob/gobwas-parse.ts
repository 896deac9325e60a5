import { InputError } from "../errors.js";

/** A parsed glob: a sequence of parts; `choice` holds the alternatives of `{a,b}`. */
export type GlobPart =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "any" }
  | { readonly kind: "super" }
  | { readonly kind: "single" }
  | { readonly kind: "list"; readonly chars: string; readonly isNegated: boolean }
  | { readonly kind: "range"; readonly low: string; readonly high: string; readonly isNegated: boolean }
  | { readonly kind: "choice"; readonly alternatives: readonly (readonly GlobPart[])[] };

const maxPatternLength = 4096;
const maxDepth = 50;

/** Reads a glob in the dialect of gobwas/glob 0.2.3; throws InputError GLOB_SYNTAX. An unclosed `{` ends with the pattern. */
export function parseGobwas(pattern: string): readonly GlobPart[] {
  const runes = [...pattern];
  if (runes.length > maxPatternLength) throw globError(pattern, `longer than ${maxPatternLength} characters`);
  let position = 0;

  function sequence(depth: number): GlobPart[] {
    const parts: GlobPart[] = [];
    while (position < runes.length) {
      const rune = runes[position];
      if (depth > 0 && (rune === "," || rune === "}")) break;
      parts.push(part(depth));
    }
    return parts;
  }

  function part(depth: number): GlobPart {
    switch (runes[position]) {
      case "{":
        if (depth >= maxDepth) throw globError(pattern, "alternatives are nested too deeply");
        return choice(depth + 1);
      case "[":
        return charClass();
      case "?":
        position++;
        return { kind: "single" };
      case "*":
        position++;
        if (runes[position] !== "*") return { kind: "any" };
        position++;
        return { kind: "super" };
      default:
        return { kind: "text", text: text(depth > 0 ? "?*[{}," : "?*[{") };
    }
  }

  function choice(depth: number): GlobPart {
    const alternatives: GlobPart[][] = [];
    do {
      position++;
      alternatives.push(sequence(depth));
    } while (runes[position] === ",");
    position++;
    return { kind: "choice", alternatives };
  }

  function text(breakers: string): string {
    let found = "";
    for (; position < runes.length; position++) {
      const rune = runes[position] ?? "";
      if (rune === "\\") {
        position++;
        found += runes[position] ?? "";
      } else if (breakers.includes(rune)) break;
      else found += rune;
    }
    return found;
  }

  function charClass(): GlobPart {
    position++;
    const isNegated = runes[position] === "!";
    if (isNegated) position++;
    const low = runes[position];
    if (low === undefined) throw globError(pattern, "unexpected end of input");
    if (runes[position + 1] !== "-") {
      const chars = text("]");
      if (chars === "") throw globError(pattern, "could not parse range");
      closeClass();
      return { kind: "list", chars, isNegated };
    }
    const high = runes[position + 2];
    if (high === undefined) throw globError(pattern, "unexpected end of input");
    if (codePoint(high) < codePoint(low)) throw globError(pattern, `hi character '${high}' should be greater than lo '${low}'`);
    position += 3;
    closeClass();
    return { kind: "range", low, high, isNegated };
  }

  function closeClass(): void {
    if (position >= runes.length) throw globError(pattern, "unexpected end of input");
    if (runes[position] !== "]") throw globError(pattern, "expected close range character");
    position++;
  }

  return sequence(0);
}

export function codePoint(rune: string): number {
  return rune.codePointAt(0) ?? 0;
}

function globError(pattern: string, why: string): InputError {
  return new InputError(`invalid glob pattern ${JSON.stringify(pattern)}: ${why}`, { code: "GLOB_SYNTAX" });
}
