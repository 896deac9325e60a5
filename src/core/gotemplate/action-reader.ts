import type { Action, ActionGrammar } from "./action.js";
import { ExpressionReader } from "./expression-reader.js";
import { trimsRight } from "./lexer.js";

/** Reads actions in place: what `parseAction` gives, or undefined where that has to judge. */
export class ActionReader {
  private readonly reader: ExpressionReader;

  constructor(private readonly grammar: ActionGrammar) {
    this.reader = new ExpressionReader(grammar.hasFunction);
  }

  /** The action whose left delimiter stands at `open`. */
  read(text: string, open: number): Action | undefined {
    const { reader } = this;
    reader.start(text, open);
    const start = reader.skipBlanks();
    const code = text.charCodeAt(start);
    // Keywords begin with the letters from b to w.
    if (code < 0x62 || code > 0x77) return this.piped("action");
    const word = reader.word();
    switch (word) {
      case "if":
      case "with":
      case "range":
        return reader.atTerminator() ? this.piped(word) : undefined;
      case "end":
        return this.ended("end");
      case "else":
        return this.otherwise();
      case "define":
        return reader.skipBlanks() === start + word.length ? undefined : this.define();
      case "template":
        return reader.skipBlanks() === start + word.length ? undefined : this.template();
      case "break":
      case "continue":
        if (!this.grammar.words[word === "break" ? "breakOk" : "continueOk"]) break;
        return this.closes() ? { kind: word, pos: start - open, ...this.rest() } : undefined;
      case "block":
        return undefined;
    }
    reader.pos = start;
    return this.piped("action");
  }

  private otherwise(): Action | undefined {
    const { reader } = this;
    if (!reader.atTerminator()) return undefined;
    const after = reader.skipBlanks();
    const word = reader.word();
    if (word === "") return this.ended("else");
    if ((word !== "if" && word !== "with") || after === reader.pos || !reader.atTerminator()) return undefined;
    return this.piped(`else ${word}`);
  }

  private define(): Action | undefined {
    const name = this.reader.string();
    return name !== undefined && this.closes() ? { kind: "define", name, ...this.rest() } : undefined;
  }

  private template(): Action | undefined {
    const { reader } = this;
    const pos = reader.pos - reader.base;
    const name = reader.string();
    if (name === undefined) return undefined;
    if (this.closes()) return { kind: "template", name, pos, pipe: undefined, ...this.rest() };
    const pipe = reader.pipeline("delimiter", false);
    return pipe && { kind: "template", name, pos, pipe, ...this.rest() };
  }

  // Written out where most actions are made: spreading costs more than reading them.
  private piped(kind: "action" | "if" | "with" | "range" | "else if" | "else with"): Action | undefined {
    const { reader } = this;
    const pipe = reader.pipeline("delimiter", kind === "range");
    if (pipe === undefined) return undefined;
    const { uses, declares, pos } = reader;
    return { kind, pipe, length: pos - reader.base, trimsRight: trimsRight(reader.text, pos), uses, declares };
  }

  private ended(kind: "end" | "else"): Action | undefined {
    return this.closes() ? { kind, ...this.rest() } : undefined;
  }

  private closes(): boolean {
    this.reader.skipBlanks();
    return this.reader.closes();
  }

  private rest(): Pick<Action, "length" | "trimsRight" | "uses" | "declares"> {
    const { text, base, pos, uses, declares } = this.reader;
    return { length: pos - base, trimsRight: trimsRight(text, pos), uses, declares };
  }
}
