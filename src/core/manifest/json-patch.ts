import { InputError } from "../errors.js";
import { parsePointer } from "./json-pointer.js";
import { valuesEqual } from "./smd/equal.js";
import { isObject, type Value } from "./value.js";

export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: Value;
}

export interface JsonPatchOptions {
  /** Removing what is not there is no error. Default false, as in the API server. */
  readonly allowMissingOnRemove?: boolean;
  /** `add` creates the objects on its way. Default false. */
  readonly ensurePathOnAdd?: boolean;
  /** Negative indexes count from the end. Default true, as in evanphx/json-patch. */
  readonly negativeIndexes?: boolean;
}

type Container = { [key: string]: Value } | Value[];

/**
 * RFC 6902 in evanphx/json-patch's dialect, which the API server and kustomize use; its words for errors (PATCH_FAILED).
 * The document is not changed; the result shares what the patch did not touch.
 */
export function applyJsonPatch(document: Value, operations: readonly PatchOperation[], options: JsonPatchOptions = {}): Value {
  const state: State = { root: document, owned: new Set(), options };
  for (const operation of operations) applyOperation(state, operation);
  return state.root;
}

/** The operations of a patch document; throws PATCH_INVALID when it is not a list of operations. */
export function readJsonPatch(value: Value): readonly PatchOperation[] {
  if (!Array.isArray(value)) throw new InputError("a JSON patch must be a list of operations", { code: "PATCH_INVALID" });
  return value.map((operation) => {
    if (!isObject(operation)) throw new InputError("a JSON patch operation must be an object", { code: "PATCH_INVALID" });
    return operation as unknown as PatchOperation;
  });
}

interface State {
  root: Value;
  /** Containers that this patch made: they may be changed in place. */
  readonly owned: Set<object>;
  readonly options: JsonPatchOptions;
}

function applyOperation(state: State, operation: PatchOperation): void {
  if (typeof operation.path !== "string") throw failed(`${operation.op} operation missing path field`);
  const { op, path } = operation;
  switch (op) {
    case "add":
      return add(state, path, valueOf(operation), "add operation does not apply");
    case "replace":
      return replace(state, path, valueOf(operation));
    case "remove":
      return remove(state, path, "remove operation does not apply");
    case "move": {
      const value = find(state, fromOf(operation), "move");
      remove(state, fromOf(operation), "error in move for path");
      return add(state, path, value, "error in move for path");
    }
    case "copy":
      return add(state, path, find(state, fromOf(operation), "copy"), "error while adding value during copy");
    case "test":
      return test(state, operation);
    default:
      throw failed(`Unexpected kind: ${op}`);
  }
}

function valueOf(operation: PatchOperation): Value {
  return Object.hasOwn(operation, "value") ? (operation.value ?? null) : null;
}

function fromOf({ op, from }: PatchOperation): string {
  if (typeof from !== "string") throw failed(`${op} operation missing from field`);
  return from;
}

function failed(message: string): InputError {
  return new InputError(message, { code: "PATCH_FAILED" });
}

function tokensOf(path: string): readonly string[] {
  if (path !== "" && !path.startsWith("/")) throw failed(`Unable to apply: path ${JSON.stringify(path)} must begin with "/"`);
  return parsePointer(path);
}

function add(state: State, path: string, value: Value, context: string): void {
  const tokens = tokensOf(path);
  if (tokens.length === 0) {
    state.root = value;
    return;
  }
  if (state.options.ensurePathOnAdd) ensurePath(state, tokens);
  const container = containerOf(state, tokens);
  if (!container) throw failed(`${context}: doc is missing path: "${path}": missing value`);
  const key = tokens[tokens.length - 1] as string;
  if (!Array.isArray(container)) {
    setKey(container, key, value);
    return;
  }
  if (key === "-") {
    container.push(value);
    return;
  }
  container.splice(insertIndex(container, key, state.options, context), 0, value);
}

function setKey(container: { [key: string]: Value }, key: string, value: Value): void {
  if (key === "__proto__") throw failed('the key "__proto__" is not allowed');
  container[key] = value;
}

function insertIndex(list: readonly Value[], key: string, options: JsonPatchOptions, context: string): number {
  const index = parseIndex(key, context);
  if (index > list.length) throw failed(`${context}: Unable to access invalid index: ${index}: invalid index referenced`);
  if (index >= 0) return index;
  if (options.negativeIndexes === false || index < -(list.length + 1))
    throw failed(`${context}: Unable to access invalid index: ${index}: invalid index referenced`);
  return index + list.length + 1;
}

