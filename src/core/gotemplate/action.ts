import { TemplateFailure } from "./errors.js";
import { ExpressionParser, type Scope } from "./expression-parser.js";
import { type LoopWords, trimsRight } from "./lexer.js";
import type { PipeNode } from "./nodes.js";
import { isKeyword, TokenStream } from "./token-stream.js";

/** One action, `{{ … }}`: what its words mean wherever they stand. Positions count from its left delimiter. */
export type Action = {
  /** In UTF-16 units, delimiters included. */
  readonly length: number;
  /** Whether blanks after it are dropped: `-}}`. */
  readonly trimsRight: boolean;
  /** Variables that must have been declared before. */
  readonly uses: readonly string[];
  readonly declares: readonly string[];
} & ActionBody;

type ActionBody =
  | { readonly kind: "end" | "else" }
  | { readonly kind: "break" | "continue"; readonly pos: number }
  | { readonly kind: "action" | "if" | "range" | "with" | "else if" | "else with"; readonly pipe: PipeNode }
  | { readonly kind: "define"; readonly name: string }
  | { readonly kind: "template"; readonly name: string; readonly pos: number; readonly pipe: PipeNode | undefined };

export interface ActionGrammar {
  readonly hasFunction: (name: string) => boolean;
  readonly words: LoopWords;
}

const maxNesting = 100;

/** The action that `text` begins with; undefined where it is none or a rare one, for the parser of whole texts to judge. */
export function parseAction(text: string, grammar: ActionGrammar): Action | undefined {
  try {
    return new ActionParser(text, grammar).parse();
  } catch (error) {
    if (error instanceof TemplateFailure) return undefined;
    throw error;
  }
}

class ActionParser implements Scope {
  readonly file = "";
  readonly actionStart = undefined;
  readonly hasFunction: (name: string) => boolean;
  private readonly tokens: TokenStream;
  private readonly expressions: ExpressionParser;
  private readonly uses: string[] = [];
  private readonly declares: string[] = [];
  private nesting = 0;

  constructor(
    private readonly text: string,
    grammar: ActionGrammar,
  ) {
    this.hasFunction = grammar.hasFunction;
    this.tokens = new TokenStream("", text, grammar.words);
    this.expressions = new ExpressionParser(this.tokens, this);
  }

  parse(): Action | undefined {
    this.tokens.next();
    const body = this.body();
    const { ended } = this.tokens;
    if (body === undefined || ended === undefined) return undefined;
    return { ...body, length: ended, trimsRight: trimsRight(this.text, ended), uses: this.uses, declares: this.declares };
  }

  isDeclared(variable: string): boolean {
    if (variable !== "$" && !this.declares.includes(variable)) this.uses.push(variable);
    return true;
  }

  declare(variable: string): void {
    this.declares.push(variable);
  }

  enter(): void {
    if (++this.nesting > maxNesting) this.tokens.fail("nested deeply");
  }

  leave(): void {
    this.nesting--;
  }

  private body(): ActionBody | undefined {
    const token = this.tokens.nextNonSpace();
    if (token.kind !== "keyword" || token.text === "." || token.text === "nil") {
      this.tokens.back(token);
      return { kind: "action", pipe: this.pipeline("command") };
    }
    switch (token.text) {
      case "if":
      case "range":
      case "with":
        return { kind: token.text, pipe: this.pipeline(token.text) };
      case "end":
        return this.closed({ kind: "end" });
      case "break":
      case "continue":
        return this.closed({ kind: token.text, pos: token.pos });
      case "else":
        return this.elseControl();
      case "define":
        return this.closed({ kind: "define", name: this.name() });
      case "template":
        return this.template();
    }
    return undefined;
  }

  private elseControl(): ActionBody | undefined {
    const peek = this.tokens.peekNonSpace();
    if (!isKeyword(peek, "if") && !isKeyword(peek, "with")) return this.closed({ kind: "else" });
    this.tokens.nextNonSpace();
    const kind = peek.text === "if" ? "if" : "with";
    return { kind: `else ${kind}`, pipe: this.pipeline(kind) };
  }

  private template(): ActionBody | undefined {
    const { pos } = this.tokens.peekNonSpace();
    const name = this.name();
    const next = this.tokens.nextNonSpace();
    if (next.kind === "rightDelim") return { kind: "template", name, pos, pipe: undefined };
    this.tokens.back(next);
    return { kind: "template", name, pos, pipe: this.pipeline("template clause") };
  }

  private pipeline(context: string): PipeNode {
    return this.expressions.pipeline(context, "rightDelim");
  }

  private name(): string {
    const token = this.tokens.nextNonSpace();
    return token.kind === "string" || token.kind === "rawString" ? this.expressions.unquote(token) : this.tokens.fail("no name");
  }

  private closed<T>(body: T): T | undefined {
    return this.tokens.nextNonSpace().kind === "rightDelim" ? body : undefined;
  }
}
