import { once } from "../../core/once.js";

/** Each string once, as one text: it is taken over as bytes, and few of its strings are ever made. */
export interface StoredStrings {
  /** NUL before, between and after the strings. */
  readonly text: Uint8Array;
  /** First byte of each string, and the end of the text. */
  readonly starts: Uint32Array;
}

/** Numbers strings in the order in which they come. */
export function stringWriter(): { readonly numberOf: (text: string) => number; readonly written: () => StoredStrings } {
  const numbers = new Map<string, number>();
  return {
    numberOf(text) {
      let at = numbers.get(text);
      if (at === undefined) {
        if (text.includes("\0")) throw new RangeError("a name with NUL");
        at = numbers.size;
        numbers.set(text, at);
      }
      return at;
    },
    written() {
      const text = Buffer.from(["", ...numbers.keys(), ""].join("\0"));
      const starts = new Uint32Array(numbers.size + 1);
      for (let at = 0, from = 0; at <= numbers.size; at++) {
        starts[at] = text.indexOf(0, from) + 1;
        from = starts[at]!;
      }
      return { text, starts };
    },
  };
}

const fewFinds = 200;

export function stringReader({ text, starts }: StoredStrings): {
  readonly count: number;
  readonly at: (number: number) => string;
  readonly find: (wanted: string) => number | undefined;
} {
  const bytes = Buffer.from(text.buffer, text.byteOffset, text.byteLength);
  const made = new Map<number, string>();
  const found = new Map<string, number | undefined>();
  /** By text; made where so many are asked for that going through the text for each would take longer. */
  const byText = once(
    () =>
      new Map(
        bytes
          .toString("utf8", 1, bytes.length - 1)
          .split("\0")
          .map((text, number) => [text, number]),
      ),
  );
  return {
    count: starts.length - 1,
    at(number) {
      let text = made.get(number);
      if (text === undefined) {
        text = bytes.toString("utf8", starts[number], starts[number + 1]! - 1);
        made.set(number, text);
      }
      return text;
    },
    find(wanted) {
      if (found.size >= fewFinds) return byText().get(wanted);
      if (!found.has(wanted)) {
        const start = bytes.indexOf(Buffer.from(`\0${wanted}\0`)) + 1;
        found.set(wanted, start === 0 ? undefined : positionOf(starts, start));
      }
      return found.get(wanted);
    },
  };
}

function positionOf(sorted: Uint32Array, wanted: number): number | undefined {
  let low = 0;
  let high = sorted.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === wanted ? low : undefined;
}
