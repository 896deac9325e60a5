import { ExpressionParser, type Scope } from "./expression-parser.js";
import { quote } from "./fmt/quote.js";
import type { LoopWords, Token, TokenKind } from "./lexer.js";
import { type ActionNode, type BranchNode, isEmptyTree, type ListNode, type Node, type TemplateNode } from "./nodes.js";
import { isKeyword, TokenStream } from "./token-stream.js";

/** A parsed template. `parseName` and `text` are those of the file it was written in: error positions refer to them. */
export interface Tree {
  readonly name: string;
  readonly parseName: string;
  readonly text: string;
  readonly root: ListNode;
}

const maxDepth = 1000;

/** What ends a list of nodes. */
interface Terminator {
  readonly kind: "end" | "else";
  readonly pos: number;
}

/** Parses `text` into the template `name` and those it defines. Throws TemplateFailure with the original's words. */
export function parseTemplate(name: string, text: string, hasFunction: (name: string) => boolean): Map<string, Tree> {
  const trees = new Map<string, Tree>();
  const tokens = new TokenStream(name, text, loopWords(hasFunction));
  new Parser({ tokens, name, text, hasFunction, trees }).parseFile();
  return trees;
}

export function loopWords(hasFunction: (name: string) => boolean): LoopWords {
  return { breakOk: !hasFunction("break"), continueOk: !hasFunction("continue") };
}

interface Shared {
  readonly tokens: TokenStream;
  /** Name of the file. */
  readonly name: string;
  readonly text: string;
  readonly hasFunction: (name: string) => boolean;
  readonly trees: Map<string, Tree>;
}

function isTerminator(node: Node | Terminator): node is Terminator {
  return node.kind === "end" || node.kind === "else";
}

/** Parses one template body; each `define` and `block` has a parser of its own over the same tokens. */
class Parser implements Scope {
  actionStart: Token | undefined;
  private readonly tokens: TokenStream;
  private readonly expressions: ExpressionParser;
  private vars: string[] = ["$"];
  private rangeDepth = 0;
  private depth = 0;

  constructor(private readonly shared: Shared) {
    this.tokens = shared.tokens;
    this.expressions = new ExpressionParser(shared.tokens, this);
  }

  get file(): string {
    return this.shared.name;
  }

  hasFunction(name: string): boolean {
    return this.shared.hasFunction(name);
  }

  isDeclared(variable: string): boolean {
    return this.vars.includes(variable);
  }

  declare(variable: string): void {
    this.vars.push(variable);
  }

  parseFile(): void {
    const nodes: Node[] = [];
    const pos = this.tokens.peek().pos;
    while (this.tokens.peek().kind !== "eof") {
      if (this.tokens.peek().kind === "leftDelim") {
        const delim = this.tokens.next();
        const token = this.tokens.nextNonSpace();
        if (isKeyword(token, "define")) {
          new Parser(this.shared).parseDefinition();
          continue;
        }
        this.tokens.back(token);
        this.tokens.back(delim);
      }
      const node = this.textOrAction();
      if (isTerminator(node)) this.tokens.fail(`unexpected {{${node.kind}}}`);
      else nodes.push(node);
    }
    this.add(this.shared.name, { kind: "list", pos, nodes });
  }

  private parseDefinition(): void {
    const context = "define clause";
    const token = this.tokens.nextNonSpace();
    if (token.kind !== "string" && token.kind !== "rawString") this.expressions.unexpected(token, context);
    const name = this.expressions.unquote(token);
    this.expect("rightDelim", context);
    const { list, end } = this.itemList();
    if (end.kind !== "end") this.tokens.fail(`unexpected {{${end.kind}}} in ${context}`);
    this.add(name, list);
  }

  private add(name: string, root: ListNode): void {
    const { trees, text, name: parseName } = this.shared;
    const known = trees.get(name);
    if (known === undefined || isEmptyTree(known.root)) trees.set(name, { name, parseName, text, root });
    else if (!isEmptyTree(root)) this.tokens.fail(`template: multiple definition of template ${quote(name)}`);
  }

  private itemList(): { list: ListNode; end: Terminator } {
    const nodes: Node[] = [];
    const pos = this.tokens.peekNonSpace().pos;
    while (this.tokens.peekNonSpace().kind !== "eof") {
      const node = this.textOrAction();
      if (isTerminator(node)) return { list: { kind: "list", pos, nodes }, end: node };
      nodes.push(node);
    }
    return this.tokens.fail("unexpected EOF");
  }

