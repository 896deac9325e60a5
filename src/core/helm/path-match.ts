type Part =
  | { readonly kind: "star" }
  | { readonly kind: "any" }
  | { readonly kind: "char"; readonly char: string }
  | { readonly kind: "class"; readonly negated: boolean; readonly ranges: readonly (readonly [string, string])[] };

/** filepath.Match on slashes; a pattern that cannot be read matches nothing. */
export function matchPath(pattern: string, name: string): boolean {
  const parts = parse(pattern);
  return parts !== undefined && matches(parts, Array.from(name));
}

export function validPattern(pattern: string): boolean {
  return parse(pattern) !== undefined;
}

/** Greedy with one point of return: linear per star. */
function matches(parts: readonly Part[], chars: readonly string[]): boolean {
  let part = 0;
  let char = 0;
  let star = -1;
  let from = 0;
  while (char < chars.length) {
    const current = parts[part];
    if (current?.kind === "star") {
      star = part++;
      from = char;
    } else if (current && fits(current, chars[char] as string)) {
      part++;
      char++;
    } else if (star >= 0 && chars[from] !== "/") {
      part = star + 1;
      char = ++from;
    } else {
      return false;
    }
  }
  while (parts[part]?.kind === "star") part++;
  return part === parts.length;
}

function fits(part: Part, char: string): boolean {
  if (part.kind === "char") return part.char === char;
  if (char === "/") return false;
  if (part.kind === "any") return true;
  if (part.kind !== "class") return false;
  return part.ranges.some(([low, high]) => low <= char && char <= high) !== part.negated;
}

function parse(pattern: string): Part[] | undefined {
  const chars = Array.from(pattern);
  const parts: Part[] = [];
  let at = 0;
  const escaped = (): string | undefined => {
    if (chars[at] === "\\") at++;
    return chars[at++];
  };
  while (at < chars.length) {
    const char = chars[at] as string;
    if (char === "*") {
      at++;
      parts.push({ kind: "star" });
    } else if (char === "?") {
      at++;
      parts.push({ kind: "any" });
    } else if (char === "[") {
      at++;
      const negated = chars[at] === "^";
      if (negated) at++;
      const ranges: (readonly [string, string])[] = [];
      for (;;) {
        if (chars[at] === "]" && ranges.length > 0) break;
        if (chars[at] === "]" || chars[at] === "-") return undefined;
        const low = escaped();
        if (low === undefined) return undefined;
        let high: string | undefined = low;
        if (chars[at] === "-") {
          at++;
          if (chars[at] === "]" || chars[at] === "-") return undefined;
          high = escaped();
        }
        if (high === undefined) return undefined;
        ranges.push([low, high]);
      }
      at++;
      parts.push({ kind: "class", negated, ranges });
    } else {
      const literal = escaped();
      if (literal === undefined) return undefined;
      parts.push({ kind: "char", char: literal });
    }
  }
  return parts;
}
