/** One piece of a compiled path pattern. `separated`: does not match `/`. */
export type Token =
  | { readonly kind: "character"; readonly character: string }
  | { readonly kind: "any"; readonly separated: boolean }
  | { readonly kind: "class"; readonly test: (character: string) => boolean }
  | { readonly kind: "star"; readonly separated: boolean }
  /** `**` and a slash at the start of a segment: any number of whole segments. */
  | { readonly kind: "segments" }
  /** `**` at the start of the last segment: all that is left. */
  | { readonly kind: "rest" };

/** `accepts(index)`: whether the tokens from `index` on match the empty end of a name. */
export type AcceptsEnd = (index: number) => boolean;

/** The tokens as a function of the name; a plain beginning or end is compared first, which rejects most names. */
export function compileTokens(tokens: readonly Token[], acceptsEnd: AcceptsEnd): (name: string) => boolean {
  const head = literal(tokens);
  const tail = literal([...tokens].reverse()).reverse();
  const start = head.join("");
  // doublestar lets a closing `**/` match nothing, so a slash at the end proves nothing.
  const end = tail.at(-1) === "/" ? "" : tail.join("");
  return (name) =>
    name.endsWith(end) &&
    (start === "" || name.startsWith(start) || start.startsWith(name)) &&
    matchTokens(tokens, name, acceptsEnd);
}

function literal(tokens: readonly Token[]): string[] {
  const found: string[] = [];
  for (const token of tokens) {
    if (token.kind !== "character") break;
    found.push(token.character);
  }
  return found;
}

/** Matches in time proportional to tokens × characters, whatever the pattern. */
function matchTokens(tokens: readonly Token[], name: string, acceptsEnd: AcceptsEnd): boolean {
  const characters = Array.from(name);
  const end = characters.length;
  let reached = new Uint8Array(end + 1);
  reached[0] = 1;
  for (let index = 0; ; index++) {
    if (reached[end] && acceptsEnd(index)) return true;
    const token = tokens[index];
    if (token === undefined) return false;
    const next = step(token, reached, characters);
    if (next === undefined) return false;
    reached = next;
  }
}

function step(token: Token, reached: Uint8Array, characters: readonly string[]): Uint8Array<ArrayBuffer> | undefined {
  const end = characters.length;
  const next = new Uint8Array(end + 1);
  let any = false;
  const reach = (position: number): void => {
    next[position] = 1;
    any = true;
  };
  for (let position = 0; position < end; position++) {
    if (!reached[position]) continue;
    const character = characters[position]!;
    switch (token.kind) {
      case "character":
        if (character === token.character) reach(position + 1);
        break;
      case "any":
        if (!token.separated || character !== "/") reach(position + 1);
        break;
      case "class":
        if (token.test(character)) reach(position + 1);
        break;
      case "star":
        reach(position);
        for (let to = position; to < end && !(token.separated && characters[to] === "/"); to++) reach(to + 1);
        break;
      case "segments":
        reach(position);
        for (let to = position; to < end; to++) if (characters[to] === "/") reach(to + 1);
        break;
      case "rest":
        reach(end);
        break;
    }
  }
  return any ? next : undefined;
}
