import { commentSchemaOf } from "../model/comment-schema.js";
import type { MergeSchema } from "../model/schema.js";
import {
  elements,
  fieldError,
  findElement,
  getField,
  isMissing,
  NodeKindError,
  quoteIfNeeded,
  setElement,
  setField,
} from "../nodes/ops.js";
import { isNonStringInYaml11 } from "../nodes/resolve.js";
import { type Kind, YNode } from "../nodes/ynode.js";

export interface MergeOptions {
  /** Where new elements of an associative list go: before the old ones (patches) or after them. */
  readonly listIncrease: "prepend" | "append";
  /** Lists without a schema are matched by `name` where every element has one. */
  readonly inferLists?: boolean;
  /** What one source alone has comes out the same whenever it did once, so that it need not be walked again. */
  readonly isStable?: boolean;
}

export type Maybe = YNode | undefined;

/** What is merged: the destination first, then the others. */
export type Sources = readonly [Maybe, ...Maybe[]];

/** Decides at each node what it becomes; undefined clears it. */
export interface MergeVisitor {
  map(sources: Sources): Maybe;
  scalar(sources: Sources): Maybe;
  /** A list that is replaced as a whole. */
  list(sources: Sources): Maybe;
  /** A list whose elements are matched by key. */
  associativeList(sources: Sources): Maybe;
}

/** Where merge keys come from. */
export interface SchemaSource {
  schemaOf(apiVersion: string, kind: string): MergeSchema | undefined;
}

/** Walks several trees together and gives what the visitor makes of them; the destination changes in place. */
export class MergeWalk {
  readonly #visitor: MergeVisitor;
  readonly #schemas: SchemaSource;
  readonly #options: MergeOptions;

  constructor(visitor: MergeVisitor, schemas: SchemaSource, options: MergeOptions) {
    this.#visitor = visitor;
    this.#schemas = schemas;
    this.#options = options;
  }

  walk(sources: Sources, given: MergeSchema | undefined, path: readonly string[]): Maybe {
    const schema = commentSchema(sources) ?? given ?? this.#schemaByType(sources);
    const kind: Kind = sources.find((node) => !isMissing(node))?.kind ?? "none";
    // Only values of charts have aliases: the original takes them away.
    if (kind === "alias") return undefined;
    for (const node of sources)
      if (kind !== "none" && node && !node.isNull && node.kind !== kind) throw new NodeKindError(kind, node);
    switch (kind) {
      case "map":
      case "none":
        return this.#walkMap(sources, schema, path);
      case "scalar":
        return this.#visitor.scalar(sources);
      case "list":
        return this.#isAssociative(sources, schema) ? this.#walkList(sources, schema, path) : this.#visitor.list(sources);
    }
  }

