import { NO_COMMENTS } from "./comment-queue.js";
import { Problem } from "./cursor.js";
import type { DocumentLayout } from "./layout.js";
import type { AliasNode, DocumentNode, MappingNode, Node, ScalarNode, SequenceNode } from "./node.js";
import { checkVersion } from "./properties.js";
import { Scanner, type Token, type TokenKind } from "./scanner.js";

export interface ComposeOptions {
  /** Offset of the first character to read: the start of the text or of a document. */
  readonly start?: number;
  readonly lookahead: number;
  readonly maxDepth: number;
  readonly maxNodes: number;
  /** go-yaml v3 keeps anchors from one document to the next, v2 forgets them. */
  readonly anchorsOutliveDocuments: boolean;
  /** Given, how the first document is written goes there. */
  readonly layout?: DocumentLayout;
}

const CORE_TAGS: ReadonlyMap<string, string> = new Map([
  ["!", "!"],
  ["!!", "tag:yaml.org,2002:"],
]);

/** Reads the documents of a stream one by one; a syntax error is thrown as a Problem. */
export class Composer {
  readonly #scanner: Scanner;
  readonly #options: ComposeOptions;
  readonly #layout: DocumentLayout | undefined;
  #anchors = new Map<string, Node>();
  #tags = new Map<string, string>();
  #first = true;
  #nodes = 0;
  #depth = 0;

  constructor(src: string, options: ComposeOptions) {
    const { start = 0, lookahead, maxDepth, layout } = options;
    this.#scanner = new Scanner(src, start, { lookahead, maxDepth, ...(layout ? { comments: layout.comments } : {}) });
    this.#options = options;
    this.#layout = layout;
  }

  /** Whether a `---` comes next, where another reader may take over. */
  atDocumentStart(): boolean {
    return this.#scanner.peek().kind === "document-start";
  }

  /** Offset at which the next document begins; the length of the text at its end. Valid after a document was read. */
  nextStart(): number {
    const token = this.#scanner.peek();
    return token.kind === "stream-end" ? this.#scanner.src.length : token.pos;
  }

