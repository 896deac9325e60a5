import { codePoint, type GlobPart, parseGobwas } from "./gobwas-parse.js";

export type GlobMatcher = (text: string) => boolean;

/**
 * A matcher of gobwas/glob 0.2.3's dialect, as Argo CD uses it for projects, RBAC and settings. Without separators `*` crosses
 * `/`; with them `*` and `?` stop there and only `**` goes on. Matching takes time linear in the text. Throws InputError
 * GLOB_SYNTAX.
 */
export function compileGobwas(pattern: string, separators = ""): GlobMatcher {
  const parts = parseGobwas(pattern);
  return simpleMatcher(parts, separators) ?? automatonMatcher(parts, separators);
}

/** As `compileGobwas`; a pattern that cannot be read matches nothing (Argo CD logs it and goes on). */
export function compileGobwasLenient(pattern: string, separators = ""): GlobMatcher {
  try {
    return compileGobwas(pattern, separators);
  } catch {
    return () => false;
  }
}

/** The forms of nearly all real patterns: a constant, `*`, `prefix*`, `*suffix`. */
function simpleMatcher(parts: readonly GlobPart[], separators: string): GlobMatcher | undefined {
  const [first, second, third] = parts;
  if (first === undefined) return (text) => text === "";
  if (parts.length === 1 && (first.kind === "single" || first.kind === "list" || first.kind === "range")) return oneRuneMatcher(first, separators);
  if (parts.length === 3 && first.kind === "text" && second && isUnbounded(second, separators) && third?.kind === "text") {
    // gobwas/glob: prefix and suffix may overlap, so `a*a` matches "a".
    return (text) => text.startsWith(first.text) && text.endsWith(third.text);
  }
  if (parts.length === 1 && first.kind === "text") return (text) => text === first.text;
  if (parts.length === 1 && isUnbounded(first, separators)) return () => true;
  if (parts.length !== 2 || second === undefined) return undefined;
  if (first.kind === "text" && isUnbounded(second, separators)) return (text) => text.startsWith(first.text);
  if (second.kind === "text" && isUnbounded(first, separators)) return (text) => text.endsWith(second.text);
  return undefined;
}

/** gobwas/glob: a lone `?` or `[!a]` also matches the empty text. */
function oneRuneMatcher(part: GlobPart & { readonly kind: "single" | "list" | "range" }, separators: string): GlobMatcher {
  const matchesEmpty = part.kind === "single" || part.isNegated;
  const matches = automatonMatcher([part], separators);
  return (text) => (text === "" ? matchesEmpty : matches(text));
}

function isUnbounded(part: GlobPart, separators: string): boolean {
  return part.kind === "super" || (part.kind === "any" && separators === "");
}

/** A state either reads one rune (`accepts`) or branches without reading. */
type State =
  | { readonly kind: "read"; readonly accepts: (rune: string) => boolean; readonly next: number }
  | { kind: "branch"; targets: number[] }
  | { readonly kind: "end" };

function automatonMatcher(parts: readonly GlobPart[], separators: string): GlobMatcher {
  const states: State[] = [{ kind: "end" }];
  const start = addSequence(states, parts, 0, separators);
  return (text) => {
    let current = new Set<number>();
    enter(states, start, current);
    for (const rune of text) {
      const following = new Set<number>();
      for (const index of current) {
        const state = states[index];
        if (state?.kind === "read" && state.accepts(rune)) enter(states, state.next, following);
      }
      if (following.size === 0) return false;
      current = following;
    }
    return current.has(0);
  };
}

function enter(states: readonly State[], index: number, into: Set<number>): void {
  if (into.has(index)) return;
  into.add(index);
  const state = states[index];
  if (state?.kind === "branch") for (const target of state.targets) enter(states, target, into);
}

/** Adds the states of `parts` that lead to `next`; returns the first. */
function addSequence(states: State[], parts: readonly GlobPart[], next: number, separators: string): number {
  return parts.reduceRight((following, part) => addPart(states, part, following, separators), next);
}

function addPart(states: State[], part: GlobPart, next: number, separators: string): number {
  switch (part.kind) {
    case "text":
      return [...part.text].reduceRight(
        (following, rune) =>
          add(
            states,
            readState((found) => found === rune, following),
          ),
        next,
      );
    case "single":
      return add(
        states,
        readState((rune) => !separators.includes(rune), next),
      );
    case "list":
      return add(
        states,
        readState((rune) => part.chars.includes(rune) !== part.isNegated, next),
      );
    case "range":
      return add(
        states,
        readState((rune) => isBetween(rune, part.low, part.high) !== part.isNegated, next),
      );
    case "choice":
      return add(states, {
        kind: "branch",
        targets: part.alternatives.map((alternative) => addSequence(states, alternative, next, separators)),
      });
    case "any":
    case "super": {
      const loop = add(states, { kind: "branch", targets: [next] });
      const stops = part.kind === "any" ? separators : "";
      const again = add(
        states,
        readState((rune) => !stops.includes(rune), loop),
      );
      (states[loop] as { targets: number[] }).targets.push(again);
      return loop;
    }
  }
}

function readState(accepts: (rune: string) => boolean, next: number): State {
  return { kind: "read", accepts, next };
}

function add(states: State[], state: State): number {
  states.push(state);
  return states.length - 1;
}

function isBetween(rune: string, low: string, high: string): boolean {
  const point = codePoint(rune);
  return codePoint(low) <= point && point <= codePoint(high);
}
