import { base64Decode, utf8DecodeLossy } from "../../platform/bytes.js";
import type { Location } from "../errors.js";
import type { Value } from "../manifest/value.js";
import { Problem } from "./cursor.js";
import { noteFlaw, noteNullKey } from "./flawed-maps.js";
import { noteFlow } from "./flow-maps.js";
import { foldedValue } from "./folded-text.js";
import { formatGoFloat } from "./go-number.js";
import { compareBytes } from "./json.js";
import type { AliasNode, MappingNode, Node, ScalarNode } from "./node.js";
import { locationOf } from "./problem.js";
import { type Dialect, type Resolved, resolveTagged, shortTag } from "./resolve.js";
import { AliasReference, EMPTY_IN_FLOW, ScalarLiteral, TaggedScalar, UnfitScalar } from "./scalar-literal.js";
import { kustomizeText, lineOf } from "./text.js";

/** What becomes of a key that a map has twice; `first` is for the kustomize dialect. */
export type DuplicateKeys = "error" | "first" | "last";

export interface ConstructOptions {
  readonly src: string;
  readonly file: string | undefined;
  /** Lines of the file before `src`. */
  readonly lineOffset: number;
  readonly dialect: Dialect;
  readonly duplicateKeys: DuplicateKeys;
  readonly maxNodes: number;
  readonly maxAliasNodes: number;
  readonly keepStyle?: boolean;
  /** See ParseOptions. */
  readonly asNodes?: boolean;
}

interface RepeatedNodes {
  readonly node: Node;
  readonly earlier: Node;
  readonly later: Value;
}

type MutableObject = { [key: string]: Value };

/** Turns the nodes of one document into a Value under a dialect's rules. */
export function construct(root: Node, options: ConstructOptions): Value {
  const reader = new Constructor(options);
  const value = reader.node(root, true);
  reader.throwTypeErrors();
  return value;
}

class Constructor {
  readonly #options: ConstructOptions;
  readonly #open = new Set<Node>();
  readonly #typeErrors: Problem[] = [];
  #decoded = 0;
  #aliased = 0;
  #aliasDepth = 0;

  constructor(options: ConstructOptions) {
    this.#options = options;
  }

  node(node: Node, atRoot = false): Value {
    this.#count(node);
    switch (node.kind) {
      case "alias":
        return this.#alias(node, atRoot);
      case "scalar":
        return this.#scalar(node);
      case "sequence":
        return node.children.map((child) => this.node(child));
      case "mapping": {
        const out: MutableObject = {};
        this.#fill(node, out, atRoot, undefined);
        if (node.isFlow && this.#options.keepStyle) noteFlow(out);
        return out;
      }
    }
  }

  #alias({ name, target }: AliasNode, atRoot: boolean): Value {
    const value = this.#throughAlias(target, name, () => this.node(target, atRoot));
    return this.#options.asNodes ? (new AliasReference(name, value) as unknown as Value) : value;
  }

  /** go-yaml gathers what does not fit a type and reports all of it at once. */
  throwTypeErrors(): void {
    const [first] = this.#typeErrors;
    if (!first) return;
    const lines = this.#typeErrors.slice(0, 20).map((problem) => `  ${problem.message}`);
    throw new Problem("type", `unmarshal errors:\n${lines.join("\n")}`, first.problemPos);
  }