  private textOrAction(): Node | Terminator {
    const token = this.tokens.nextNonSpace();
    if (token.kind === "text") return { kind: "text", pos: token.pos, text: token.text };
    if (token.kind !== "leftDelim") return this.expressions.unexpected(token, "input");
    this.actionStart = token;
    const node = this.action();
    this.actionStart = undefined;
    return node;
  }

  private action(): Node | Terminator {
    const token = this.tokens.nextNonSpace();
    if (token.kind === "keyword") {
      switch (token.text) {
        case "block":
          return this.block();
        case "break":
        case "continue":
          return this.loopControl(token, token.text);
        case "else":
          return this.elseControl();
        case "end":
          return { kind: "end", pos: this.expect("rightDelim", "end").pos };
        case "if":
        case "range":
        case "with":
          return this.branch(token.text);
        case "template":
          return this.template();
      }
    }
    this.tokens.back(token);
    const action: ActionNode = {
      kind: "action",
      base: 0,
      pos: token.pos,
      pipe: this.expressions.pipeline("command", "rightDelim"),
    };
    return action;
  }

  private loopControl(token: Token, kind: "break" | "continue"): Node {
    const next = this.tokens.nextNonSpace();
    if (next.kind !== "rightDelim") this.expressions.unexpected(next, `{{${kind}}}`);
    if (this.rangeDepth === 0) this.tokens.fail(`{{${kind}}} outside {{range}}`);
    return { kind, pos: token.pos };
  }

  private elseControl(): Terminator {
    const peek = this.tokens.peekNonSpace();
    if (isKeyword(peek, "if") || isKeyword(peek, "with")) return { kind: "else", pos: peek.pos };
    return { kind: "else", pos: this.expect("rightDelim", "else").pos };
  }

  private branch(kind: "if" | "range" | "with"): BranchNode {
    this.enter();
    const marked = this.vars.length;
    const pipe = this.expressions.pipeline(kind, "rightDelim");
    if (kind === "range") this.rangeDepth++;
    const { list, end } = this.itemList();
    if (kind === "range") this.rangeDepth--;
    const elseList = end.kind === "else" ? this.elseList(kind, end) : undefined;
    this.vars.length = marked;
    this.leave();
    return { kind, base: 0, pos: pipe.pos, pipe, list, elseList };
  }

  private elseList(kind: "if" | "range" | "with", end: Terminator): ListNode {
    // `{{else if x}}` is `{{else}}{{if x}}` with one shared `{{end}}`.
    if (kind !== "range" && isKeyword(this.tokens.peek(), kind)) {
      this.tokens.next();
      return { kind: "list", pos: end.pos, nodes: [this.branch(kind)] };
    }
    const { list, end: last } = this.itemList();
    if (last.kind !== "end") this.tokens.fail(`expected end; found {{${last.kind}}}`);
    return list;
  }

  private block(): TemplateNode {
    const context = "block clause";
    const token = this.tokens.nextNonSpace();
    const name = this.templateName(token, context);
    const pipe = this.expressions.pipeline(context, "rightDelim");
    const body = new Parser(this.shared);
    const { list, end } = body.itemList();
    if (end.kind !== "end") this.tokens.fail(`unexpected {{${end.kind}}} in ${context}`);
    body.add(name, list);
    return { kind: "template", base: 0, pos: token.pos, name, pipe };
  }

  private template(): TemplateNode {
    const context = "template clause";
    const token = this.tokens.nextNonSpace();
    const name = this.templateName(token, context);
    const next = this.tokens.nextNonSpace();
    if (next.kind === "rightDelim") return { kind: "template", base: 0, pos: token.pos, name, pipe: undefined };
    this.tokens.back(next);
    return { kind: "template", base: 0, pos: token.pos, name, pipe: this.expressions.pipeline(context, "rightDelim") };
  }

  private templateName(token: Token, context: string): string {
    if (token.kind !== "string" && token.kind !== "rawString") return this.expressions.unexpected(token, context);
    return this.expressions.unquote(token);
  }

  /** Nested parentheses and branches are walked recursively: refuse what only an attack contains. */
  enter(): void {
    if (++this.depth > maxDepth) this.tokens.fail("max expression depth exceeded");
  }

  leave(): void {
    this.depth--;
  }

  private expect(kind: TokenKind, context: string): Token {
    const token = this.tokens.nextNonSpace();
    if (token.kind !== kind) this.expressions.unexpected(token, context);
    return token;
  }
}