function parseIndex(key: string, context: string): number {
  if (!/^[-+]?\d+$/.test(key))
    throw failed(`${context}: value was not a proper array index: '${key}': strconv.Atoi: parsing "${key}": invalid syntax`);
  return Number(key);
}

function replace(state: State, path: string, value: Value): void {
  const tokens = tokensOf(path);
  if (tokens.length === 0) {
    state.root = value;
    return;
  }
  const container = containerOf(state, tokens);
  if (!container) throw failed(`replace operation does not apply: doc is missing path: ${path}: missing value`);
  const key = tokens[tokens.length - 1] as string;
  if (Array.isArray(container)) {
    container[existingIndex(container, key, state.options, `replace operation does not apply: doc is missing key: ${path}`)] =
      value;
    return;
  }
  if (!Object.hasOwn(container, key))
    throw failed(`replace operation does not apply: doc is missing key: ${path}: missing value`);
  container[key] = value;
}

function existingIndex(list: readonly Value[], key: string, options: JsonPatchOptions, context: string): number {
  const index = parseIndex(key, context);
  const at = index < 0 && options.negativeIndexes !== false ? index + list.length : index;
  if (at < 0 || at >= list.length) throw failed(`${context}: Unable to access invalid index: ${index}: invalid index referenced`);
  return at;
}

function remove(state: State, path: string, context: string): void {
  const tokens = tokensOf(path);
  const container = tokens.length === 0 ? undefined : containerOf(state, tokens);
  if (!container) {
    if (state.options.allowMissingOnRemove) return;
    throw failed(`${context}: doc is missing path: "${path}": missing value`);
  }
  const key = tokens[tokens.length - 1] as string;
  if (Array.isArray(container)) {
    if (state.options.allowMissingOnRemove && /^[-+]?\d+$/.test(key) && Number(key) >= container.length) return;
    container.splice(existingIndex(container, key, state.options, context), 1);
    return;
  }
  if (!Object.hasOwn(container, key)) {
    if (state.options.allowMissingOnRemove) return;
    throw failed(`${context}: Unable to remove nonexistent key: ${key}: missing value`);
  }
  delete container[key];
}

/** The value at `from`, for move and copy. */
function find(state: State, path: string, op: "move" | "copy"): Value {
  const found = lookUp(state, tokensOf(path));
  if (found === undefined) throw failed(`${op} operation does not apply: doc is missing from path: "${path}": missing value`);
  return found;
}

function test(state: State, operation: PatchOperation): void {
  const { path } = operation;
  const found = lookUp(state, tokensOf(path));
  const wanted = valueOf(operation);
  if (found === undefined ? wanted === null : valuesEqual(found, wanted)) return;
  throw failed(`testing value ${path} failed: test failed`);
}

function lookUp(state: State, tokens: readonly string[]): Value | undefined {
  let value: Value | undefined = state.root;
  for (const token of tokens) {
    if (value === undefined) return undefined;
    value = childOf(value, token, state.options);
  }
  return value;
}

function childOf(value: Value, token: string, options: JsonPatchOptions): Value | undefined {
  if (Array.isArray(value)) {
    if (!/^-?\d+$/.test(token)) return undefined;
    const index = Number(token);
    return value[index < 0 && options.negativeIndexes !== false ? index + value.length : index];
  }
  return isObject(value) && Object.hasOwn(value, token) ? value[token] : undefined;
}

/** The container of the last token, as a copy of this patch's own; undefined when the way to it is not there. */
function containerOf(state: State, tokens: readonly string[]): Container | undefined {
  let container = own(state, state.root);
  if (!container) return undefined;
  state.root = container;
  for (const token of tokens.slice(0, -1)) {
    const child = childOf(container, token, state.options);
    const copy: Container | undefined = child === undefined ? undefined : own(state, child);
    if (!copy) return undefined;
    if (Array.isArray(container)) container[Number(token) < 0 ? Number(token) + container.length : Number(token)] = copy;
    else container[token] = copy;
    container = copy;
  }
  return container;
}

function own(state: State, value: Value): Container | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (state.owned.has(value)) return value as Container;
  const copy: Container = Array.isArray(value) ? [...value] : { ...(value as { readonly [key: string]: Value }) };
  state.owned.add(copy);
  return copy;
}

function ensurePath(state: State, tokens: readonly string[]): void {
  for (let length = 1; length < tokens.length; length++) {
    const head = tokens.slice(0, length);
    if (lookUp(state, head) !== undefined) continue;
    const container = containerOf(state, head);
    if (!container || Array.isArray(container)) return;
    setKey(container, head[head.length - 1] as string, /^\d+$|^-$/.test(tokens[length] as string) ? [] : {});
  }
}
