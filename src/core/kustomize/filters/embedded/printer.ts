import type { Comments } from "../../../yaml/comment-queue.js";
import { writeDoubleQuoted } from "../../../yaml/emit-scalar.js";
import { PendingComments } from "./pending-comments.js";
import { isSimpleKey, possibleStyle } from "./possible-style.js";
import type { PrintedCollection, PrintedDocument, PrintedNode, PrintedScalar, PrintedStyle } from "./printed-node.js";
import { TextSink } from "./text-sink.js";

/** The text of a document as go-yaml v3's encoder prints it, indented by two columns, with lists at the column of their key. */
export function printDocument({ root, head, foot }: PrintedDocument): string {
  const printer = new Printer();
  printer.document(root, head, foot);
  return printer.text;
}

/** Where a node is printed. */
type Place = "root" | "item" | "flow-item" | "key" | "value";

class Printer {
  readonly #sink = new TextSink();
  readonly #comments = new PendingComments(this.#sink);
  #keyLine = "";
  #flowLevel = 0;

  get text(): string {
    return this.#sink.text;
  }

  document(root: PrintedNode, head: string, foot: string): void {
    const sink = this.#sink;
    this.#comments.begin({ head });
    if (head !== "") {
      this.#comments.writeHead();
      sink.breakLine();
    }
    this.#beginNode(root);
    this.#comments.writeHead();
    this.#node(root, "root", () => this.#comments.writeLineAndFoot());
    this.#comments.begin({ foot });
    sink.footIndent = 0;
    this.#comments.writeFoot();
    sink.footIndent = -1;
    sink.indentLine();
  }

  /** A collection's other comments come with its end. */
  #beginNode(node: PrintedNode, tail = ""): void {
    if (node.kind === "mapping") this.#comments.begin({ head: node.head, tail });
    else if (node.kind === "sequence") this.#comments.begin({ head: node.head });
    else this.#comments.begin(node.kind === "alias" ? commentsOf(node) : { ...commentsOf(node), tail });
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
      this.#comments.writeHead();
      sink.indentLine();
      sink.indicator("-", true, false, true);
      this.#node(child, "item", () => this.#comments.writeLineAndFoot());
    }
    this.#comments.begin({ line, foot });
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
      this.#comments.writeHead();
      sink.indentLine();
      if (this.#comments.line !== "") {
        this.#keyLine = this.#comments.line;
        this.#comments.line = "";
      }
      const isSimple = isSimpleKey(key);
      if (!isSimple) sink.indicator("?", true, false, true);
      this.#node(key, "key", () => {}, isSimple);
      this.#beginNode(value);
      if (!isSimple) sink.indentLine();
      sink.indicator(":", !isSimple, false, !isSimple);
      this.#writeKeyLine(value);
      this.#node(value, "value", () => this.#comments.writeLineAndFoot());
    }
    this.#comments.begin({ tail, line, foot });
    this.#comments.writeHead();
    leave();
  }

  /** A comment on a key's line goes to its scalar, or stays above what is indented below it. */
  #writeKeyLine(value: PrintedNode): void {
    if (this.#keyLine === "") return;
    if (value.kind === "scalar") {
      if (this.#comments.line !== "") return;
      this.#comments.line = this.#keyLine;
      this.#keyLine = "";
    } else if (value.kind !== "alias" && !value.isFlow) {
      const { line } = this.#comments;
      this.#comments.line = this.#keyLine;
      this.#keyLine = line;
      this.#comments.writeLine();
      this.#keyLine = this.#comments.line;
      this.#comments.line = line;
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
      this.#comments.writeHead();
      if (sink.column === 0) sink.indentLine();
      needsComma = !this.#comments.hasBehind;
      this.#node(child, "flow-item", () => this.#endFlowEntry());
    }
    this.#comments.begin({ line, foot });
    this.#flowLevel -= 1;
    leave();
    if (sink.column === 0) sink.indentLine();
    sink.indicator("]", false, false, false);
    this.#comments.writeLineAndFoot();
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
      this.#comments.writeHead();
      if (sink.column === 0) sink.indentLine();
      const isSimple = isSimpleKey(key);
      if (!isSimple) sink.indicator("?", true, false, false);
      this.#node(key, "key", () => {}, isSimple);
      this.#beginNode(value);
      sink.indicator(":", !isSimple, false, false);
      needsComma = !this.#comments.hasBehind;
      this.#node(value, "value", () => this.#endFlowEntry());
    }
    this.#comments.begin({ tail, line, foot });
    const pending = this.#comments;
    if (needsComma && pending.head + pending.foot + pending.tail !== "") sink.indicator(",", false, false, false);
    this.#comments.writeHead();
    this.#flowLevel -= 1;
    leave();
    sink.indicator("}", false, false, false);
    this.#comments.writeLineAndFoot();
  }

  /** The comma goes before the comment. */
  #endFlowEntry(): void {
    if (this.#comments.hasBehind) this.#sink.indicator(",", false, false, false);
    this.#comments.writeLineAndFoot();
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
        if (this.#comments.line === "") sink.breakLine();
        else this.#comments.writeLine();
        if (style === "literal") sink.literal(text);
        else sink.folded(text);
        break;
    }
  }
}

function commentsOf({ head, line, foot }: Comments): Comments {
  return { head, line, foot };
}
