import { construct } from "../../yaml/construct.js";
import { emitYaml } from "../../yaml/emit.js";
import { emitJson } from "../../yaml/json.js";
import type { MappingNode, ScalarNode, SequenceNode, Node as SourceNode } from "../../yaml/node.js";
import { composeDocuments, DEFAULT_BUDGET } from "../../yaml/parse.js";
import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import { toJson } from "../nodes/json.js";
import {
  childOf,
  isList,
  isMap,
  isQuotedScalar,
  isScalar,
  type Node,
  type NodeMap,
  textOf,
  UntaggedScalar,
} from "../nodes/node.js";
import { printSourceScalar, printUntagged } from "./structured-scalar.js";

/**
 * Prints a document that was changed at some places the way go-yaml prints the nodes it read: order, comments and the style of
 * scalars and flow collections stay, indentation becomes two columns. Undefined where the text has more than that (anchors, tags,
 * folded or many-line scalars), which is then printed plainly.
 */
export function printChangedYaml(source: string, changed: Node): string | undefined {
  const { src, documents } = composeDocuments(source, { dialect: "kustomize" });
  const root = documents[0]?.root;
  if (root === undefined || documents.length !== 1 || root.kind !== "mapping") return undefined;
  try {
    return new YamlPrinter(src).print(root, changed);
  } catch (error) {
    if (error === unusual) return undefined;
    throw error;
  }
}

const unusual = new Error("unusual");

class YamlPrinter {
  readonly #src: string;
  readonly #lines: readonly string[];
  readonly #starts: readonly number[];
  /** Line of the last thing printed; comment lines after it belong to what comes next. */
  #line = -1;

