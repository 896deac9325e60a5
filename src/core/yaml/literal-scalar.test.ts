import { expect, test } from "vitest";
import { parseYaml } from "./parse.js";

const pieces = ["a", "", " b", "  ", "\tc", "#d", "- e: f", "---", "    g", " "];

/** Texts of a literal scalar of up to five lines, each of the pieces behind the indentation or, where it is only blanks, less. */
function* texts(): Generator<string> {
  for (let seed = 0; seed < 4_000; seed++) {
    let state = seed * 2_654_435_761;
    const below = (count: number) => {
      state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 0x9e3779b9) >>> 0;
      return state % count;
    };
    const indent = " ".repeat(1 + below(4));
    const lines = Array.from({ length: 1 + below(5) }, () => {
      const piece = pieces[below(pieces.length)] as string;
      return piece.trim() === "" && below(2) === 0 ? piece : indent + piece;
    });
    const end = ["\n", "", "\n\n", "\nk: v\n", "\n# c\nk: v\n"][below(5)] as string;
    yield `t: |${["", "-", "+", "2"][below(4)]}\n${lines.join("\n")}${end}`;
  }
}

test("literal scalars read the same by the quick reader as by the exact one", () => {
  for (const text of texts()) {
    const read = (source: string) => {
      try {
        return JSON.stringify(parseYaml(source, { dialect: "kubernetes" }));
      } catch {
        return "refused";
      }
    };
    // A comment with a next-line character leaves the document to the exact reader.
    const exact = read(`# \u2028\n${text}`);
    expect([text, read(text)]).toEqual([text, exact]);
  }
});
