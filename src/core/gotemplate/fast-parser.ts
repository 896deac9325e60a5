import { type Action, type ActionGrammar, parseAction } from "./action.js";
import { ActionReader } from "./action-reader.js";
import { endOfSpaces, endOfText, trimsLeft } from "./lexer.js";
import { type ActionNode, isEmptyTree, type ListNode, type Node, type PipeNode } from "./nodes.js";
import type { Tree } from "./parser.js";
import type { RecentTexts } from "./recent-texts.js";

/** Actions by their words, shared by all texts of one function table: charts say the same things over and over. */
export type KnownActions = RecentTexts<Action>;

const maxNesting = 500;
const longestShared = 400;

/**
 * What `parseTemplate` gives, for texts without errors and rare words; undefined for all others. Trees are the same but for
 * pipelines being shared and for positions counting from the action.
 */
export function parseKnown(
  name: string,
  text: string,
  known: KnownActions,
  grammar: ActionGrammar,
): Map<string, Tree> | undefined {
  return new FastParser(name, text, known, grammar).parse();
}

/** The usual spellings of the commonest action. */
const endings = ["{{- end }}", "{{ end }}", "{{- end -}}", "{{end}}", "{{ end -}}"].map((words) => {
  const action: Action = { kind: "end", length: words.length, trimsRight: words.endsWith(" -}}"), uses: [], declares: [] };
  return { words, action };
});

/** A list of nodes that is being read, and what its `{{end}}` closes. */
interface Frame {
  readonly kind: "text" | "define" | "if" | "range" | "with";
  /** Of a definition. */
  readonly name: string;
  readonly nodes: Node[];
  /** Variables declared before. */
  readonly marked: number;
  /** Whether it ends with the frame around it: `{{else if}}`. */
  readonly isElseIf: boolean;
  readonly isElse: boolean;
}

class FastParser {
  private readonly trees = new Map<string, Tree>();
  private readonly frames: Frame[];
  /** The innermost frame. */
  private frame: Frame;
  private variables: string[] = [];
  private readonly reader: ActionReader;

  constructor(
    private readonly name: string,
    private readonly text: string,
    private readonly known: KnownActions,
    private readonly grammar: ActionGrammar,
  ) {
    this.frame = { kind: "text", name, nodes: [], marked: 0, isElseIf: false, isElse: false };
    this.frames = [this.frame];
    this.reader = new ActionReader(grammar);
  }

  parse(): Map<string, Tree> | undefined {
    const { text } = this;
    for (let at = 0; at < text.length; ) {
      const open = text.indexOf("{{", at);
      const isTrimmed = open >= 0 && trimsLeft(text, open + 2);
      const end = open < 0 ? text.length : isTrimmed ? endOfText(text, at, open) : open;
      if (end > at) this.frame.nodes.push({ kind: "text", pos: at, text: text.slice(at, end) });
      if (open < 0) break;
      const comment = text.startsWith("/*", open + (isTrimmed ? 4 : 2));
      const next = comment ? this.afterComment(open) : this.afterAction(open);
      if (next === undefined) return undefined;
      at = next;
    }
    const [file, inner] = this.frames as [Frame, Frame | undefined];
    return inner === undefined && this.add(file.name, file.nodes) ? this.trees : undefined;
  }

