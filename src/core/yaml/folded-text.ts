import type { Value } from "../manifest/value.js";
import { scanBlockScalar } from "./block-scalar.js";
import type { Cursor } from "./cursor.js";
import { allowsBlock, isEmitterBreak } from "./emit-scalar.js";
import { ScalarLiteral } from "./scalar-literal.js";

/** A `>` scalar whose text go-yaml v3 cannot write and read again as it was: kustomize prints `printed`. */
export class FoldedText extends ScalarLiteral {
  readonly printed: string;

  constructor(text: string, printed: string) {
    super("!!str", text);
    this.printed = printed;
  }
}

/** The Value of a string that was written as `>`: kyaml keeps the style, writes the text in it once more, and reads that. */
export function foldedValue(text: string): Value {
  const printed = reread(text);
  if (printed === text) return ScalarLiteral.value("!!str", text);
  return new FoldedText(text, printed) as unknown as Value;
}

function reread(text: string): string {
  if (!text.includes("\n") || !allowsBlock(text)) return text;
  const cursor: Cursor = { src: writeFolded(text), pos: 0, lineStart: 0 };
  return scanBlockScalar(cursor, 0);
}

/** go-yaml v3's folded scalar, two spaces in, with the line break that ends it. */
function writeFolded(text: string): string {
  const first = text.charCodeAt(0);
  let out = `>${first === 32 || isEmitterBreak(first) ? "2" : ""}${chomping(text)}\n`;
  const isFirstWordIndented = /^\n*(?:[ \t]|$)/.test(text);
  let isAfterBreak = true;
  let isLineIndented = true;
  for (const char of text) {
    if (char === "\n") {
      // The check for an indented next line looks at the first one instead, so nearly every break is doubled.
      if (!isAfterBreak && !isLineIndented && !isFirstWordIndented) out += "\n";
      out += "\n";
      isAfterBreak = true;
      continue;
    }
    if (isAfterBreak) {
      out += "  ";
      isLineIndented = char === " " || char === "\t";
      isAfterBreak = false;
    }
    out += char;
  }
  return isAfterBreak ? out : `${out}\n`;
}

function chomping(text: string): string {
  if (!text.endsWith("\n")) return "-";
  return text === "\n" || text.endsWith("\n\n") ? "+" : "";
}
