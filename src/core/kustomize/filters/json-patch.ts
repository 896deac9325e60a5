import { isObject, type Value } from "../../manifest/value.js";
import { jsonKind } from "../kustomization/decode.js";
import { countValues, maxCopiedValues, tooLarge } from "../model/budget.js";
import { kustomizeError, quoteGo } from "../model/errors.js";

/** One operation of a JSON patch (RFC 6902), as it was written. */
export interface PatchOperation {
  readonly op: string;
  /** undefined: not given or null. */
  readonly path: Value | undefined;
  /** undefined: not given or null. */
  readonly from: Value | undefined;
  /** undefined: not given, which counts as null. */
  readonly value: Value | undefined;
}

function patchError(message: string): Error {
  return kustomizeError("KUSTOMIZE_PATCH", message);
}

/** Reads the operations; throws when the value is no list of objects. */
export function decodePatch(value: Value): readonly PatchOperation[] {
  if (value === null) return [];
  if (!Array.isArray(value)) throw patchError(`json: cannot unmarshal ${jsonKind(value)} into Go value of type jsonpatch.Patch`);
  return value.map((item: Value) => {
    if (item === null) return { op: "unknown", path: undefined, from: undefined, value: undefined };
    if (!isObject(item)) throw patchError(`json: cannot unmarshal ${jsonKind(item)} into Go value of type jsonpatch.Operation`);
    return {
      op: textOf(item["op"], "unknown"),
      path: item["path"] ?? undefined,
      from: item["from"] ?? undefined,
      value: Object.hasOwn(item, "value") ? item["value"] : undefined,
    };
  });
}

function textOf(value: Value | undefined, missing: string): string {
  return typeof value === "string" ? value : missing;
}

/**
 * Applies the operations to a copy of `document`. As in the library that the original uses, `replace` makes a field that an
 * object does not have.
 */
export function applyPatch(document: Value, operations: readonly PatchOperation[]): Value {
  let root = clone(document) as Container;
  let copied = 0;
  for (const operation of operations) {
    if (operation.op === "copy" && typeof operation.from === "string") {
      copied += sizeAt(root, operation.from);
      if (copied > maxCopiedValues) throw tooLarge(`the copies of a JSON patch are more than ${maxCopiedValues} values`);
    }
    if (operation.op === "replace" && operation.path === "") root = wholeDocument(operation);
    else applyOperation(root, operation);
  }
  return root as Value;
}

function wholeDocument({ value }: PatchOperation): Container {
  if (typeof value === "object" && value !== null) return clone(value) as Container;
  throw patchError("replace operation value must be object or array: %!w(<nil>)");
}

/** Copies of copies grow without bound. */
function sizeAt(root: Container, from: string): number {
  const [source, key] = findParent(root, from);
  const found = source && lookUp(source, key);
  return found === undefined || found === absent || found instanceof Error ? 0 : countValues(found, maxCopiedValues);
}

type Container = Value[] | { [key: string]: Value };

function clone(value: Value): Value {
  if (Array.isArray(value)) return value.map(clone);
  if (!isObject(value)) return value;
  const copy: { [key: string]: Value } = {};
  for (const key of Object.keys(value)) copy[key] = clone(value[key]!);
  return copy;
}

function applyOperation(root: Container, operation: PatchOperation): void {
  switch (operation.op) {
    case "add":
      return add(root, operation);
    case "remove":
      return remove(root, operation);
    case "replace":
      return replace(root, operation);
    case "move":
      return move(root, operation);
    case "test":
      return test(root, operation);
    case "copy":
      return copyValue(root, operation);
    default:
      throw patchError(`Unexpected kind: ${operation.op}`);
  }
}

const missingValue = "missing value";

function pathOf({ op, path }: PatchOperation): string {
  if (typeof path === "string") return path;
  throw patchError(`${op} operation failed to decode path: ${whyNoPath(op, path)}`);
}

