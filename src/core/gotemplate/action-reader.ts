import type { Action, ActionGrammar } from "./action.js";
import { ExpressionReader } from "./expression-reader.js";
import { trimsRight } from "./lexer.js";

type Body = Action extends infer A ? (A extends Action ? Omit<A, "length" | "trimsRight" | "uses" | "declares"> : never) : never;

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
    const body = this.body();
    if (body === undefined) return undefined;
    const end = reader.pos;
    const { uses, declares } = reader;
    return { ...body, length: end - open, trimsRight: trimsRight(text, end), uses, declares } as Action;
  }

  private body(): Body | undefined {
    const { reader } = this;
    const start = reader.skipBlanks();
    const code = reader.text.charCodeAt(start);
    // Keywords begin with these letters: b c d e i r t w.
    if (code < 0x62 || code > 0x77) return this.action();
    const word = reader.word();
    switch (word) {
      case "if":
      case "with":
      case "range": {
        if (!reader.atTerminator()) return undefined;
        const pipe = reader.pipeline("delimiter", word === "range");
        return pipe && { kind: word, pipe };
      }
      case "end":
        return this.closed({ kind: "end" });
      case "else":
        return this.otherwise();
      case "define": {
        if (reader.skipBlanks() === start + word.length) return undefined;
        const name = reader.string();
        return name === undefined ? undefined : this.closed({ kind: "define", name });
      }
      case "template":
        return reader.skipBlanks() === start + word.length ? undefined : this.template();
      case "break":
      case "continue":
        if (this.grammar.words[word === "break" ? "breakOk" : "continueOk"])
          return this.closed({ kind: word, pos: start - reader.base });
        break;
      case "block":
        return undefined;
    }
    reader.pos = start;
    return this.action();
  }

  private action(): Body | undefined {
    const pipe = this.reader.pipeline("delimiter", false);
    return pipe && { kind: "action", pipe };
  }

  private otherwise(): Body | undefined {
    const { reader } = this;
    if (!reader.atTerminator()) return undefined;
    const after = reader.skipBlanks();
    const word = reader.word();
    if (word === "") return this.closed({ kind: "else" });
    if ((word !== "if" && word !== "with") || after === reader.pos || !reader.atTerminator()) return undefined;
    const pipe = reader.pipeline("delimiter", false);
    return pipe && { kind: `else ${word}`, pipe };
  }

  private template(): Body | undefined {
    const { reader } = this;
    const pos = reader.pos - reader.base;
    const name = reader.string();
    if (name === undefined) return undefined;
    const closed = this.closed<Body>({ kind: "template", name, pos, pipe: undefined });
    if (closed) return closed;
    const pipe = reader.pipeline("delimiter", false);
    return pipe && { kind: "template", name, pos, pipe };
  }

  private closed<T extends Body>(body: T): T | undefined {
    this.reader.skipBlanks();
    return this.reader.closes() ? body : undefined;
  }
}
