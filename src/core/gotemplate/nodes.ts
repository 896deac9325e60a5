import type { Eval, EvalCommand } from "./evaluate.js";
import { quote } from "./fmt/quote.js";
import type { GoComplex } from "./value/value.js";

interface At {
  /** Offset in UTF-16 units: in the template text, or from `base` for what stands in an action. */
  readonly pos: number;
}
/** An action. Its pipeline may be shared with actions of the same words elsewhere, so its positions count from `base`. */
interface Based extends At {
  readonly base: number;
}

export interface ListNode extends At {
  readonly kind: "list";
  readonly nodes: Node[];
}
export interface TextNode extends At {
  readonly kind: "text";
  readonly text: string;
}
export interface ActionNode extends Based {
  readonly kind: "action";
  readonly pipe: PipeNode;
}
export interface BranchNode extends Based {
  readonly kind: "if" | "range" | "with";
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}
export interface LoopNode extends At {
  readonly kind: "break" | "continue";
}
export interface TemplateNode extends Based {
  readonly kind: "template";
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}
export interface PipeNode extends At {
  readonly kind: "pipe";
  readonly isAssign: boolean;
  readonly declarations: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
  /** What it was compiled to, once it was run. */
  compiledPipe: Eval | undefined;
  compiledCommand: EvalCommand | undefined;
}
export interface CommandNode extends At {
  readonly kind: "command";
  readonly args: readonly Operand[];
}
export interface IdentifierNode extends At {
  readonly kind: "identifier";
  readonly name: string;
}
export interface VariableNode extends At {
  readonly kind: "variable";
  /** `$x.a.b` is ["$x", "a", "b"]. */
  readonly path: readonly string[];
}
export interface FieldNode extends At {
  readonly kind: "field";
  readonly path: readonly string[];
}
export interface ChainNode extends At {
  readonly kind: "chain";
  readonly node: Operand;
  readonly path: readonly string[];
}
export interface DotNode extends At {
  readonly kind: "dot";
}
export interface NilNode extends At {
  readonly kind: "nil";
}
export interface BoolNode extends At {
  readonly kind: "bool";
  readonly value: boolean;
}
export interface StringNode extends At {
  readonly kind: "string";
  readonly quoted: string;
  readonly value: string;
}
/** A constant, stored under every type that can hold it (Go's ideal constants). */
export interface NumberNode extends At {
  readonly kind: "number";
  readonly text: string;
  readonly int?: bigint | undefined;
  readonly uint?: bigint | undefined;
  readonly float?: number | undefined;
  readonly complex?: GoComplex | undefined;
}

export type Operand =
  | PipeNode
  | IdentifierNode
  | VariableNode
  | FieldNode
  | ChainNode
  | DotNode
  | NilNode
  | BoolNode
  | StringNode
  | NumberNode;

export type Node = ListNode | TextNode | ActionNode | BranchNode | LoopNode | TemplateNode;
export type AnyNode = Node | Operand | CommandNode;

/** The node as error messages show it: `<.a | upper>`. */
export function show(node: AnyNode): string {
  switch (node.kind) {
    case "list":
      return node.nodes.map(show).join("");
    case "text":
      return node.text;
    case "action":
      return `{{${show(node.pipe)}}}`;
    case "if":
    case "range":
    case "with": {
      const otherwise = node.elseList ? `{{else}}${show(node.elseList)}` : "";
      return `{{${node.kind} ${show(node.pipe)}}}${show(node.list)}${otherwise}{{end}}`;
    }
    case "break":
    case "continue":
      return `{{${node.kind}}}`;
    case "template":
      return `{{template ${quote(node.name)}${node.pipe ? ` ${show(node.pipe)}` : ""}}}`;
    case "pipe": {
      const declared = node.declarations.map(show).join(", ");
      const head = declared === "" ? "" : `${declared} ${node.isAssign ? "=" : ":="} `;
      return head + node.commands.map(show).join(" | ");
    }
    case "command":
      return node.args.map(showOperand).join(" ");
    case "chain":
      return `${showOperand(node.node)}.${node.path.join(".")}`;
    case "identifier":
      return node.name;
    case "variable":
      return node.path.join(".");
    case "field":
      return `.${node.path.join(".")}`;
    case "dot":
      return ".";
    case "nil":
      return "nil";
    case "bool":
      return String(node.value);
    case "string":
      return node.quoted;
    case "number":
      return node.text;
  }
}

function showOperand(node: Operand): string {
  return node.kind === "pipe" ? `(${show(node)})` : show(node);
}

/** Whether a tree holds nothing but blanks: such a definition never replaces one. */
export function isEmptyTree(node: Node): boolean {
  if (node.kind === "list") return node.nodes.every(isEmptyTree);
  return node.kind === "text" && node.text.trim() === "";
}