  /** The next document, or undefined at the end of the stream. */
  next(): DocumentNode | undefined {
    let token = this.#scanner.peek();
    if (!this.#first) while (token.kind === "document-end") token = this.#skipAndPeek();
    const implicit = this.#first && token.kind !== "directive" && token.kind !== "document-start";
    this.#first = false;
    if (token.kind === "stream-end") return undefined;
    if (!this.#options.anchorsOutliveDocuments) this.#anchors = new Map();
    const pos = token.pos;
    this.#readDirectives();
    let root: Node;
    if (implicit && this.#layout) this.#layout.head = this.#layout.comments.takeDocumentHead();
    if (implicit) root = this.#node(true, false);
    else {
      token = this.#scanner.peek();
      if (token.kind !== "document-start") throw new Problem("parser", "did not find expected <document start>", token.pos);
      token = this.#skipAndPeek();
      root = endsDocument(token.kind) ? emptyScalar(token.pos) : this.#node(true, false);
    }
    if (this.#scanner.peek().kind === "document-end") this.#scanner.skip();
    if (this.#layout) this.#layout.foot = documentFoot(this.#layout);
    return { root, pos };
  }

  #skipAndPeek(): Token {
    this.#scanner.skip();
    return this.#scanner.peek();
  }

  #afterDash(): Token {
    const length = this.#layout?.comments.headLength ?? 0;
    const token = this.#skipAndPeek();
    this.#layout?.comments.splitStem(length, token);
    return token;
  }

  #readDirectives(): void {
    this.#tags = new Map();
    let versioned = false;
    for (let token = this.#scanner.peek(); token.kind === "directive" && token.directive; token = this.#skipAndPeek()) {
      if (token.directive.kind === "version") {
        if (versioned) throw new Problem("parser", "found duplicate %YAML directive", token.pos);
        checkVersion(token.directive, token.pos);
        versioned = true;
      } else {
        if (this.#tags.has(token.directive.handle)) throw new Problem("parser", "found duplicate %TAG directive", token.pos);
        this.#tags.set(token.directive.handle, token.directive.prefix);
      }
    }
  }

  #node(block: boolean, indentlessAllowed: boolean): Node {
    this.#nodes += 1;
    if (this.#nodes > this.#options.maxNodes)
      throw new Problem("budget", `document has more than ${this.#options.maxNodes} nodes`, this.#scanner.pos);
    let token = this.#scanner.peek();
    if (token.kind === "alias") return this.#alias(token);
    const pos = token.pos;
    let anchor: string | undefined;
    let tagToken: Token | undefined;
    for (let index = 0; index < 2; index++) {
      if (token.kind === "anchor" && anchor === undefined) anchor = token.text as string;
      else if (token.kind === "tag" && !tagToken) tagToken = token;
      else break;
      token = this.#skipAndPeek();
    }
    const tag = tagToken ? this.#resolveTag(tagToken, pos) : "";
    const contentPos = token.pos;
    const base = { pos, tag };
    if (indentlessAllowed && token.kind === "block-entry") return this.#sequence(base, anchor, "indentless");
    if (token.kind === "scalar") {
      const scalar = { ...base, kind: "scalar" as const, text: token.text as string, plain: token.style === "plain" };
      const node = this.#named(anchor, token.style === "folded" ? { ...scalar, folded: true as const } : scalar);
      this.#layout?.note(node, { ...this.#layout.comments.take(), anchor: anchor ?? "", contentPos });
      this.#scanner.skip();
      return node;
    }
    if (token.kind === "flow-sequence-start") return this.#sequence(base, anchor, "flow");
    if (token.kind === "flow-mapping-start") return this.#mapping(base, anchor, "flow");
    if (block && token.kind === "block-sequence-start") return this.#sequence(base, anchor, "block");
    if (block && token.kind === "block-mapping-start") return this.#mapping(base, anchor, "block");
    if (anchor !== undefined || tagToken) {
      const node = this.#named<ScalarNode>(anchor, { ...base, kind: "scalar", text: "", plain: true });
      this.#layout?.note(node, { anchor: anchor ?? "", contentPos });
      return node;
    }
    throw new Problem("parser", "did not find expected node content", token.pos, pos);
  }

  #named<T extends Node>(anchor: string | undefined, node: T): T {
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    return node;
  }

  #alias(token: Token): AliasNode {
    const name = token.text as string;
    const target = this.#anchors.get(name);
    if (!target) throw new Problem("plain", `unknown anchor '${name}' referenced`, token.pos);
    const node = { kind: "alias" as const, pos: token.pos, tag: "", name, target };
    this.#layout?.note(node, this.#layout.comments.take());
    this.#scanner.skip();
    return node;
  }

  #resolveTag(token: Token, nodePos: number): string {
    const { handle, suffix } = token.tag as NonNullable<Token["tag"]>;
    if (handle === "") return suffix;
    const prefix = this.#tags.get(handle) ?? CORE_TAGS.get(handle);
    if (prefix === undefined) throw new Problem("parser", "found undefined tag handle", token.pos, nodePos);
    return prefix + suffix;
  }

  #enter(): void {
    this.#depth += 1;
    if (this.#depth > this.#options.maxDepth)
      throw new Problem("budget", `exceeded max depth of ${this.#options.maxDepth}`, this.#scanner.pos);
  }

  #sequence(
    base: { pos: number; tag: string },
    anchor: string | undefined,
    style: "block" | "indentless" | "flow",
  ): SequenceNode {
    const node = this.#named<SequenceNode>(anchor, { ...base, kind: "sequence", children: [] });
    this.#enter();
    this.#noteStart(node, anchor, style);
    if (style === "flow") this.#flowSequence(node);
    else if (style === "block") this.#blockSequence(node.children);
    else this.#indentlessSequence(node.children);
    this.#depth -= 1;
    return node;
  }

  #mapping(base: { pos: number; tag: string }, anchor: string | undefined, style: "block" | "flow"): MappingNode {
    const node = this.#named<MappingNode>(anchor, { ...base, kind: "mapping", isFlow: style === "flow", children: [] });
    this.#enter();
    this.#noteStart(node, anchor, style);
    if (style === "flow") this.#flowMapping(node);
    else this.#blockMapping(node);
    this.#layout?.settleFeet(node);
    this.#depth -= 1;
    return node;
  }

  #noteStart(node: SequenceNode | MappingNode, anchor: string | undefined, style: "block" | "indentless" | "flow"): void {
    if (this.#layout === undefined) return;
    const { comments } = this.#layout;
    const { head } = style === "flow" ? comments.take() : style === "block" ? comments.takeStem() : NO_COMMENTS;
    this.#layout.note(node, { head, anchor: anchor ?? "", isFlow: style === "flow" });
  }

  /** Before its last token is skipped. */
  #noteEnd(node: SequenceNode | MappingNode): void {
    if (this.#layout === undefined) return;
    const { line, foot } = this.#layout.comments.take();
    this.#layout.note(node, { line, foot });
  }

  #blockSequence(children: Node[]): void {
    const start = this.#scanner.peek().pos;
    let token = this.#skipAndPeek();
    while (token.kind === "block-entry") {
      const end = token.end;
      token = this.#afterDash();
      children.push(token.kind === "block-entry" || token.kind === "block-end" ? this.#empty(end) : this.#node(true, false));
      token = this.#scanner.peek();
    }
    if (token.kind !== "block-end") throw new Problem("parser", "did not find expected '-' indicator", token.pos, start);
    this.#scanner.skip();
  }

