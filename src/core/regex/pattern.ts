import { InputError } from "../errors.js";

/** A regular expression as a tree. */
export type PatternNode =
  | { readonly kind: "empty" | "start" | "end" }
  | { readonly kind: "character"; readonly test: (character: string) => boolean }
  | { readonly kind: "boundary"; readonly isNegated: boolean }
  | { readonly kind: "sequence"; readonly first: PatternNode; readonly then: PatternNode }
  | { readonly kind: "either"; readonly options: readonly PatternNode[] }
  | { readonly kind: "look"; readonly of: PatternNode; readonly isBehind: boolean; readonly isNegated: boolean }
  | {
      readonly kind: "repeat";
      readonly of: PatternNode;
      readonly least: number;
      readonly most: number;
      readonly isLazy: boolean;
    };

const mostRepeats = 1000;

/** Alternatives, groups, look-around, classes, repeats and anchors; no back-references and no flags. Throws InputError REGEX_SYNTAX. */
export function parsePattern(pattern: string): PatternNode {
  return new PatternReader(pattern).read();
}

const looks: ReadonlyMap<string, { readonly isBehind: boolean; readonly isNegated: boolean }> = new Map([
  ["?=", { isBehind: false, isNegated: false }],
  ["?!", { isBehind: false, isNegated: true }],
  ["?<=", { isBehind: true, isNegated: false }],
  ["?<!", { isBehind: true, isNegated: true }],
]);

const named: ReadonlyMap<string, RegExp> = new Map(
  ["d", "D", "w", "W", "s", "S"].map((letter) => [letter, new RegExp(`^\\${letter}$`)] as const),
);

class PatternReader {
  private at = 0;

  constructor(private readonly pattern: string) {}

  read(): PatternNode {
    const node = this.alternatives();
    if (this.at < this.pattern.length) throw this.bad("a parenthesis is not opened");
    return node;
  }

  private alternatives(): PatternNode {
    const options = [this.sequence()];
    while (this.take("|")) options.push(this.sequence());
    return options.length === 1 ? (options[0] as PatternNode) : { kind: "either", options };
  }

  private sequence(): PatternNode {
    const parts: PatternNode[] = [];
    while (this.at < this.pattern.length && this.pattern[this.at] !== "|" && this.pattern[this.at] !== ")") {
      parts.push(this.repeated(this.atom()));
    }
    return parts.reduceRight<PatternNode>((then, first) => ({ kind: "sequence", first, then }), { kind: "empty" });
  }

  private repeated(of: PatternNode): PatternNode {
    const bounds = /^(?:[*+?]|\{\d+(?:,\d*)?\})/.exec(this.pattern.slice(this.at))?.[0];
    if (bounds === undefined) return of;
    this.at += bounds.length;
    const isLazy = this.take("?");
    const [least, most] = boundsOf(bounds);
    if (least > most || least > mostRepeats) throw this.bad("a repeat count is out of range");
    return { kind: "repeat", of, least, most, isLazy };
  }

  private atom(): PatternNode {
    const character = this.pattern[this.at++] as string;
    switch (character) {
      case "(":
        return this.group();
      case "[":
        return this.characterClass();
      case ".":
        return { kind: "character", test: (one) => one !== "\n" };
      case "^":
        return { kind: "start" };
      case "$":
        return { kind: "end" };
      case "\\":
        return this.escaped();
      case "*":
      case "+":
      case "?":
        throw this.bad("nothing to repeat");
      default:
        return { kind: "character", test: (one) => one === character };
    }
  }

  private group(): PatternNode {
    const opening = /^\?(?:<?[=!]|:|.)?/.exec(this.pattern.slice(this.at))?.[0] ?? "";
    const look = looks.get(opening);
    if (opening !== "" && opening !== "?:" && look === undefined) throw this.bad("a group of this kind is not supported");
    this.at += opening.length;
    const of = this.alternatives();
    if (!this.take(")")) throw this.bad("a parenthesis is not closed");
    return look === undefined ? of : { kind: "look", of, ...look };
  }

  private escaped(): PatternNode {
    const letter = this.pattern[this.at++];
    if (letter === undefined) throw this.bad("it ends in a backslash");
    if (letter === "b" || letter === "B") return { kind: "boundary", isNegated: letter === "B" };
    const known = named.get(letter);
    if (known) return { kind: "character", test: (one) => known.test(one) };
    if (/[A-Za-z0-9]/.test(letter)) throw this.bad(`\\${letter} is not supported`);
    return { kind: "character", test: (one) => one === letter };
  }

  /** Classes are linear to match: the platform reads them. */
  private characterClass(): PatternNode {
    const body = /^\^?\]?(?:\\.|[^\]\\])*\]/.exec(this.pattern.slice(this.at))?.[0];
    if (body === undefined) throw this.bad("a class is not closed");
    this.at += body.length;
    try {
      const known = new RegExp(`^[${body}$`, "s");
      return { kind: "character", test: (one) => known.test(one) };
    } catch {
      throw this.bad("a class cannot be read");
    }
  }

  private take(character: string): boolean {
    if (this.pattern[this.at] !== character) return false;
    this.at++;
    return true;
  }

  private bad(why: string): InputError {
    return new InputError(`malformed regular expression ${JSON.stringify(this.pattern)}: ${why}`, { code: "REGEX_SYNTAX" });
  }
}

function boundsOf(text: string): readonly [number, number] {
  if (text === "*") return [0, Number.POSITIVE_INFINITY];
  if (text === "+") return [1, Number.POSITIVE_INFINITY];
  if (text === "?") return [0, 1];
  const [least = "0", most] = text.slice(1, -1).split(",");
  return [Number(least), most === undefined ? Number(least) : most === "" ? Number.POSITIVE_INFINITY : Number(most)];
}
