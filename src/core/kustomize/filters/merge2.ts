import type { MergeSchema } from "../model/schema.js";
import { clearField, elements, fieldError, findElement, isMissing, NodeKindError, setElement, setField, getField } from "../nodes/ops.js";
import { describeNode } from "../nodes/resolve.js";
import { type Kind, YNode } from "../nodes/ynode.js";

export interface MergeOptions {
  /** Where new elements of an associative list go: before the old ones (patches) or after them. */
  readonly listIncrease: "prepend" | "append";
  /** Lists without a schema are matched by `name` where every element has one. */
  readonly inferLists?: boolean;
}

type Maybe = YNode | undefined;

/** A strategic merge of `patch` into `dest`, both of which change; undefined when the patch deletes. */
export function mergeNodes(patch: YNode, dest: YNode, schema: SchemaSource, options: MergeOptions): Maybe {
  return new Merge(schema, options).walk(dest, patch, undefined, []);
}

/** Where merge keys come from. */
export interface SchemaSource {
  schemaOf(apiVersion: string, kind: string): MergeSchema | undefined;
}

class Merge {
  readonly #schemas: SchemaSource;
  readonly #options: MergeOptions;

  constructor(schemas: SchemaSource, options: MergeOptions) {
    this.#schemas = schemas;
    this.#options = options;
  }

  walk(dest: Maybe, origin: Maybe, given: MergeSchema | undefined, path: readonly string[]): Maybe {
    const schema = given ?? this.#schemaByType(dest) ?? this.#schemaByType(origin);
    const kind: Kind = !isMissing(dest) ? (dest as YNode).kind : !isMissing(origin) ? (origin as YNode).kind : "none";
    for (const node of [dest, origin])
      if (kind !== "none" && !isMissing(node) && (node as YNode).kind !== kind) throw new NodeKindError(kind, node as YNode);
    switch (kind) {
      case "map":
      case "none":
        return this.#walkMap(dest, origin, schema, path);
      case "scalar":
        return origin ?? dest;
      case "list":
        return this.#isAssociative(dest, origin, schema) ? this.#walkList(dest, origin, schema, path) : (origin ?? dest);
    }
  }

