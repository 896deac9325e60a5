import type { Value } from "../../manifest/value.js";
import { construct } from "../../yaml/construct.js";
import { emitYaml } from "../../yaml/emit.js";
import { writeDoubleQuoted } from "../../yaml/emit-scalar.js";
import type { MappingNode, ScalarNode, SequenceNode, Node as SourceNode } from "../../yaml/node.js";
import { composeDocuments, DEFAULT_BUDGET } from "../../yaml/parse.js";
import { toJson } from "../nodes/json.js";
import { childOf, isList, isMap, type Node, textOf } from "../nodes/node.js";

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
    const text = this.#mapping(root, changed, "").join("\n");
    if (this.#lines.slice(this.#line + 1).some((line) => line.trim() !== "")) throw unusual;
    return text;
  }

  #mapping(node: MappingNode, changed: Node, indent: string): string[] {
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
        ...this.#entry(`${indent}${this.#scalar(key, key.text)}:`, node.children[i + 1]!, value, indent),
      );
    }
    for (const key of Object.keys(changed)) if (!known.has(key)) out.push(...plainEntry(key, changed[key]!, indent));
    return out;
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
    if (node.kind === "alias" || node.tag !== "") throw unusual;
    const isFlow = node.kind !== "scalar" && "{[".includes(this.#src[node.pos]!);
    if (node.kind === "scalar" || isFlow) return this.#inline(head, node, changed, indent);
    const comment = this.#commentOn(this.#keyLine(node));
    const title = comment === "" ? head : `${head} ${comment}`;
    return [
      title,
      ...(node.kind === "mapping" ? this.#mapping(node, changed, `${indent}  `) : this.#sequence(node, changed, indent)),
    ];
  }

  /** The line of the key above a block collection. */
  #keyLine(node: SourceNode): number {
    let line = this.#lineOf(node.pos) - 1;
    while (line >= 0 && isCommentOrBlank(this.#lines[line]!)) line -= 1;
    return line;
  }

  #inline(head: string, node: Exclude<SourceNode, { kind: "alias" }>, changed: Node, indent: string): string[] {
    if (node.kind === "scalar" && this.#src[node.pos] === "|") return this.#literal(head, node, changed, indent);
    const text = this.#flow(node, changed);
    this.#line = Math.max(this.#line, this.#endLine(node));
    const comment = node.kind === "scalar" ? this.#commentOn(this.#line) : "";
    return [`${head}${text === "" ? "" : ` ${text}`}${comment === "" ? "" : ` ${comment}`}`];
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
    if (!isList(changed) || changed.length !== node.children.length) throw unusual;
    return node.children.flatMap((child, index) => {
      const before = this.#commentsBefore(child, indent);
      const value = changed[index]!;
      if (child.kind === "mapping" && this.#src[child.pos] !== "{") {
        const [first = "", ...rest] = this.#mapping(child, value, `${indent}  `);
        return [...before, `${indent}- ${first.slice(indent.length + 2)}`, ...rest];
      }
      return [...before, ...this.#entry(`${indent}-`, child, value, indent)];
    });
  }

  #flow(node: SourceNode, changed: Node): string {
    if (node.kind === "alias" || node.tag !== "") throw unusual;
    if (node.kind === "scalar") return this.#scalar(node, textOf(changed), changed);
    if (node.kind === "sequence") {
      if (!isList(changed) || changed.length !== node.children.length) throw unusual;
      return `[${node.children.map((child, index) => this.#flow(child, changed[index]!)).join(", ")}]`;
    }
    const entries: string[] = [];
    for (let i = 0; i < node.children.length; i += 2) {
      const key = node.children[i]!;
      const value = key.kind === "scalar" ? childOf(changed, key.text) : undefined;
      if (key.kind !== "scalar" || value === undefined) throw unusual;
      entries.push(`${this.#scalar(key, key.text)}: ${this.#flow(node.children[i + 1]!, value)}`);
    }
    if (!isMap(changed) || Object.keys(changed).length !== entries.length) throw unusual;
    return `{${entries.join(", ")}}`;
  }

  #scalar(node: ScalarNode, text: string, changed?: Node): string {
    const mark = this.#src[node.pos];
    if (text.includes("\n")) throw unusual;
    if (!node.plain && mark === "'") return `'${text.replaceAll("'", "''")}'`;
    if (!node.plain && mark === '"') return writeDoubleQuoted(text);
    if (!node.plain) throw unusual;
    if (text === node.text) return text;
    return emitYaml(changed === undefined ? text : toJson(changed), { style: "go-yaml-v3", indent: 2 }).trimEnd();
  }

  /** Comment lines between what was printed last and this node. */
  #commentsBefore(node: SourceNode, indent: string): string[] {
    const line = this.#lineOf(node.pos);
    const comments = this.#lines.slice(this.#line + 1, line);
    if (comments.some((text, index) => !isCommentOrBlank(text) && index > 0)) throw unusual;
    this.#line = Math.max(this.#line, line);
    return comments.filter((text) => text.trim().startsWith("#")).map((text) => indent + text.trim());
  }

  #commentOn(line: number): string {
    const text = this.#lines[line] ?? "";
    const match = /\s#.*$/.exec(text.replace(/"(?:[^"\\]|\\.)*"|'[^']*'/g, (quoted) => "x".repeat(quoted.length)));
    return match ? text.slice(match.index).trim() : "";
  }

  #endLine(node: SourceNode): number {
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

function isCommentOrBlank(line: string): boolean {
  return /^\s*(#.*)?$/.test(line);
}

function plainEntry(key: string, value: Node, indent: string): string[] {
  const text = emitYaml({ [key]: toJson(value) as Value }, { style: "go-yaml-v3", indent: 2, sortKeys: false }).trimEnd();
  return text.split("\n").map((line) => indent + line);
}