  #schemaByType(sources: Sources): MergeSchema | undefined {
    for (const node of sources) {
      const kind = node?.get("kind")?.value ?? "";
      const apiVersion = node?.get("apiVersion")?.value ?? "";
      const schema = kind === "" || apiVersion === "" ? undefined : this.#schemas.schemaOf(apiVersion, kind);
      if (schema) return schema;
    }
    return undefined;
  }

  #isAssociative(sources: Sources, schema: MergeSchema | undefined): boolean {
    if (schema) return schema.isMerged;
    if (!this.#options.inferLists) return false;
    return sources.some((node) => node && !node.isNull && associativeKey(node) !== "");
  }

  #walkMap(sources: Sources, schema: MergeSchema | undefined, path: readonly string[]): Maybe {
    const dest = this.#visitor.map(sources);
    if (dest === undefined) return undefined;
    const [, ...others] = sources;
    for (const key of this.#keysToWalk(dest, others, schema)) {
      if (key === "") throw new NodeKindError("scalar", dest);
      const child = dest.get(key);
      const children: Sources = [child, ...others.map((node) => node?.get(key))];
      const isAlone = this.#options.isStable === true && children.every((node, index) => index === 0 || node === undefined);
      const source = isAlone ? child?.untouched : undefined;
      const field = schema?.field(key);
      if (child === undefined) takeFlaw(dest, others, key);
      const value = this.walk(children, field, [...path, key]);
      if (source !== undefined && isUnchanged(value, child, source)) {
        noteStable(source, field);
        if (value !== child) continue;
      }
      if (value === undefined || value !== dest.get(key) || value.isNull) setField(dest, key, value);
      else if (value.kind === "scalar") quoteIfNeeded(value);
    }
    return dest;
  }

  /** The keys of all, sorted, without those of the destination alone that are known to come out as they are. */
  #keysToWalk(dest: YNode, others: readonly Maybe[], schema: MergeSchema | undefined): string[] {
    const keys = new Set<string>();
    for (const node of others) if (node) for (const key of node.keys()) keys.add(key);
    for (const key of dest.keys()) {
      if (keys.has(key)) continue;
      if (this.#options.isStable && key !== "" && isKnownStable(dest.untouchedChild(key), schema?.field(key))) continue;
      keys.add(key);
    }
    return keys.size > 1 ? [...keys].sort() : [...keys];
  }

  #walkList(before: Sources, schema: MergeSchema | undefined, path: readonly string[]): Maybe {
    const dest = this.#visitor.associativeList(before);
    if (dest === undefined) return undefined;
    const [, ...others] = before;
    const sources: Sources = [dest, ...others];
    let keys: readonly string[] = schema?.mergeKeys ?? [];
    if ((schema?.strategy ?? "") === "" && keys.length === 0) keys = [inferKey(sources, path)];
    const ordered = this.#options.listIncrease === "prepend" ? [...others, dest] : sources;
    const values = elementValues(ordered, keys);
    const [key] = keys;
    if (key && keys.length === 1 && areKeyed(sources, key)) return this.#mergeKeyed(key, values, sources, schema);
    if (values.length !== 0 || keys.length > 0) return this.#mergeElements(values, keys, sources, schema);
    return this.#mergeElements(primitiveValues(ordered), [""], sources, schema);
  }

  /** As mergeElements where every element has a key of its own, so that each is found without searching. */
  #mergeKeyed(key: string, values: readonly (readonly string[])[], sources: Sources, schema: MergeSchema | undefined): Maybe {
    const dest = sources[0] as YNode;
    const indexes = sources.map((node) => node && indexByKey(node, key));
    const added: YNode[] = [];
    const gone = new Set<YNode>();
    for (const [value = ""] of values) {
      const found = indexes.map((index) => index?.get(value)) as unknown as Sources;
      const merged = this.walk(found, schema?.items, []);
      if (merged === undefined || merged.isNull || merged.isEmptyMap) {
        if (found[0]) gone.add(found[0]);
        continue;
      }
      if (merged.get(key) === undefined) setField(merged, key, YNode.scalar("", value));
      added.push(merged);
    }
    if (values.length === 0) return dest.isNull ? undefined : dest;
    const kept = dest.isNull ? [] : dest.items.filter((item) => !gone.has(item));
    const [first, second] = this.#options.listIncrease === "prepend" ? [added, kept] : [kept, added];
    return keyedUnion(this.#options.listIncrease === "prepend" ? YNode.empty("list") : dest, first, second, key);
  }

  #mergeElements(
    given: readonly (readonly string[])[],
    keys: readonly string[],
    sources: Sources,
    schema: MergeSchema | undefined,
  ): Maybe {
    const dest = sources[0] as YNode;
    const added = YNode.empty("list");
    const itemSchema = schema?.items;
    const all = keys.length > 1 ? mergeValues(given.map((values) => [...values])) : given;
    let usedKeys: readonly string[] = [];
    for (const values of all) {
      if (values.length === 0) continue;
      let usedValues: readonly string[];
      [usedKeys, usedValues] = validKeys(all, values, keys);
      const [searchKeys, searchValues] = validKeys([usedValues], usedValues, usedKeys);
      const found = sources.map((node) => node && findElement(node, searchKeys, searchValues)) as unknown as Sources;
      const merged = this.walk(found, itemSchema, []);
      if (merged === undefined || merged.isNull || merged.isEmptyMap) {
        if (usedKeys.length > 0) {
          setElement(dest, undefined, usedKeys, usedValues);
          continue;
        }
      } else
        usedKeys.forEach((key, i) => {
          if (key !== "" && merged.get(key) === undefined && (usedValues[i] ?? "") !== "")
            setField(merged, key, YNode.scalar("", usedValues[i]!));
        });
      setElement(added, merged, usedKeys, usedValues);
    }
    if (all.length === 0) return dest.isNull ? undefined : dest;
    return this.#options.listIncrease === "prepend" ? appendList(added, dest, usedKeys) : appendList(dest, added, usedKeys);
  }
}

/** A key is put where it was not as the other map had it. */
function takeFlaw(dest: YNode, others: readonly Maybe[], key: string): void {
  for (const node of others)
    for (const flaw of node?.flaws ?? []) if (flaw.kind === "noText" && flaw.key === key) dest.takeFlaw(flaw);
}

/** Parts of immutable documents that a merge leaves as they are when the patch does not have them, by the schema they had. */
const stable = new WeakMap<object, MergeSchema | "none">();

function isKnownStable(source: unknown, schema: MergeSchema | undefined): boolean {
  if (source === undefined) return false;
  if (typeof source === "string") return !isNonStringInYaml11(source);
  if (typeof source !== "object") return true;
  return source !== null && stable.get(source) === (schema ?? "none");
}

/** Whether a child came out as it was; a list is made anew and may hold the same elements. */
function isUnchanged(value: Maybe, child: Maybe, source: unknown): boolean {
  if (value === child) return value?.freeze() === source;
  if (value?.kind !== "list" || !Array.isArray(source)) return false;
  return value.items.length === source.length && value.items.every((item, index) => item.freeze() === source[index]);
}