  #schemaByType(node: Maybe): MergeSchema | undefined {
    if (isMissing(node) || (node as YNode).kind !== "map") return undefined;
    const kind = (node as YNode).get("kind");
    const apiVersion = (node as YNode).get("apiVersion");
    if (kind === undefined || apiVersion === undefined || kind.value === "" || apiVersion.value === "") return undefined;
    return this.#schemas.schemaOf(apiVersion.value, kind.value);
  }

  #isAssociative(dest: Maybe, origin: Maybe, schema: MergeSchema | undefined): boolean {
    if (schema) return schema.isMerged;
    if (!this.#options.inferLists) return false;
    return [dest, origin].some((node) => !isMissing(node) && associativeKey(node as YNode) !== "");
  }

  #visitMap(dest: Maybe, origin: Maybe): Maybe {
    if (isMissing(dest)) {
      if (directiveOrUnknown(origin) === "delete") return undefined;
      const isNullKept = origin === undefined && dest !== undefined && (dest as YNode).value !== "";
      if (isNullKept) {
        const kept = YNode.scalar("!!null", (dest as YNode).value);
        kept.shouldKeep = true;
        return kept;
      }
      return origin;
    }
    return this.#visitCollection(dest as YNode, origin);
  }

  #visitCollection(dest: YNode, origin: Maybe): Maybe {
    if (origin?.isNull) return undefined;
    switch (directive(origin)) {
      case "delete":
        return undefined;
      case "replace":
        return origin;
      case "merge":
        return dest;
    }
  }

  #walkMap(before: Maybe, origin: Maybe, schema: MergeSchema | undefined, path: readonly string[]): Maybe {
    const dest = this.#visitMap(before, origin);
    if (dest === undefined) return undefined;
    const keys = new Set([...dest.keys(), ...(origin?.keys() ?? [])]);
    for (const key of [...keys].sort()) {
      if (key === "") throw new NodeKindError("scalar", dest);
      const value = this.walk(dest.get(key), origin?.get(key), schema?.field(key), [...path, key]);
      if (value === undefined || value !== dest.get(key) || value.isNull) setField(dest, key, value);
    }
    return dest;
  }

  #walkList(before: Maybe, origin: Maybe, schema: MergeSchema | undefined, path: readonly string[]): Maybe {
    const dest = isMissing(before) ? origin : this.#visitCollection(before as YNode, origin);
    if (dest === undefined) return undefined;
    let keys: readonly string[] = schema?.mergeKeys ?? [];
    if ((schema?.strategy ?? "") === "" && keys.length === 0) keys = [this.#inferKey(dest, origin, path)];
    const sources = this.#options.listIncrease === "prepend" ? [origin, dest] : [dest, origin];
    const values = elementValues(sources, keys);
    if (values.length !== 0 || keys.length > 0) return this.#mergeElements(values, keys, dest, origin, schema);
    return this.#mergeElements(primitiveValues(sources), [""], dest, origin, schema);
  }

  #inferKey(dest: Maybe, origin: Maybe, path: readonly string[]): string {
    let key = "";
    for (const node of [dest, origin]) {
      if (!node || node.items.length === 0) continue;
      const found = associativeKey(node);
      if (key !== "" && key !== found)
        throw fieldError(`conflicting merge keys [${key},${found}] for field ${path.join(".")}`);
      key = found;
    }
    if (key === "") throw fieldError(`no merge key found for field ${path.join(".")}`);
    return key;
  }

  #mergeElements(
    given: readonly (readonly string[])[],
    keys: readonly string[],
    dest: YNode,
    origin: Maybe,
    schema: MergeSchema | undefined,
  ): Maybe {
    const added = YNode.empty("list");
    const itemSchema = schema?.items;
    const all = keys.length > 1 ? mergeValues(given.map((values) => [...values])) : given;
    let usedKeys: readonly string[] = [];
    for (const values of all) {
      if (values.length === 0) continue;
      let usedValues: readonly string[];
      [usedKeys, usedValues] = validKeys(all, values, keys);
      const [searchKeys, searchValues] = validKeys([usedValues], usedValues, usedKeys);
      const merged = this.walk(
        findElement(dest, searchKeys, searchValues),
        origin && findElement(origin, searchKeys, searchValues),
        itemSchema,
        [],
      );
      if (isMissing(merged) || (merged as YNode).isEmptyMap) {
        if (usedKeys.length > 0) {
          setElement(dest, undefined, usedKeys, usedValues);
          continue;
        }
      } else {
        usedKeys.forEach((key, i) => {
          if (key !== "" && (merged as YNode).get(key) === undefined && (usedValues[i] ?? "") !== "")
            setField(merged as YNode, key, YNode.scalar("", usedValues[i]!));
        });
      }
      setElement(added, merged, usedKeys, usedValues);
    }
    if (all.length === 0) return isMissing(dest) ? undefined : dest;
    return this.#options.listIncrease === "prepend" ? appendList(added, dest, usedKeys) : appendList(dest, added, usedKeys);
  }
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

type Directive = "merge" | "replace" | "delete";

/** Reads and removes the `$patch` of a map or of a list's element. */
function directive(patch: Maybe): Directive {
  if (patch === undefined) return "merge";
  if (patch.kind === "list") return listDirective(patch);
  if (patch.kind === "map") return mapDirective(patch);
  throw fieldError(`no implemented strategic merge patch strategy for '${patch.tag}' ('${describeNode(patch.freeze())}')`);
}

function directiveOrUnknown(patch: Maybe): Directive | undefined {
  try {
    return directive(patch);
  } catch {
    return undefined;
  }
}

function mapDirective(patch: YNode): Directive {
  const found = patch.get("$patch");
  if (found === undefined) return "merge";
  const chosen = asDirective(found.value);
  clearField(patch, "$patch");
  return chosen;
}

function listDirective(patch: YNode): Directive {
  const element = patch.items.find((item) => item.kind === "map" && item.has("$patch"));
  if (element === undefined || element.keys().length > 1) return "merge";
  const { value } = element.get("$patch") as YNode;
  const chosen = asDirective(value);
  setElement(patch, undefined, ["$patch"], [value]);
  return chosen;
}

function asDirective(text: string): Directive {
  if (text === "merge" || text === "replace" || text === "delete") return text;
  throw fieldError(`unknown patch strategy '${text}'`);
}