  /** go-yaml: a document may expand its aliases, within a ratio that shrinks as the document grows. */
  #count(node: Node): void {
    this.#decoded += 1;
    if (this.#decoded > this.#options.maxNodes)
      throw new Problem("budget", `document has more than ${this.#options.maxNodes} nodes`, node.pos);
    if (this.#aliasDepth === 0) return;
    this.#aliased += 1;
    const excessive =
      this.#aliased > 100 && this.#decoded > 1000 && this.#aliased / this.#decoded > allowedAliasRatio(this.#decoded);
    if (excessive || this.#aliased > this.#options.maxAliasNodes)
      throw new Problem("budget", "document contains excessive aliasing", node.pos);
  }

  #throughAlias<T>(target: Node, name: string, read: () => T): T {
    if (this.#open.has(target)) throw new Problem("plain", `anchor '${name}' value contains itself`, target.pos);
    this.#open.add(target);
    this.#aliasDepth += 1;
    const result = read();
    this.#aliasDepth -= 1;
    this.#open.delete(target);
    return result;
  }

  #scalar(node: ScalarNode): Value {
    const { asNodes, keepStyle } = this.#options;
    let resolved: Resolved;
    try {
      resolved = this.#resolve(node);
    } catch (error) {
      if (!(error instanceof Problem) || !(asNodes || keepStyle)) throw error;
      return this.#unfit(node, goWords(error));
    }
    const value = scalarValue(resolved, node.text, this.#options.dialect, node.pos);
    if (!keepStyle) return value;
    if (typeof value === "string" && node.folded) return foldedValue(value);
    const isTagged = !asNodes && node.tag !== "" && node.tag !== "!";
    if (isTagged && (!node.plain || typeof value === "string")) return taggedValue(value, resolved.tag, node);
    if (typeof value === "string" && !node.plain) return ScalarLiteral.value("!!str", value);
    if (value !== null || node.text !== "") return value;
    return node.inFlow ? (EMPTY_IN_FLOW as unknown as Value) : ScalarLiteral.value("!!null", "");
  }

  #unfit(node: ScalarNode, problem: string): Value {
    const tag = shortTag(node.tag);
    if (this.#options.asNodes) return ScalarLiteral.value(tag, node.text);
    return new UnfitScalar(tag, node.text, { problem, location: this.#locationOf(node) }) as unknown as Value;
  }

  #resolve(node: ScalarNode): Resolved {
    const { dialect } = this.#options;
    const short = shortTag(node.tag);
    if (node.tag === "") return node.plain ? resolveTagged(node.text, "", dialect) : { tag: "!!str", value: node.text };
    if (node.tag === "!")
      return node.plain && dialect === "kustomize" ? resolveTagged(node.text, "", dialect) : { tag: "!!str", value: node.text };
    if (short === "!!binary") return { tag: "!!str", value: decodeBinary(node) };
    return resolveTagged(node.text, short, dialect, node.pos);
  }

  #fill(node: MappingNode, out: MutableObject, atRoot: boolean, merged: Set<string> | undefined): void {
    if (this.#options.dialect === "kustomize") this.#fillV3(node, out, atRoot, merged);
    else this.#fillV2(node, out);
  }

  /** go-yaml v2: a merge takes effect where it stands, so it overrides the keys before it. */
  #fillV2(node: MappingNode, out: MutableObject): void {
    const { children } = node;
    for (let index = 0; index < children.length; index += 2) {
      const keyNode = children[index] as Node;
      const valueNode = children[index + 1] as Node;
      if (isMergeKey(keyNode)) {
        for (const source of mergeSources(valueNode).reverse()) this.#mergeFrom(source, out, undefined);
        continue;
      }
      const key = this.#keyV2(keyNode, valueNode);
      const value = this.node(valueNode);
      if (this.#options.duplicateKeys === "error" && Object.hasOwn(out, key))
        this.#typeError(valueNode, `key ${JSON.stringify(key)} already set in map`);
      else setKey(out, key, value, keyNode);
    }
  }

  /** sigs.k8s.io/yaml: keys are resolved like values and turned into JSON object keys. */
  #keyV2(node: Node, valueNode: Node): string {
    const value = this.node(node);
    if (typeof value === "string") return value;
    if (typeof value === "boolean") return String(value);
    if (typeof value === "number")
      return Number.isInteger(value) && Math.abs(value) < 2 ** 53 ? String(value) : formatGoFloat(Math.fround(value));
    if (typeof value === "bigint" && value < 2n ** 63n) return String(value);
    if (value === null) {
      const reason = `unsupported map key of type: %!s(<nil>), key: <nil>, value: ${goSyntax(this.node(valueNode))}`;
      throw new Problem("plain", reason, node.pos);
    }
    if (typeof value === "bigint") throw new Problem("plain", `unsupported map key: ${value}`, node.pos);
    throw new Problem("plain", `invalid map key: ${goSyntax(value)}`, node.pos);
  }

  /** go-yaml v3: duplicates are errors; a merge yields to the mapping's own keys wherever it stands. */
  #fillV3(node: MappingNode, out: MutableObject, atRoot: boolean, merged: Set<string> | undefined): void {
    if (this.#options.duplicateKeys === "error" && this.#hasDuplicates(node)) return;
    const { children } = node;
    const own = new Map<string, Node>();
    let mergeNode: Node | undefined;
    for (let index = 0; index < children.length; index += 2) {
      const keyNode = children[index] as Node;
      const valueNode = children[index + 1] as Node;
      if (!this.#options.asNodes && isMergeKey(keyNode)) {
        if (mergeNode && this.#isTolerant) throw new Problem("plain", "duplicate merge key", keyNode.pos);
        mergeNode = valueNode;
        continue;
      }
      const key = this.#keyOf(keyNode, atRoot, out);
      if (key === undefined) continue;
      const earlier = own.get(key);
      if (this.#isTolerant && earlier) {
        this.#noteRepeated(out, key, { node: keyNode, earlier, later: this.node(valueNode) });
        continue;
      }
      own.set(key, keyNode);
      if (merged?.has(key)) continue;
      merged?.add(key);
      setKey(out, key, this.node(valueNode), keyNode);
    }
    if (!mergeNode) return;
    const taken = merged ?? new Set(own.keys());
    for (const source of mergeSources(mergeNode)) this.#mergeFrom(source, out, taken);
  }

  get #isTolerant(): boolean {
    return this.#options.duplicateKeys === "first";
  }

  /** undefined for a key that is in no Value. */
  #keyOf(node: Node, atRoot: boolean, out: MutableObject): string | undefined {
    try {
      const key = this.#keyV3(node, atRoot);
      if (key === undefined) noteNullKey(out);
      return key;
    } catch (error) {
      if (!(error instanceof Problem) || !this.#isTolerant || error.kind !== "plain") throw error;
      // kyaml goes by the text of a key, and a collection has none.
      const key = node.kind === "scalar" ? node.text : "";
      noteFlaw(out, { kind: "noText", key, problem: goWords(error), location: this.#locationOf(node) });
      return key;
    }
  }

  #mergeFrom(source: Node, out: MutableObject, merged: Set<string> | undefined): void {
    this.#count(source);
    if (source.kind === "mapping") {
      this.#fill(source, out, false, merged);
      return;
    }
    if (source.kind === "alias") {
      const { target } = source;
      if (target.kind === "mapping") {
        this.#throughAlias(target, source.name, () => {
          this.#count(target);
          this.#fill(target, out, false, merged);
        });
        return;
      }
    }
    throw new Problem("plain", "map merge requires map or sequence of maps as the value", source.pos);
  }

  /**
   * kyaml: only strings may be keys below the root, where encoding/json refuses what go-yaml then makes of the map; at the
   * root a key is its text, and an entry with a null key is lost.
   */
  #keyV3(node: Node, atRoot: boolean): string | undefined {
    if (node.kind === "alias") return this.#throughAlias(node.target, node.name, () => this.#keyV3(node.target, atRoot));
    if (node.kind !== "scalar" && atRoot)
      throw new Problem("plain", `unmarshal errors:\n  line ${this.#locationOf(node).line}: ${noString(node)}`, node.pos);
    if (node.kind !== "scalar") throw new Problem("plain", `invalid map key: ${goDump(node)}`, node.pos);
    this.#count(node);
    const { tag } = this.#resolve(node);
    if (atRoot && tag === "!!null") return this.#options.keepStyle && node.text === "" ? "" : undefined;
    // kyaml writes nothing in quotes where it is a key, and reads a text.
    if (this.#options.keepStyle && tag === "!!null" && node.text === "" && node.tag === "") return "";
    if (atRoot || tag === "!!str") return node.text;
    const quoted = JSON.stringify(node.text);
    // kyaml takes a null's text for nothing, does not find the entry again, and has it twice.
    if (this.#options.keepStyle && tag === "!!null" && node.text !== "")
      throw new Problem(
        "plain",
        `unmarshal errors:\n  line ${this.#locationOf(node).line}: mapping key ${quoted} is no text`,
        node.pos,
      );
    throw new Problem("plain", `json: unsupported type: map[interface {}]interface {} (key ${quoted} is not a string)`, node.pos);
  }

  #noteRepeated(out: MutableObject, key: string, { node, earlier, later }: RepeatedNodes): void {
    const location = this.#locationOf(node);
    const first = this.#locationOf(earlier).line;
    const problem = `line ${location.line}: mapping key ${JSON.stringify(key)} already defined at line ${first}`;
    noteFlaw(out, { kind: "repeated", key, later, problem: `yaml: unmarshal errors:\n  ${problem}`, location });
  }

  #locationOf({ pos }: Node): Location {
    const { src, file, dialect, lineOffset } = this.#options;
    return locationOf(pos, { src, file, dialect, lineOffset });
  }