function noteStable(source: unknown, schema: MergeSchema | undefined): void {
  if (typeof source === "object" && source !== null) stable.set(source, schema ?? "none");
}

function commentSchema(sources: Sources): MergeSchema | undefined {
  for (const node of sources) {
    const schema = commentSchemaOf(node?.source);
    if (schema) return schema;
  }
  return undefined;
}

function inferKey(sources: Sources, path: readonly string[]): string {
  let key = "";
  for (const node of sources) {
    if (!node || node.items.length === 0) continue;
    const found = associativeKey(node);
    if (key !== "" && key !== found) throw fieldError(`conflicting merge keys [${key},${found}] for field ${path.join(".")}`);
    key = found;
  }
  if (key === "") throw fieldError(`no merge key found for field ${path.join(".")}`);
  return key;
}

/** Whether every element of the lists is a map with a text of its own at the key. */
function areKeyed(sources: Sources, key: string): boolean {
  return sources.every((node) => {
    if (node === undefined || node.isNull) return true;
    const texts = new Set<string>();
    for (const item of node.items) {
      const field = item.kind === "map" ? item.get(key) : undefined;
      if (field?.kind !== "scalar" || field.isNull || field.value === "" || texts.has(field.value)) return false;
      texts.add(field.value);
    }
    return true;
  });
}

function indexByKey(list: YNode, key: string): ReadonlyMap<string, YNode> {
  return new Map(list.items.map((item) => [(item.get(key) as YNode).value, item]));
}

/** The first elements, each replaced by one of the second with the same key, then the rest of the second. */
function keyedUnion(into: YNode, first: readonly YNode[], second: readonly YNode[], key: string): YNode {
  const items = [...first];
  const positions = new Map(items.map((item, position) => [(item.get(key) as YNode).value, position]));
  for (const item of second) {
    const position = positions.get((item.get(key) as YNode).value);
    if (position === undefined) items.push(item);
    else items[position] = item;
  }
  into.items = items;
  return into;
}

function appendList(into: YNode, from: YNode, keys: readonly string[]): YNode {
  for (const item of from.items) {
    if (keys[0] === "") {
      setElement(into, item, [""], [item.value]);
      continue;
    }
    const values: string[] = [];
    for (const key of keys) {
      const value = getField(item, key);
      if (value === undefined) into.items.push(item);
      else values.push(value.value);
    }
    if (keys.length > 1) setElement(into, undefined, keys, values);
    setElement(into, item, keys, values);
  }
  return into;
}

/** The keys that any of the elements has; all of them where none has any. */
function validKeys(
  all: readonly (readonly string[])[],
  values: readonly string[],
  keys: readonly string[],
): [readonly string[], readonly string[]] {
  const used = new Set<string>();
  for (const list of all) list.forEach((value, i) => value !== "" && used.add(keys[i]!));
  if (used.size === 0) return [keys, values];
  return [keys.filter((key) => used.has(key)), values.filter((value, i) => value !== "" || used.has(keys[i]!))];
}

/** Elements that agree in one key and are silent in another are the same element. */
function mergeValues(all: string[][]): string[][] {
  for (let i = 0; i < all.length; i++) {
    const first = all[i]!;
    for (let j = 0; j < all.length; j++) {
      const joined = joinValues(first, all[j]!);
      if (joined === undefined) continue;
      all[i] = joined;
      all[j] = joined;
    }
  }
  return all;
}

function joinValues(a: readonly string[], b: readonly string[]): string[] | undefined {
  if (a.length !== b.length) return undefined;
  let isCommon = false;
  const result: string[] = [];
  for (let i = 0; i < a.length; i++) {
    if (a[i] === b[i]) isCommon = true;
    else if (a[i] !== "" && b[i] !== "") return undefined;
    result.push(a[i] !== "" ? a[i]! : b[i]!);
  }
  return isCommon ? result : undefined;
}

function elementValues(sources: readonly Maybe[], keys: readonly string[]): string[][] {
  const result: string[][] = [];
  const seen = new Set<string>();
  if (keys.length === 0) return result;
  for (const source of sources) {
    if (!source) continue;
    for (const item of elements(source)) {
      const values = keys.map((key) => {
        const field = item.get(key);
        return field && !field.isEmpty ? field.value : "";
      });
      const text = JSON.stringify(values);
      if (seen.has(text)) continue;
      seen.add(text);
      result.push(values);
    }
  }
  return result;
}

function primitiveValues(sources: readonly Maybe[]): string[][] {
  const seen = new Set<string>();
  for (const source of sources) for (const item of source?.items ?? []) seen.add(item.value);
  return [...seen].map((value) => [value]);
}

function associativeKey(list: YNode): string {
  return list.items.every((item) => item.has("name")) ? "name" : "";
}
