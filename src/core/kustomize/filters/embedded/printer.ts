import type { Comments } from "../../../yaml/comment-queue.js";
import { analyse, writeDoubleQuoted } from "../../../yaml/emit-scalar.js";
import { TextSink } from "./text-sink.js";
import type { PrintedCollection, PrintedDocument, PrintedNode, PrintedScalar, PrintedStyle } from "./printed-node.js";

/** The text of a document as go-yaml v3's encoder prints it, indented by two columns, with lists at the column of their key. */
export function printDocument({ root, head, foot }: PrintedDocument): string {
  const printer = new Printer();
  printer.document(root, head, foot);
  return printer.text;
}

/** Where a node is printed. */
type Place = "root" | "item" | "flow-item" | "key" | "value";

interface Pending {
  head: string;
  line: string;
  foot: string;
  tail: string;
}

class Printer {
  readonly #sink = new TextSink();
  /** Comments that were come by and not printed yet. */
  readonly #pending: Pending = { head: "", line: "", foot: "", tail: "" };
  #keyLine = "";
  #flowLevel = 0;

  get text(): string {
    return this.#sink.text;
  }

  document(root: PrintedNode, head: string, foot: string): void {
    const sink = this.#sink;
    this.#begin({ head });
    if (head !== "") {
      this.#writeHead();
      sink.breakLine();
    }
    this.#beginNode(root);
    this.#writeHead();
    this.#node(root, "root", () => this.#writeLineAndFoot());
    this.#begin({ foot });
    sink.footIndent = 0;
    this.#writeFoot();
    sink.footIndent = -1;
    sink.indentLine();
  }

