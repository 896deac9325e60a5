import type { TextSink } from "./text-sink.js";

interface CommentsToCome {
  readonly head?: string;
  readonly line?: string;
  readonly foot?: string;
  readonly tail?: string;
}

/** Comments that were come by and not printed yet; a later one of a kind takes the place of an earlier. */
export class PendingComments {
  readonly #sink: TextSink;
  head = "";
  line = "";
  foot = "";
  /** The foot of the key before, whose value had to be printed first. */
  tail = "";

  constructor(sink: TextSink) {
    this.#sink = sink;
  }

  /** There are some that stand behind what is printed. */
  get hasBehind(): boolean {
    return this.line + this.foot + this.tail !== "";
  }

  begin({ head, line, foot, tail }: CommentsToCome): void {
    if (head) this.head = head;
    if (line) this.line = line;
    if (foot) this.foot = foot;
    if (tail) this.tail = tail;
  }

  writeHead(): void {
    if (this.tail !== "") this.#writeFoot(this.tail);
    this.tail = "";
    if (this.head === "") return;
    this.#sink.indentLine();
    this.#sink.comment(this.head);
    this.head = "";
  }

  writeLineAndFoot(): void {
    this.writeLine();
    this.writeFoot();
  }

  writeLine(): void {
    if (this.line === "") return;
    this.#sink.separate().comment(this.line);
    this.line = "";
  }

  writeFoot(): void {
    if (this.foot !== "") this.#writeFoot(this.foot);
    this.foot = "";
  }

  #writeFoot(comment: string): void {
    const sink = this.#sink;
    sink.indentLine();
    sink.comment(comment);
    sink.footIndent = Math.max(sink.indent, 0);
  }
}