  #indentlessSequence(children: Node[]): void {
    let token = this.#scanner.peek();
    while (token.kind === "block-entry") {
      const end = token.end;
      token = this.#afterDash();
      const empty = token.kind === "block-entry" || token.kind === "key" || token.kind === "value" || token.kind === "block-end";
      children.push(empty ? this.#empty(end) : this.#node(true, false));
      token = this.#scanner.peek();
    }
  }

  #blockMapping(node: MappingNode): void {
    const { children } = node;
    const start = this.#scanner.peek().pos;
    let token = this.#skipAndPeek();
    while (token.kind === "key") {
      children.push(this.#blockMappingNode(token));
      token = this.#scanner.peek();
      children.push(token.kind === "value" ? this.#blockMappingNode(token) : this.#empty(token.pos));
      token = this.#scanner.peek();
    }
    if (token.kind !== "block-end") throw new Problem("parser", "did not find expected key", token.pos, start);
    this.#noteEnd(node);
    this.#scanner.skip();
  }

  #blockMappingNode(indicator: Token): Node {
    const token = this.#skipAndPeek();
    if (token.kind === "key" || token.kind === "value" || token.kind === "block-end") return this.#empty(indicator.end);
    return this.#node(true, true);
  }

  #flowSequence(node: SequenceNode): void {
    const { children } = node;
    const start = this.#scanner.peek().pos;
    let token = this.#skipAndPeek();
    for (let first = true; token.kind !== "flow-sequence-end"; first = false) {
      if (!first) {
        if (token.kind !== "flow-entry") throw new Problem("parser", "did not find expected ',' or ']'", token.pos, start);
        token = this.#skipAndPeek();
      }
      if (token.kind === "key") children.push(this.#flowPair(token));
      else if (token.kind !== "flow-sequence-end") children.push(this.#node(false, false));
      else break;
      token = this.#scanner.peek();
    }
    this.#noteEnd(node);
    this.#scanner.skip();
  }

  /** `[key: value]`: a mapping of one pair inside a flow sequence. */
  #flowPair(keyToken: Token): MappingNode {
    let token = this.#skipAndPeek();
    const noKey = token.kind === "value" || token.kind === "flow-entry" || token.kind === "flow-sequence-end";
    if (noKey) this.#scanner.skip();
    const key = noKey ? this.#emptyInFlow(token.end) : this.#node(false, false);
    token = this.#scanner.peek();
    let value: Node | undefined;
    if (token.kind === "value") {
      token = this.#skipAndPeek();
      if (token.kind !== "flow-entry" && token.kind !== "flow-sequence-end") value = this.#node(false, false);
    }
    const children = [key, value ?? this.#emptyInFlow(token.pos)];
    const node = { kind: "mapping" as const, isFlow: true, pos: keyToken.pos, tag: "", children };
    this.#layout?.note(node, { isFlow: true });
    this.#layout?.settleFeet(node);
    return node;
  }

  #flowMapping(node: MappingNode): void {
    const { children } = node;
    const start = this.#scanner.peek().pos;
    let token = this.#skipAndPeek();
    for (let first = true; token.kind !== "flow-mapping-end"; first = false) {
      if (!first) {
        if (token.kind !== "flow-entry") throw new Problem("parser", "did not find expected ',' or '}'", token.pos, start);
        token = this.#skipAndPeek();
      }
      if (token.kind === "key") {
        token = this.#skipAndPeek();
        const noKey = token.kind === "value" || token.kind === "flow-entry" || token.kind === "flow-mapping-end";
        children.push(noKey ? this.#emptyInFlow(token.pos) : this.#node(false, false));
        children.push(this.#flowMappingValue());
      } else if (token.kind !== "flow-mapping-end") {
        children.push(this.#node(false, false), this.#emptyInFlow(this.#scanner.peek().pos));
      } else break;
      token = this.#scanner.peek();
    }
    this.#noteEnd(node);
    this.#scanner.skip();
  }

  #flowMappingValue(): Node {
    let token = this.#scanner.peek();
    if (token.kind !== "value") return this.#emptyInFlow(token.pos);
    token = this.#skipAndPeek();
    if (token.kind === "flow-entry" || token.kind === "flow-mapping-end") return this.#emptyInFlow(token.pos);
    return this.#node(false, false);
  }

  #emptyInFlow(pos: number): ScalarNode {
    return { ...this.#empty(pos), inFlow: true };
  }

  #empty(pos: number): ScalarNode {
    this.#nodes += 1;
    return emptyScalar(pos);
  }
}

/** go-yaml: comments before the end belong to its foot, unless there is one. */
function documentFoot({ comments }: DocumentLayout): string {
  const { head, foot } = comments.take();
  return foot === "" ? head : foot;
}

function emptyScalar(pos: number): ScalarNode {
  return { kind: "scalar", pos, tag: "", text: "", plain: true };
}

function endsDocument(kind: TokenKind): boolean {
  return kind === "directive" || kind === "document-start" || kind === "document-end" || kind === "stream-end";
}
