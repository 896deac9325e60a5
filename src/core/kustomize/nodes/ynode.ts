import { flawsOf, type MapFlaw, setFlaws } from "../../yaml/flawed-maps.js";
import { isFlow } from "../../yaml/flow-maps.js";
import { AliasReference, EMPTY_IN_FLOW, ScalarLiteral, TaggedScalar } from "../../yaml/scalar-literal.js";
import { withoutSharing } from "./aliases.js";
import { mapScalars } from "./map-scalars.js";
import {
  isMap,
  isQuotedScalar,
  type Node,
  type NodeMap,
  QuotedValue,
  type Scalar,
  tagOf,
  textOf,
  UntaggedScalar,
} from "./node.js";
import { refuseProto } from "./paths.js";
import { noteReplacement } from "./replacements.js";
import { makeScalar } from "./scalar.js";

export type Kind = "none" | "map" | "list" | "scalar" | "alias";

/**
 * A node under change. Children are wrapped when they are first asked for, so that `freeze` gives back every untouched
 * part as it was. The tag "" stands for "as a plain scalar would resolve".
 */
export class YNode {
  kind: Kind;
  tag: string;
  value: string;
  isQuoted: boolean;
  /** Written with its tag. */
  isTagged = false;
  /** A null that a merge keeps. */
  shouldKeep = false;
  /** A map that a patch put in the place of another as a whole. */
  isReplacement = false;
  #source: Node | undefined;
  /** Touched children of a map; undefined stands for a removed one. */
  #fields: Map<string, YNode | undefined> | undefined;
  #items: YNode[] | undefined;
  /** Of keys that were put here. */
  #flaws: readonly MapFlaw[] | undefined;
  /** Repeated keys of which the first was taken away. */
  #settled: Set<MapFlaw> | undefined;

  constructor(source: Node | undefined) {
    this.#source = source;
    this.tag = "";
    this.value = "";
    this.isQuoted = false;
    if (source === undefined) this.kind = "none";
    else if (Array.isArray(source)) this.kind = "list";
    else if (isMap(source)) this.kind = "map";
    else if (source instanceof AliasReference) this.kind = "alias";
    else {
      this.kind = "scalar";
      this.tag = tagUnderChange(source as Scalar);
      this.value = textOf(source);
      this.isQuoted = isQuotedScalar(source);
      this.isTagged = source instanceof TaggedScalar;
    }
  }

  /** What it was made from. */
  get source(): Node | undefined {
    return this.#source;
  }

  /** What it was made from, while nothing in it was touched. */
  get untouched(): Node | undefined {
    return this.#fields === undefined && this.#items === undefined ? this.#source : undefined;
  }

  static scalar(tag: string, value: string, isQuoted = false): YNode {
    const node = new YNode(undefined);
    node.kind = "scalar";
    node.tag = tag;
    node.value = value;
    node.isQuoted = isQuoted;
    return node;
  }

  /** An empty node of a kind; a scalar has neither tag nor text. */
  static empty(kind: Kind): YNode {
    if (kind === "map") return new YNode({});
    if (kind === "list") return new YNode([]);
    return kind === "scalar" ? YNode.scalar("", "") : new YNode(undefined);
  }

  get isNull(): boolean {
    return this.kind === "none" || this.tag === "!!null";
  }

  get isString(): boolean {
    return this.kind === "scalar" && (this.tag === "!!str" || this.tag === "");
  }

  /** null, `{}`, `[]`, or nothing at all. */
  get isEmpty(): boolean {
    if (this.isNull) return true;
    if (this.kind === "map") return this.keys().length === 0;
    return this.kind === "list" && this.items.length === 0;
  }

  get isEmptyMap(): boolean {
    return this.kind === "map" && this.keys().length === 0;
  }