  private afterComment(open: number): number | undefined {
    const { text } = this;
    const end = text.indexOf("*/", open + 4);
    if (end < 0) return undefined;
    if (text.startsWith("}}", end + 2)) return end + 4;
    return /^[ \t\r\n]-\}\}/.test(text.slice(end + 2, end + 6)) ? endOfSpaces(text, end + 6) : undefined;
  }

  private afterAction(open: number): number | undefined {
    const action = this.actionAt(open);
    if (action === undefined || !this.enter(action, open)) return undefined;
    const end = open + action.length;
    return action.trimsRight ? endOfSpaces(this.text, end) : end;
  }

  /** What was read as a whole action once is one here too: reading goes from left to right. */
  private actionAt(open: number): Action | undefined {
    const { text } = this;
    const at = open + (text.charCodeAt(open + 2) === 0x2d ? 4 : 3);
    if (text.startsWith("end", at)) {
      const ending = endings.find(({ words }) => text.startsWith(words, open));
      if (ending) return ending.action;
    }
    const close = text.indexOf("}}", afterRawString(text, open + 2));
    if (close < 0) return undefined;
    const length = close + 2 - open;
    if (length > longestShared) return this.read(open);
    const words = text.slice(open, close + 2);
    const known = this.known.find(words);
    if (known) return known;
    const action = this.read(open);
    // `}}` in a string is not the end, but for a raw one in front that was passed.
    if (action?.length === length) this.known.keep(words, action);
    return action;
  }

  private read(open: number): Action | undefined {
    return this.reader.read(this.text, open) ?? parseAction(this.text.slice(open), this.grammar);
  }

  /** Adds the action to the tree; false where only the parser of whole texts can say what is wrong. */
  private enter(action: Action, base: number): boolean {
    const { uses, declares } = action;
    // No iterators where there is mostly nothing: this runs for every action of a chart.
    for (let index = 0; index < uses.length; index++) if (!this.variables.includes(uses[index] as string)) return false;
    const marked = this.variables.length;
    for (let index = 0; index < declares.length; index++) this.variables.push(declares[index] as string);
    switch (action.kind) {
      case "action": {
        const node: ActionNode = { kind: "action", base, pos: action.pipe.pos, pipe: action.pipe };
        this.frame.nodes.push(node);
        return true;
      }
      case "template":
        this.frame.nodes.push({ kind: "template", base, pos: action.pos, name: action.name, pipe: action.pipe });
        return true;
      case "if":
      case "range":
      case "with":
        return this.open(action.kind, { base, pipe: action.pipe, marked, isElseIf: false });
      case "else if":
      case "else with": {
        const kind = action.kind === "else if" ? "if" : "with";
        if (this.frame.kind !== kind || !this.otherwise(base)) return false;
        return this.open(kind, { base, pipe: action.pipe, marked, isElseIf: true });
      }
      case "else":
        return this.otherwise(base);
      case "end":
        return this.end();
      case "define":
        if (this.frames.length > 1) return false;
        this.push({ kind: "define", name: action.name, nodes: [], marked: 0, isElseIf: false, isElse: false });
        this.outer = this.variables;
        this.variables = [];
        return true;
      case "break":
      case "continue": {
        const inRange = this.frames.some((frame) => frame.kind === "range" && !frame.isElse);
        this.frame.nodes.push({ kind: action.kind, pos: base + action.pos });
        return inRange;
      }
    }
  }

  private outer: string[] = [];

  private open(
    kind: "if" | "range" | "with",
    of: { readonly base: number; readonly pipe: PipeNode; readonly marked: number; readonly isElseIf: boolean },
  ): boolean {
    const { base, pipe, marked, isElseIf } = of;
    const nodes: Node[] = [];
    const list: ListNode = { kind: "list", pos: base, nodes };
    this.frame.nodes.push({ kind, base, pos: pipe.pos, pipe, list, elseList: undefined });
    this.push({ kind, name: "", nodes, marked, isElseIf, isElse: false });
    return this.frames.length < maxNesting;
  }

  private push(frame: Frame): void {
    this.frames.push(frame);
    this.frame = frame;
  }

  /** Leaves the innermost frame; the file's own frame is the last. */
  private pop(): Frame {
    const left = this.frames.pop() as Frame;
    this.frame = this.frames.at(-1) ?? left;
    return left;
  }

  /** The branch that was opened last goes on with its other list. */
  private otherwise(base: number): boolean {
    const frame = this.pop();
    if (frame.isElse || frame.kind === "text" || frame.kind === "define") return false;
    const around = this.frame.nodes;
    const branch = around.at(-1);
    if (branch === undefined || !("elseList" in branch)) return false;
    const nodes: Node[] = [];
    around[around.length - 1] = {
      kind: branch.kind,
      base: branch.base,
      pos: branch.pos,
      pipe: branch.pipe,
      list: branch.list,
      elseList: { kind: "list", pos: base, nodes },
    };
    const { kind, name, marked, isElseIf } = frame;
    this.push({ kind, name, nodes, marked, isElseIf, isElse: true });
    return true;
  }

  private end(): boolean {
    for (;;) {
      const frame = this.pop();
      if (frame.kind === "text") return false;
      if (frame.kind === "define") {
        this.variables = this.outer;
        return this.add(frame.name, frame.nodes);
      }
      this.variables.length = frame.marked;
      if (!frame.isElseIf) return true;
    }
  }

  private add(name: string, nodes: Node[]): boolean {
    const root: ListNode = { kind: "list", pos: 0, nodes };
    const known = this.trees.get(name);
    if (known !== undefined && !isEmptyTree(known.root)) return isEmptyTree(root);
    this.trees.set(name, { name, parseName: this.name, text: this.text, root });
    return true;
  }
}

/** Where looking for the end of an action may begin: behind a raw string that it starts with, which mostly is full of braces. */
function afterRawString(text: string, from: number): number {
  const at = text.charCodeAt(from) === 0x20 ? from + 1 : from;
  if (text.charCodeAt(at) !== 0x60) return from;
  const end = text.indexOf("`", at + 1);
  return end < 0 ? from : end + 1;
}