/** The original's `add`, `remove` and `copy` keep the reason to themselves. */
function whyNoPath(op: string, path: Value | undefined): string {
  if (op === "add" || op === "remove" || op === "copy") return missingValue;
  return whyNoText(path, `operation missing path field: ${missingValue}`);
}

function fromOf({ op, from }: PatchOperation): string {
  if (typeof from === "string") return from;
  throw patchError(`${op} operation failed to decode from: ${whyNoText(from, `operation, missing from field: ${missingValue}`)}`);
}

function whyNoText(value: Value | undefined, missing: string): string {
  return value === undefined ? missing : `json: cannot unmarshal ${jsonKind(value)} into Go value of type string`;
}

function add(root: Container, operation: PatchOperation): void {
  const path = pathOf(operation);
  const [parent, key] = findParent(root, path);
  if (parent === undefined)
    throw patchError(`add operation does not apply: doc is missing path: ${quoteGo(path)}: ${missingValue}`);
  attempt(`error in add for path: '${path}'`, () => insert(parent, key, clone(operation.value ?? null)));
}

function remove(root: Container, operation: PatchOperation): void {
  const path = pathOf(operation);
  const [parent, key] = findParent(root, path);
  if (parent === undefined)
    throw patchError(`remove operation does not apply: doc is missing path: ${quoteGo(path)}: ${missingValue}`);
  attempt(`error in remove for path: '${path}'`, () => take(parent, key));
}

function replace(root: Container, operation: PatchOperation): void {
  const path = pathOf(operation);
  const [parent, key] = findParent(root, path);
  if (parent === undefined) throw patchError(`replace operation does not apply: doc is missing path: ${path}: ${missingValue}`);
  if (lookUp(parent, key) instanceof Error)
    throw patchError(`replace operation does not apply: doc is missing key: ${path}: ${missingValue}`);
  attempt(`error in remove for path: '${path}'`, () => put(parent, key, clone(operation.value ?? null)));
}

function move(root: Container, operation: PatchOperation): void {
  const from = fromOf(operation);
  const [source, fromKey] = findParent(root, from);
  if (source === undefined) throw patchError(`move operation does not apply: doc is missing from path: ${from}: ${missingValue}`);
  const found = lookUp(source, fromKey);
  if (found instanceof Error) throw patchError(`error in move for path: '${fromKey}': ${found.message}`);
  attempt(`error in move for path: '${fromKey}'`, () => take(source, fromKey));
  const path = pathOf(operation);
  const [target, key] = findParent(root, path);
  if (target === undefined)
    throw patchError(`move operation does not apply: doc is missing destination path: ${path}: ${missingValue}`);
  attempt(`error in move for path: '${path}'`, () => insert(target, key, found === absent ? null : found));
}

function copyValue(root: Container, operation: PatchOperation): void {
  const from = fromOf(operation);
  const [source, fromKey] = findParent(root, from);
  if (source === undefined) throw patchError(`copy operation does not apply: doc is missing from path: ${from}: ${missingValue}`);
  const found = lookUp(source, fromKey);
  if (found instanceof Error) throw patchError(`error in copy for from: '${from}': ${found.message}`);
  const path = pathOf(operation);
  const [target, key] = findParent(root, path);
  if (target === undefined)
    throw patchError(`copy operation does not apply: doc is missing destination path: ${path}: ${missingValue}`);
  attempt(`error while adding value during copy`, () => insert(target, key, found === absent ? null : clone(found)));
}

function test(root: Container, operation: PatchOperation): void {
  const path = pathOf(operation);
  if (path === "") {
    if (operation.value !== undefined && isEqual(root as Value, operation.value)) return;
    throw patchError(`testing value ${path} failed: test failed`);
  }
  const [parent, key] = findParent(root, path);
  if (parent === undefined) throw patchError(`test operation does not apply: is missing path: ${path}: ${missingValue}`);
  const found = lookUp(parent, key);
  if (found instanceof Error) throw patchError(`error in test for path: '${path}': ${found.message}`);
  const actual = found === absent ? null : found;
  if (actual === null) {
    if (operation.value === undefined || operation.value === null) return;
    throw patchError(`testing value ${path} failed: test failed`);
  }
  if (operation.value === undefined) throw patchError(`testing value ${path} failed: test failed`);
  if (!isEqual(actual, operation.value)) throw patchError(`testing value ${path} failed: test failed`);
}

