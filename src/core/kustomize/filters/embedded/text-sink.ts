import { isEmitterBreak } from "../../../yaml/emit-scalar.js";

const STEP = 2;

/** The text that is being printed, with what go-yaml's encoder knows of its end: column, indentation, whether a blank is due. */
export class TextSink {
  text = "";
  column = 0;
  /** Column of the collection that is being printed, -1 at the root. */
  indent = -1;
  /** Column of the comment that was printed last as a foot: what comes at the same one is set apart. */
  footIndent = -1;
  /** Only indentation stands on the line. */
  isIndentation = true;
  #isBlank = true;

  /** Goes one level deeper; gives back the way out. */
  deepen(inItem: boolean, { inFlow = false, isCompact = false } = {}): () => void {
    const before = this.indent;
    if (before < 0) this.indent = inFlow ? STEP : 0;
    else if (inItem) this.indent = before + 2;
    else this.indent = STEP * Math.floor((before + STEP) / STEP) - (isCompact ? 2 : 0);
    return () => {
      this.indent = before;
    };
  }

  breakLine(): void {
    this.#break("\n");
  }

  indentLine(): void {
    const indent = Math.max(this.indent, 0);
    if (!this.isIndentation || this.column > indent || (this.column === indent && !this.#isBlank)) this.breakLine();
    if (this.footIndent === indent) this.breakLine();
    if (this.column < indent) this.#put(" ".repeat(indent - this.column));
    this.#isBlank = true;
    this.footIndent = -1;
  }

  indicator(mark: string, needsBlank: boolean, isBlank: boolean, isIndentation: boolean): void {
    if (needsBlank) this.separate();
    this.#put(mark);
    this.#isBlank = isBlank;
    this.isIndentation = this.isIndentation && isIndentation;
  }

  /** A blank where there is none yet. */
  separate(): this {
    if (!this.#isBlank) this.#put(" ");
    return this;
  }

  word(text: string): void {
    this.#put(text);
    if (text !== "") this.#isBlank = false;
    this.isIndentation = false;
  }

  single(text: string): void {
    this.#put("'");
    this.#isBlank = false;
    this.isIndentation = false;
    let isAfterBreak = false;
    for (const char of text) {
      if (isBreak(char)) {
        if (!isAfterBreak && char === "\n") this.breakLine();
        this.#break(char);
        isAfterBreak = true;
        continue;
      }
      if (char !== " ") {
        if (isAfterBreak) this.indentLine();
        this.isIndentation = false;
        isAfterBreak = false;
      }
      this.#put(char === "'" ? "''" : char);
    }
    this.#put("'");
    this.#isBlank = false;
    this.isIndentation = false;
  }

  /** The mark of a block scalar and its hints. */
  blockHeader(text: string, mark: "|" | ">"): void {
    this.indicator(mark, true, false, false);
    const chars = [...text];
    const first = chars[0] ?? "";
    if (first === " " || isBreak(first)) this.indicator(String(STEP), false, false, false);
    const [before = "", last = ""] = chars.length > 1 ? chars.slice(-2) : ["", ...chars];
    if (!isBreak(last)) this.indicator("-", false, false, false);
    else if (chars.length === 1 || isBreak(before)) this.indicator("+", false, false, false);
  }

  literal(text: string): void {
    this.#isBlank = true;
    this.#lines(text, true);
  }

  /** go-yaml doubles the break after a line that does not begin with a blank, unless the text itself begins with blanks or breaks only. */
  folded(text: string): void {
    this.#isBlank = true;
    const first = [...text].find((char) => !isBreak(char)) ?? "";
    const isDoubled = first !== "" && first !== " " && first !== "\t";
    let isAfterBreak = true;
    let isIndented = true;
    for (const char of text) {
      if (isBreak(char)) {
        if (!isAfterBreak && !isIndented && char === "\n" && isDoubled) this.breakLine();
        this.#break(char);
        isAfterBreak = true;
        continue;
      }
      if (isAfterBreak) {
        this.indentLine();
        isIndented = char === " " || char === "\t";
      }
      this.#put(char);
      this.isIndentation = false;
      isAfterBreak = false;
    }
  }

  /** Lines of a comment, the first where the text ends. */
  comment(text: string): void {
    if (!this.#lines(text, false)) this.breakLine();
    this.#isBlank = true;
  }

  /** Each line at the indentation, the first too where it comes after a break; whether the text ends with one. */
  #lines(text: string, isAfter: boolean): boolean {
    let isAfterBreak = isAfter;
    for (const char of text) {
      if (isBreak(char)) {
        this.#break(char);
        isAfterBreak = true;
        continue;
      }
      if (isAfterBreak) this.indentLine();
      this.#put(char);
      this.isIndentation = false;
      isAfterBreak = false;
    }
    return isAfterBreak;
  }

  #put(text: string): void {
    this.text += text;
    this.column += text.length;
  }

  #break(char: string): void {
    this.text += char;
    this.column = 0;
    this.isIndentation = true;
  }
}

function isBreak(char: string): boolean {
  return char !== "" && isEmitterBreak(char.charCodeAt(0));
}