  #hasDuplicates(node: MappingNode): boolean {
    const first = new Map<string, Node>();
    const before = this.#typeErrors.length;
    const { children } = node;
    for (let index = 0; index < children.length; index += 2) {
      const key = children[index] as Node;
      const text = key.kind === "scalar" ? key.text : key.kind === "alias" ? key.name : "";
      const identity = `${key.kind}\n${text}`;
      const earlier = first.get(identity);
      if (!earlier) first.set(identity, key);
      else
        this.#typeError(
          key,
          `mapping key ${JSON.stringify(text)} already defined at line ${lineOf(this.#options.src, earlier.pos)}`,
        );
    }
    return this.#typeErrors.length > before;
  }

  #typeError(node: Node, message: string): void {
    this.#typeErrors.push(new Problem("type", `line ${lineOf(this.#options.src, node.pos)}: ${message}`, node.pos));
  }
}

/** The Value of a resolved scalar: a ScalarLiteral where kustomize would print another text than it read. */
export function scalarValue({ tag, value }: Resolved, text: string, dialect: Dialect, pos: number): Value {
  if (tag === "!!timestamp") return dialect === "kubernetes" ? text : ScalarLiteral.value(tag, text);
  if (typeof value === "string") return value;
  if (dialect === "kubernetes") {
    if (typeof value === "number" && !Number.isFinite(value))
      throw new Problem("plain", `json: unsupported value: ${goNonFinite(value)}`, pos);
    return value;
  }
  if (value === null) return text === "" || text === "null" ? null : ScalarLiteral.value(tag, text);
  return kustomizeText(value) === text ? value : ScalarLiteral.value(tag, text);
}