function attempt(prefix: string, action: () => void): void {
  try {
    action();
  } catch (error) {
    throw patchError(`${prefix}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

const absent: unique symbol = Symbol("absent");

/** The container that holds the last part of a pointer, and that part; undefined where the path breaks off. */
function findParent(root: Container, path: string): [Container | undefined, string] {
  const parts = path.split("/");
  if (parts.length < 2) return [undefined, ""];
  let container: Container = root;
  for (const part of parts.slice(1, -1)) {
    const next = lookUp(container, unescapePointer(part));
    if (next === absent || next instanceof Error || next === null || typeof next !== "object") return [undefined, ""];
    container = next as Container;
  }
  return [container, unescapePointer(parts.at(-1)!)];
}

function unescapePointer(part: string): string {
  return part.replaceAll("~1", "/").replaceAll("~0", "~");
}

function lookUp(container: Container, key: string): Value | typeof absent | Error {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? container[key]! : absent;
  const index = parseListIndex(key);
  if (index instanceof Error) return index;
  const position = index < 0 ? index + container.length : index;
  if (index < 0 && index < -container.length)
    return new Error(`Unable to access invalid index: ${index}: invalid index referenced`);
  if (position >= container.length) return new Error(`Unable to access invalid index: ${index}: invalid index referenced`);
  return container[position]!;
}

function parseListIndex(key: string): number | Error {
  if (/^[+-]?\d+$/.test(key)) return Number(key);
  return new Error(`strconv.Atoi: parsing ${quoteGo(key)}: invalid syntax`);
}

function requireIndex(key: string): number {
  const index = parseListIndex(key);
  if (index instanceof Error) throw index;
  return index;
}

function invalidIndex(index: number): Error {
  return new Error(`Unable to access invalid index: ${index}: invalid index referenced`);
}

function insert(container: Container, key: string, value: Value): void {
  if (!Array.isArray(container)) {
    refuseProto(key);
    container[key] = value;
    return;
  }
  if (key === "-") {
    container.push(value);
    return;
  }
  const index = parseListIndex(key);
  if (index instanceof Error) throw new Error(`value was not a proper array index: '${key}': ${index.message}`);
  const size = container.length + 1;
  if (index >= size || index < -size) throw invalidIndex(index);
  container.splice(index < 0 ? index + size : index, 0, value);
}

function put(container: Container, key: string, value: Value): void {
  if (!Array.isArray(container)) {
    refuseProto(key);
    container[key] = value;
    return;
  }
  const index = requireIndex(key);
  if (index < -container.length) throw invalidIndex(index);
  container[index < 0 ? index + container.length : index] = value;
}

function take(container: Container, key: string): void {
  if (!Array.isArray(container)) {
    if (!Object.hasOwn(container, key)) throw new Error(`Unable to remove nonexistent key: ${key}: ${missingValue}`);
    delete container[key];
    return;
  }
  const index = requireIndex(key);
  if (index >= container.length || index < -container.length) throw invalidIndex(index);
  container.splice(index < 0 ? index + container.length : index, 1);
}

function refuseProto(key: string): void {
  if (key === "__proto__") throw new Error('the key "__proto__" is not allowed');
}

function isEqual(a: Value, b: Value): boolean {
  if (typeof a === "number" || typeof a === "bigint")
    return (typeof b === "number" || typeof b === "bigint") && String(a) === String(b);
  if (Array.isArray(a))
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => isEqual(item as Value, b[index] as Value));
  if (!isObject(a)) return a === b;
  if (!isObject(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && isEqual(a[key]!, b[key]!));
}