  constructor(src: string) {
    this.#src = src;
    this.#lines = src.split("\n");
    let start = 0;
    this.#starts = this.#lines.map((line) => {
      const here = start;
      start += line.length + 1;
      return here;
    });
  }

  print(root: MappingNode, changed: Node): string {
    return this.#mapping(root, changed, "", true).join("\n");
  }

  /** Comments at the end; what is made comes below them. */
  #ending(made: readonly string[]): string[] {
    const end = this.#lines.findIndex((line, at) => at > this.#line && /^\.\.\.(?:\s|$)/.test(line));
    const rest = this.#lines.slice(this.#line + 1, end < 0 ? undefined : end);
    if (rest.some((line) => line.trim() !== "" && !line.startsWith("#"))) throw unusual;
    const comments = withoutFirstBlanks(rest);
    while (comments.at(-1) === "") comments.pop();
    return comments.length > 0 && made.length > 0 ? [...comments, "", ...made] : [...comments, ...made];
  }

  #mapping(node: MappingNode, changed: Node, indent: string, isRoot = false): string[] {
    if (!isMap(changed)) throw unusual;
    const out: string[] = [];
    const known = new Set<string>();
    for (let i = 0; i < node.children.length; i += 2) {
      const key = node.children[i]!;
      if (key.kind !== "scalar") throw unusual;
      const value = known.has(key.text) ? this.#unchanged(node.children[i + 1]!) : childOf(changed, key.text);
      known.add(key.text);
      if (value === undefined) throw unusual;
      out.push(
        ...this.#commentsBefore(key, indent),
        ...this.#entry(`${indent}${this.#key(key)}:`, node.children[i + 1]!, value, indent),
      );
    }
    const made = Object.keys(changed).flatMap((key) => (known.has(key) ? [] : madeEntry(key, changed[key]!, indent)));
    return [...out, ...(isRoot ? this.#ending(made) : made)];
  }

  /** What a key has that came before: the change was to the first. */
  #unchanged(node: SourceNode): Node {
    const limits = { maxNodes: DEFAULT_BUDGET.nodes, maxAliasNodes: DEFAULT_BUDGET.aliasExpansion };
    const src = { src: this.#src, file: undefined, lineOffset: 0 };
    return construct(node, {
      ...src,
      ...limits,
      dialect: "kustomize",
      duplicateKeys: "first",
      keepStyle: true,
    }) as unknown as Node;
  }

  #entry(head: string, node: SourceNode, changed: Node, indent: string): string[] {
    if (node.kind === "alias") return this.#aliased(head, node, changed, indent);
    if (node.kind === "scalar") return this.#inline(head, node, changed, indent);
    if (isScalar(changed) && !isQuotedScalar(changed)) return this.#replaced(head, node, changed, indent);
    const { written, isFlow } = propertiesOf(this.#src, node.pos);
    if (isFlow) return this.#inline(head, node, changed, indent);
    const keyLine = written === "" ? this.#keyLine(node) : this.#lineOf(node.pos);
    this.#line = Math.max(this.#line, keyLine);
    const title = [head, written, this.#commentOn(keyLine)].filter((part) => part !== "").join(" ");
    return [
      title,
      ...(node.kind === "mapping" ? this.#mapping(node, changed, `${indent}  `) : this.#sequence(node, changed, indent)),
    ];
  }

  /** An alias stays one while it means what it meant. */
  #aliased(head: string, node: Extract<SourceNode, { kind: "alias" }>, changed: Node, indent: string): string[] {
    this.#line = Math.max(this.#line, this.#lineOf(node.pos));
    const comment = this.#commentOn(this.#line);
    const isSame = emitJson(toJson(this.#unchanged(node.target))) === emitJson(toJson(changed));
    if (!isSame && !isUntagged(changed)) throw unusual;
    const text = isSame ? `*${node.name}` : printUntagged(textOf(changed), { inFlow: false, indent: indent.length + 2 });
    return [[head, text, isSame ? comment : ""].filter((part) => part !== "").join(" ")];
  }

  /** A scalar without a tag in the place of a collection, whose comments go with it. */
  #replaced(head: string, node: Exclude<SourceNode, { kind: "alias" }>, replaced: Node, indent: string): string[] {
    const last = this.#endLine(node);
    const comment = propertiesOf(this.#src, node.pos).isFlow ? "" : this.#commentOn(this.#keyLine(node));
    this.#line = Math.max(this.#line, last);
    const text = madeScalar(replaced, indent.length + 2);
    if (comment !== "" && text.includes("\n")) throw unusual;
    return [head, text, comment]
      .filter((part) => part !== "")
      .join(" ")
      .split("\n");
  }

  /** The line of the key above a block collection. */
  #keyLine(node: SourceNode): number {
    let line = this.#lineOf(node.pos) - 1;
    while (line >= 0 && isCommentOrBlank(this.#lines[line]!)) line -= 1;
    return line;
  }

  #inline(head: string, node: Exclude<SourceNode, { kind: "alias" }>, changed: Node, indent: string): string[] {
    const mark = node.kind === "scalar" ? this.#src[node.pos]! : "";
    if (node.kind === "scalar" && (mark === ">" || (mark === "|" && textOf(changed) !== node.text)))
      return this.#block(head, node, changed, indent);
    if (node.kind === "scalar" && mark === "|") return this.#literal(head, node, changed, indent);
    const text = node.kind === "scalar" ? this.#value(node, changed, indent) : this.#flow(node, changed);
    this.#line = Math.max(this.#line, this.#endLine(node));
    const comment = node.kind === "scalar" ? this.#commentOn(this.#line) : "";
    if (comment !== "" && text.includes("\n")) throw unusual;
    return `${head}${text === "" ? "" : ` ${text}`}${comment === "" ? "" : ` ${comment}`}`.split("\n");
  }

  /** A folded scalar, or a literal one with another text. */
  #block(head: string, node: ScalarNode, changed: Node, indent: string): string[] {
    this.#line = this.#blockEnd(node);
    return `${head} ${this.#value(node, changed, indent)}`.split("\n");
  }

  #blockEnd({ pos }: ScalarNode): number {
    let line = this.#lineOf(pos);
    const column = indentOf(this.#lines.slice(line + 1).find((text) => text.trim() !== "") ?? "");
    while (line + 1 < this.#lines.length && isInBlock(this.#lines[line + 1]!, column)) line += 1;
    return line;
  }

  /** A scalar below a key or in a block list. */
  #value(node: ScalarNode, changed: Node, indent: string): string {
    const text = textOf(changed);
    if (node.text.includes("\n") && !"|>".includes(this.#src[node.pos]!)) throw unusual;
    const printed = printSourceScalar(this.#src, node, text, { inFlow: false, indent: indent.length + 2 });
    if (printed === undefined) throw unusual;
    return printed;
  }

  #literal(head: string, node: ScalarNode, changed: Node, indent: string): string[] {
    const text = textOf(changed);
    const body = text.replace(/\n+$/, "");
    const breaks = text.length - body.length;
    if (body.startsWith(" ") || body === "") throw unusual;
    const chomp = breaks === 0 ? "-" : breaks === 1 ? "" : "+";
    this.#line = this.#lineOf(node.pos) + node.text.replace(/\n+$/, "").split("\n").length;
    const lines = body.split("\n").map((line) => (line === "" ? "" : `${indent}  ${line}`));
    return [`${head} |${chomp}`, ...lines, ...Array<string>(Math.max(0, breaks - 1)).fill("")];
  }

  #sequence(node: SequenceNode, changed: Node, indent: string): string[] {
    if (!isList(changed) || changed.length < node.children.length) throw unusual;
    const made = changed.slice(node.children.length).flatMap((item) => madeItem(item, indent));
    const kept = node.children.flatMap((child, index) => {
      const before = this.#commentsBefore(child, indent);
      const value = changed[index]!;
      if (isBlockCollection(this.#src, child) && !isScalar(value)) {
        const deeper = `${indent}  `;
        const [first = "", ...rest] =
          child.kind === "mapping" ? this.#mapping(child, value, deeper) : this.#sequence(child as SequenceNode, value, deeper);
        return [...before, `${indent}- ${first.slice(indent.length + 2)}`, ...rest];
      }
      return [...before, ...this.#entry(`${indent}-`, child, value, indent)];
    });
    return [...kept, ...made];
  }

  #flow(node: SourceNode, changed: Node): string {
    if (node.kind === "alias") throw unusual;
    if (node.kind === "scalar") return this.#inFlow(node, textOf(changed));
    if (isScalar(changed) && !isQuotedScalar(changed)) return madeInFlow(changed);
    const { written } = propertiesOf(this.#src, node.pos);
    return written === "" ? this.#flowCollection(node, changed) : `${written} ${this.#flowCollection(node, changed)}`;
  }

  #flowCollection(node: MappingNode | SequenceNode, changed: Node): string {
    if (node.kind === "sequence") {
      if (!isList(changed) || changed.length < node.children.length) throw unusual;
      const made = changed.slice(node.children.length).map(madeInFlow);
      return `[${[...node.children.map((child, index) => this.#flow(child, changed[index]!)), ...made].join(", ")}]`;
    }
    const entries: string[] = [];
    const known = new Set<string>();
    for (let i = 0; i < node.children.length; i += 2) {
      const key = node.children[i]!;
      if (key.kind !== "scalar") throw unusual;
      const value = known.has(key.text) ? this.#unchanged(node.children[i + 1]!) : childOf(changed, key.text);
      if (value === undefined) throw unusual;
      known.add(key.text);
      entries.push(`${this.#key(key)}: ${this.#flow(node.children[i + 1]!, value)}`);
    }
    if (!isMap(changed)) throw unusual;
    for (const key of Object.keys(changed)) if (!known.has(key)) entries.push(madeFieldInFlow(key, changed[key]!));
    return `{${entries.join(", ")}}`;
  }

  #inFlow(node: ScalarNode, text: string): string {
    if (node.text.includes("\n")) throw unusual;
    const printed = printSourceScalar(this.#src, node, text, { inFlow: true, indent: 0 });
    if (printed === undefined) throw unusual;
    return printed;
  }

  #key(node: ScalarNode): string {
    if (node.tag !== "" || node.text.includes("\n")) throw unusual;
    const printed = printSourceScalar(this.#src, node, node.text, { inFlow: false, indent: 0 });
    if (printed === undefined) throw unusual;
    return printed;
  }

  /** Comment lines between what was printed last and this node. */
  #commentsBefore(node: SourceNode, indent: string): string[] {
    const line = this.#lineOf(node.pos);
    const comments = this.#lines.slice(this.#line + 1, line);
    if (comments.some((text, index) => !isCommentOrBlank(text) && index > 0)) throw unusual;
    this.#line = Math.max(this.#line, line);
    return withoutFirstBlanks(comments).map((text) => (text === "" ? "" : indent + text));
  }

  #commentOn(line: number): string {
    const text = this.#lines[line] ?? "";
    const match = /\s#.*$/.exec(text.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, (quoted) => "x".repeat(quoted.length)));
    return match ? text.slice(match.index).trim() : "";
  }

  #endLine(node: SourceNode): number {
    if (node.kind === "scalar" && "|>".includes(this.#src[node.pos] ?? "-")) return this.#blockEnd(node);
    if (node.kind === "scalar" || node.kind === "alias") return this.#lineOf(node.pos);
    const last = node.children.at(-1);
    let line = last ? this.#endLine(last) : this.#lineOf(node.pos);
    while (/^[\s,\]}]+$/.test(this.#lines[line + 1] ?? "") && (this.#lines[line + 1] ?? "").trim() !== "") line += 1;
    return line;
  }

  #lineOf(position: number): number {
    let low = 0;
    let high = this.#starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.#starts[middle]! <= position) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** Anchor and tag before a collection, and whether it is in brackets. */
function propertiesOf(src: string, position: number): { readonly written: string; readonly isFlow: boolean } {
  const [all = ""] = /^(?:[&!]\S*[ \t]*)*/.exec(src.slice(position, position + 400)) ?? [];
  return { written: all.trim().replace(/[ \t]+/g, " "), isFlow: "{[".includes(src[position + all.length] ?? "-") };
}

/** Throws for one with an anchor or a tag of its own. */
function isBlockCollection(src: string, node: SourceNode): boolean {
  if (node.kind !== "mapping" && node.kind !== "sequence") return false;
  const { written, isFlow } = propertiesOf(src, node.pos);
  if (!isFlow && written !== "") throw unusual;
  return !isFlow;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}

function isInBlock(line: string, column: number): boolean {
  return line.trim() === "" || (column > 0 && indentOf(line) >= column);
}

function isUntagged(node: Node): boolean {
  return node instanceof UntaggedScalar || (node instanceof ScalarLiteral && node.tag === "!!null");
}

/** Comment lines, with one empty line after each group of them that had any. */
function withoutFirstBlanks(lines: readonly string[]): string[] {
  const result: string[] = [];
  for (const line of lines) {
    const text = line.trim();
    if (text.startsWith("#") || (text === "" && result.length > 0 && result.at(-1) !== "")) result.push(text);
  }
  return result;
}

function isCommentOrBlank(line: string): boolean {
  return /^\s*(#.*)?$/.test(line);
}

/** A field that was made: neither its key nor a made scalar has a tag that would quote it. */
function madeEntry(key: string, value: Node, indent: string): string[] {
  const head = `${indent}${printUntagged(key, { inFlow: true, indent: 0 })}:`;
  if (isList(value) && value.length > 0) return [head, ...value.flatMap((item) => madeItem(item, indent))];
  if (isMap(value) && Object.keys(value).length > 0) return [head, ...madeFields(value, `${indent}  `)];
  return `${head} ${madeScalar(value, indent.length + 2)}`.trimEnd().split("\n");
}

function madeFields(map: NodeMap, indent: string): string[] {
  return Object.keys(map).flatMap((key) => madeEntry(key, map[key]!, indent));
}

/** An element that was made at the end of a list. */
function madeItem(value: Node, indent: string): string[] {
  const deeper = `${indent}  `;
  if (isList(value) && value.length > 0) throw unusual;
  if (!isMap(value) || Object.keys(value).length === 0)
    return `${indent}- ${madeScalar(value, deeper.length)}`.trimEnd().split("\n");
  const [first = "", ...rest] = madeFields(value, deeper);
  return [`${indent}- ${first.slice(deeper.length)}`, ...rest];
}

function madeScalar(value: Node, indent: number): string {
  if (isUntagged(value) || (typeof value === "string" && value.includes("\n")))
    return printUntagged(textOf(value), { inFlow: false, indent });
  return emitYaml(toJson(value), { style: "go-yaml-v3", indent: 2, sortKeys: false }).trimEnd();
}

function madeInFlow(value: Node): string {
  if (isList(value)) return `[${value.map(madeInFlow).join(", ")}]`;
  if (isMap(value))
    return `{${Object.keys(value)
      .map((key) => madeFieldInFlow(key, value[key]!))
      .join(", ")}}`;
  const isText = isUntagged(value) || (typeof value === "string" && value.includes("\n"));
  return isText ? printUntagged(textOf(value), { inFlow: true, indent: 0 }) : madeScalar(value, 0);
}

function madeFieldInFlow(key: string, value: Node): string {
  return `${printUntagged(key, { inFlow: true, indent: 0 })}: ${madeInFlow(value)}`;
}