function taggedValue(value: Value, tag: string, { text, plain }: ScalarNode): Value {
  const scalar = typeof value === "string" ? new TaggedScalar("!!str", value, !plain) : new TaggedScalar(tag, text, !plain);
  return scalar as unknown as Value;
}

function noString({ kind }: Node): string {
  return `cannot unmarshal ${kind === "sequence" ? "!!seq" : "!!map"} into string`;
}

/** An error of encoding/json's has no `yaml:` before it. */
function goWords({ message }: Problem): string {
  return message.startsWith("json: ") ? message : `yaml: ${message}`;
}

function setKey(out: MutableObject, key: string, value: Value, node: Node): void {
  if (key === "__proto__") throw new Problem("proto-key", 'the key "__proto__" is not allowed', node.pos);
  out[key] = value;
}

function isMergeKey(node: Node): boolean {
  return (
    node.kind === "scalar" &&
    node.text === "<<" &&
    (node.plain ? node.tag === "" || node.tag === "!" : false || shortTag(node.tag) === "!!merge")
  );
}

function mergeSources(node: Node): Node[] {
  return node.kind === "sequence" ? [...node.children] : [node];
}

function goNonFinite(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function decodeBinary(node: ScalarNode): string {
  const bytes = base64Decode(node.text);
  if (!bytes) throw new Problem("plain", "!!binary value contains invalid base64 data", node.pos);
  return utf8DecodeLossy(bytes);
}

function allowedAliasRatio(decoded: number): number {
  const low = 400_000;
  const high = 4_000_000;
  if (decoded <= low) return 0.99;
  if (decoded >= high) return 0.1;
  return 0.99 - 0.89 * ((decoded - low) / (high - low));
}

/** Go's %#v of a collection that stands where a key should, as in `{{ name }}`; nothing in `{}` is an empty string. */
function goDump(node: Node): string {
  switch (node.kind) {
    case "alias":
      return `*${node.name}`;
    case "scalar":
      return JSON.stringify(node.text);
    case "sequence":
      return `[]interface {}{${node.children.map(goDump).join(", ")}}`;
    case "mapping": {
      const entries = node.children.flatMap((key, at) =>
        at % 2 === 0 ? [`${goDump(key)}:${goDump(node.children[at + 1]!)}`] : [],
      );
      return `map[string]interface {}{${entries.sort().join(", ")}}`;
    }
  }
}

/** Go's `%#v`. */
function goSyntax(value: Value): string {
  if (value === null) return "<nil>";
  const inner = (item: Value): string => (item === null ? "interface {}(nil)" : goSyntax(item));
  if (Array.isArray(value)) return `[]interface {}{${value.map(inner).join(", ")}}`;
  if (typeof value !== "object" || value instanceof ScalarLiteral)
    return typeof value === "string" ? JSON.stringify(value) : String(value);
  const entries = Object.entries(value)
    .sort(([a], [b]) => compareBytes(a, b))
    .map(([key, item]) => `${JSON.stringify(key)}:${inner(item)}`);
  return `map[interface {}]interface {}{${entries.join(", ")}}`;
}