  #begin(comments: Partial<Pending>): void {
    if (comments.head) this.#pending.head = comments.head;
    if (comments.line) this.#pending.line = comments.line;
    if (comments.foot) this.#pending.foot = comments.foot;
    if (comments.tail) this.#pending.tail = comments.tail;
  }

  /** A collection's other comments come with its end. */
  #beginNode(node: PrintedNode, tail = ""): void {
    if (node.kind === "mapping") this.#begin({ head: node.head, tail });
    else if (node.kind === "sequence") this.#begin({ head: node.head });
    else this.#begin(node.kind === "alias" ? commentsOf(node) : { ...commentsOf(node), tail });
  }

  /** `after` is what comes behind a scalar, or behind what a collection begins with. */
  #node(node: PrintedNode, place: Place, after: () => void, isSimpleKey = false): void {
    const sink = this.#sink;
    if (node.kind === "alias") {
      sink.indicator("*", true, false, false);
      sink.word(node.name);
      after();
      return;
    }
    if (node.kind === "scalar") {
      this.#scalar(node, place, isSimpleKey);
      after();
      return;
    }
    this.#properties(node.anchor, node.tag);
    const isFlow = this.#flowLevel > 0 || node.isFlow || node.children.length === 0;
    after();
    if (node.kind === "sequence") {
      if (isFlow) this.#flowSequence(node, place);
      else this.#blockSequence(node, place);
    } else if (isFlow) this.#flowMapping(node, place);
    else this.#blockMapping(node, place);
  }

  #properties(anchor: string, tag: string): void {
    const sink = this.#sink;
    if (anchor !== "") {
      sink.indicator("&", true, false, false);
      sink.word(anchor);
    }
    if (tag !== "") sink.separate().word(tag);
  }

  #blockSequence({ children, line, foot }: PrintedCollection, place: Place): void {
    const sink = this.#sink;
    const isCompact = (place === "key" || place === "value") && (sink.column === 0 || !sink.isIndentation);
    const leave = sink.deepen(place === "item", { isCompact });
    for (const child of children) {
      this.#beginNode(child);
      this.#writeHead();
      sink.indentLine();
      sink.indicator("-", true, false, true);
      this.#node(child, "item", () => this.#writeLineAndFoot());
    }
    this.#begin({ line, foot });
    leave();
  }

  #blockMapping({ children, line, foot }: PrintedCollection, place: Place): void {
    const sink = this.#sink;
    const leave = sink.deepen(place === "item");
    let tail = "";
    for (let at = 0; at < children.length; at += 2) {
      const [key, value] = [children[at]!, children[at + 1]!];
      this.#beginNode({ ...key, foot: "" }, tail);
      tail = key.foot;
      this.#writeHead();
      sink.indentLine();
      if (this.#pending.line !== "") {
        this.#keyLine = this.#pending.line;
        this.#pending.line = "";
      }
      const isSimple = isSimpleKey(key);
      if (!isSimple) sink.indicator("?", true, false, true);
      this.#node(key, "key", () => {}, isSimple);
      this.#beginNode(value);
      if (!isSimple) sink.indentLine();
      sink.indicator(":", !isSimple, false, !isSimple);
      this.#writeKeyLine(value);
      this.#node(value, "value", () => this.#writeLineAndFoot());
    }
    this.#begin({ tail, line, foot });
    this.#writeHead();
    leave();
  }

  /** A comment on a key's line goes to its scalar, or stays above what is indented below it. */
  #writeKeyLine(value: PrintedNode): void {
    if (this.#keyLine === "") return;
    if (value.kind === "scalar") {
      if (this.#pending.line !== "") return;
      this.#pending.line = this.#keyLine;
      this.#keyLine = "";
    } else if (value.kind !== "alias" && !value.isFlow) {
      const { line } = this.#pending;
      this.#pending.line = this.#keyLine;
      this.#keyLine = line;
      this.#writeLine();
      this.#keyLine = this.#pending.line;
      this.#pending.line = line;
    }
  }

  #flowSequence({ children, line, foot }: PrintedCollection, place: Place): void {
    const sink = this.#sink;
    sink.indicator("[", true, true, false);
    const leave = sink.deepen(place === "item", { inFlow: true });
    this.#flowLevel += 1;
    let needsComma = false;
    for (const child of children) {
      this.#beginNode(child);
      if (needsComma) sink.indicator(",", false, false, false);
      this.#writeHead();
      if (sink.column === 0) sink.indentLine();
      needsComma = !this.#hasComments();
      this.#node(child, "flow-item", () => this.#endFlowEntry());
    }
    this.#begin({ line, foot });
    this.#flowLevel -= 1;
    leave();
    if (sink.column === 0) sink.indentLine();
    sink.indicator("]", false, false, false);
    this.#writeLineAndFoot();
  }

  #flowMapping({ children, line, foot }: PrintedCollection, place: Place): void {
    const sink = this.#sink;
    sink.indicator("{", true, true, false);
    const leave = sink.deepen(place === "item", { inFlow: true });
    this.#flowLevel += 1;
    let needsComma = false;
    let tail = "";
    for (let at = 0; at < children.length; at += 2) {
      const [key, value] = [children[at]!, children[at + 1]!];
      this.#beginNode({ ...key, foot: "" }, tail);
      tail = key.foot;
      if (needsComma) sink.indicator(",", false, false, false);
      this.#writeHead();
      if (sink.column === 0) sink.indentLine();
      const isSimple = isSimpleKey(key);
      if (!isSimple) sink.indicator("?", true, false, false);
      this.#node(key, "key", () => {}, isSimple);
      this.#beginNode(value);
      sink.indicator(":", !isSimple, false, false);
      needsComma = !this.#hasComments();
      this.#node(value, "value", () => this.#endFlowEntry());
    }
    this.#begin({ tail, line, foot });
    const pending = this.#pending;
    if (needsComma && pending.head + pending.foot + pending.tail !== "") sink.indicator(",", false, false, false);
    this.#writeHead();
    this.#flowLevel -= 1;
    leave();
    sink.indicator("}", false, false, false);
    this.#writeLineAndFoot();
  }

  #hasComments(): boolean {
    const { line, foot, tail } = this.#pending;
    return line + foot + tail !== "";
  }

  /** The comma goes before the comment. */
  #endFlowEntry(): void {
    if (this.#hasComments()) this.#sink.indicator(",", false, false, false);
    this.#writeLineAndFoot();
  }

  #scalar(node: PrintedScalar, place: Place, isSimpleKey: boolean): void {
    const sink = this.#sink;
    const style = possibleStyle(node, this.#flowLevel > 0, isSimpleKey);
    this.#properties(node.anchor, node.tag);
    const leave = sink.deepen(place === "item", { inFlow: true });
    this.#write(node.text, style);
    leave();
  }

  #write(text: string, style: PrintedStyle): void {
    const sink = this.#sink;
    switch (style) {
      case "plain":
        if (text !== "") sink.separate();
        sink.word(text);
        break;
      case "single":
        sink.separate();
        sink.single(text);
        break;
      case "double":
        sink.separate();
        sink.word(writeDoubleQuoted(text));
        break;
      case "literal":
      case "folded":
        sink.blockHeader(text, style === "literal" ? "|" : ">");
        if (this.#pending.line === "") sink.breakLine();
        else this.#writeLine();
        if (style === "literal") sink.literal(text);
        else sink.folded(text);
        break;
    }
  }

  #writeHead(): void {
    const { tail, head } = this.#pending;
    const sink = this.#sink;
    if (tail !== "") {
      sink.indentLine();
      sink.comment(tail);
      this.#pending.tail = "";
      sink.footIndent = Math.max(sink.indent, 0);
    }
    if (head === "") return;
    sink.indentLine();
    sink.comment(head);
    this.#pending.head = "";
  }

  #writeLineAndFoot(): void {
    this.#writeLine();
    this.#writeFoot();
  }

  #writeLine(): void {
    const { line } = this.#pending;
    if (line === "") return;
    this.#sink.separate().comment(line);
    this.#pending.line = "";
  }

  #writeFoot(): void {
    const { foot } = this.#pending;
    const sink = this.#sink;
    if (foot === "") return;
    sink.indentLine();
    sink.comment(foot);
    this.#pending.foot = "";
    sink.footIndent = Math.max(sink.indent, 0);
  }
}

function commentsOf({ head, line, foot }: Comments): Comments {
  return { head, line, foot };
}

const MAX_SIMPLE_KEY = 128;

function isSimpleKey(key: PrintedNode): boolean {
  switch (key.kind) {
    case "alias":
      return bytesOf(key.name) <= MAX_SIMPLE_KEY;
    case "scalar":
      return !analyse(key.text, 3).multiline && bytesOf(key.anchor + key.tag + key.text) <= MAX_SIMPLE_KEY;
    default:
      return key.children.length === 0 && bytesOf(key.anchor + key.tag) <= MAX_SIMPLE_KEY;
  }
}

function bytesOf(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** The style that a scalar has, or the next one that can hold its text here. */
function possibleStyle({ text, style: asked }: PrintedScalar, inFlow: boolean, isSimpleKey: boolean): PrintedStyle {
  const { plainAllowed, singleAllowed, blockAllowed, multiline } = analyse(text, 3);
  let style = asked === "plain" && text.includes("\n") ? "literal" : asked;
  if (isSimpleKey && multiline) style = "double";
  if (style === "plain") {
    const isBarred = inFlow ? !plainAllowed || text === "" || /[,?[\]{}:]/.test(text) : !plainAllowed;
    if (isBarred || (text === "" && isSimpleKey)) style = "single";
  }
  if (style === "single" && !singleAllowed) style = "double";
  if ((style === "literal" || style === "folded") && (!blockAllowed || inFlow || isSimpleKey)) style = "double";
  return style;
}