  get(key: string): YNode | undefined {
    if (this.kind !== "map") return undefined;
    if (this.#fields?.has(key)) return this.#fields.get(key);
    const source = this.#source as NodeMap;
    if (!Object.hasOwn(source, key)) return undefined;
    const child = new YNode(source[key]);
    this.#fields ??= new Map();
    this.#fields.set(key, child);
    return child;
  }

  /** What a child of a map was made from, while nothing in it was touched; no child is wrapped for the question. */
  untouchedChild(key: string): Node | undefined {
    if (this.kind !== "map") return undefined;
    if (this.#fields?.has(key)) return this.#fields.get(key)?.untouched;
    const source = this.#source as NodeMap;
    return Object.hasOwn(source, key) ? source[key] : undefined;
  }

  has(key: string): boolean {
    if (this.kind !== "map") return false;
    if (this.#fields?.has(key)) return this.#fields.get(key) !== undefined;
    return Object.hasOwn(this.#source as NodeMap, key);
  }

  put(key: string, child: YNode): void {
    refuseProto(key);
    this.#fields ??= new Map();
    this.#fields.set(key, child);
  }

  /** Of a key that the map has twice, the second stays. */
  remove(key: string): YNode | undefined {
    const child = this.get(key);
    if (!child) return undefined;
    const second = this.flaws.find((flaw) => flaw.kind === "repeated" && flaw.key === key);
    if (second?.kind === "repeated") (this.#settled ??= new Set()).add(second);
    this.#fields!.set(key, second?.kind === "repeated" ? new YNode(second.later as Node) : undefined);
    return child;
  }

  /** What keeps the map from being printed, of the keys that it has. */
  get flaws(): readonly MapFlaw[] {
    if (this.kind !== "map") return [];
    const all = [...flawsOf(this.#source as NodeMap), ...(this.#flaws ?? [])];
    return all.filter((flaw) => !this.#settled?.has(flaw) && (flaw.kind === "repeated" || this.has(flaw.key)));
  }

  /** Notes that a key that was put here is the one that another map could not be printed for. */
  takeFlaw(flaw: MapFlaw): void {
    this.#flaws = [...(this.#flaws ?? []), flaw];
  }

  keys(): string[] {
    if (this.kind !== "map") return [];
    const keys = Object.keys(this.#source as NodeMap);
    if (!this.#fields) return keys;
    const kept = keys.filter((key) => !this.#fields!.has(key) || this.#fields!.get(key) !== undefined);
    for (const [key, child] of this.#fields) if (child && !Object.hasOwn(this.#source as NodeMap, key)) kept.push(key);
    return kept;
  }

  get items(): YNode[] {
    if (this.kind !== "list") return [];
    this.#items ??= (this.#source as readonly Node[]).map((item) => new YNode(item));
    return this.#items;
  }

  set items(items: YNode[]) {
    this.#items = items;
  }

  setScalar(tag: string, value: string, isQuoted = this.isQuoted): void {
    this.#source = undefined;
    this.#fields = undefined;
    this.#items = undefined;
    this.kind = "scalar";
    this.tag = tag;
    this.value = value;
    this.isQuoted = isQuoted;
  }

  /** Changes the text alone; tag and style stay. */
  setText(value: string): void {
    this.setScalar(this.tag, value, this.isQuoted);
  }

  /** Becomes the same content as `other`; children are shared with it. */
  assign(other: YNode): void {
    if (other === this) return;
    this.kind = other.kind;
    this.tag = other.tag;
    this.value = other.value;
    this.isQuoted = other.isQuoted;
    this.isTagged = other.isTagged;
    this.isReplacement = other.isReplacement;
    this.#source = other.#source;
    this.#fields = other.#fields;
    this.#items = other.#items;
    this.#flaws = other.#flaws;
    this.#settled = other.#settled;
  }

  setNode(node: Node): void {
    this.assign(new YNode(node));
  }

  /** A null becomes an empty node of a kind, as creation of a missing field does. */
  become(kind: Kind, tag: string): void {
    const { value } = this;
    this.assign(YNode.empty(kind));
    if (kind === "scalar") this.setScalar(tag, value, false);
  }

  copy(): YNode {
    const copy = new YNode(undefined);
    if (this.kind === "scalar") {
      copy.assign(this);
      return copy;
    }
    copy.assign(new YNode(this.kind === "none" ? undefined : withoutSharing(this.freeze())));
    return copy;
  }

  freeze(): Node {
    switch (this.kind) {
      case "none":
        return null;
      case "alias":
        return this.#source!;
      case "scalar":
        return this.#source !== undefined ? this.#source : makeScalar(this.tag, this.value, this);
      case "list":
        return this.#freezeList();
      case "map": {
        const map = this.#freezeMap();
        if (this.isReplacement) noteReplacement(map);
        return map;
      }
    }
  }

  #freezeList(): Node {
    const source = this.#source as readonly Node[];
    if (!this.#items) return source;
    const items = this.#items.map((item) => item.freeze());
    return items.length === source.length && items.every((item, index) => item === source[index]) ? source : items;
  }

  #freezeMap(): Node {
    const source = this.#source as NodeMap;
    if (!this.#fields) return source;
    const isInBraces = isFlow(source);
    let result: { [key: string]: Node } | undefined;
    for (const [key, child] of this.#fields) {
      if (child === undefined) {
        if (!Object.hasOwn(source, key)) continue;
        result ??= { ...source };
        delete result[key];
        continue;
      }
      const frozen = child.freeze();
      if (source[key] === frozen && Object.hasOwn(source, key)) continue;
      result ??= { ...source };
      result[key] = isInBraces ? withoutEmpty(frozen) : frozen;
    }
    if (result !== undefined && (this.#flaws || flawsOf(source).length > 0)) setFlaws(result, this.flaws);
    return result ?? source;
  }
}

/** What lands between braces, where a null without text is printed as a text. */
function withoutEmpty(node: Node): Node {
  return mapScalars(node, (scalar) => {
    if (!(scalar instanceof ScalarLiteral) || scalar.tag !== "!!null" || scalar.text !== "") return scalar;
    return scalar instanceof UntaggedScalar ? new UntaggedScalar("!!str", "") : EMPTY_IN_FLOW;
  });
}

function tagUnderChange(scalar: Scalar): string {
  if (scalar instanceof UntaggedScalar) return "";
  return scalar instanceof QuotedValue ? scalar.implicitTag : tagOf(scalar);
}
