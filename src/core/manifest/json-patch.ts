import { InputError } from "../errors.js";
import { valuesEqual } from "./equal.js";
import { isObject, type Value } from "./value.js";

export interface PatchOperation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: Value;
}

/**
 * RFC 6902 as evanphx/json-patch v4 does it for the API server and kustomize: null and missing are one to `test`, `replace`
 * creates a missing key, negative indexes count from the end, the root can only be replaced. Its words for errors
 * (PATCH_FAILED). The document is not changed; the result shares what the patch did not touch.
 */
export function applyJsonPatch(document: Value, operations: readonly PatchOperation[]): Value {
  const patching = new Patching(document);
  for (const operation of operations) patching.apply(operation);
  return patching.root;
}

/** The operations of a patch document; throws PATCH_INVALID when it is not a list of operations. */
export function readJsonPatch(value: Value): readonly PatchOperation[] {
  if (!Array.isArray(value)) throw new InputError("a JSON patch must be a list of operations", { code: "PATCH_INVALID" });
  return value.map((operation) => {
    if (!isObject(operation)) throw new InputError("a JSON patch operation must be an object", { code: "PATCH_INVALID" });
    return operation as unknown as PatchOperation;
  });
}

type Container = { [key: string]: Value } | Value[];

/** A container and the key in it that a path names. */
interface Place {
  readonly container: Container;
  readonly key: string;
}

function failed(message: string): InputError {
  return new InputError(message, { code: "PATCH_FAILED" });
}

/** Says what was being done when `act` failed. */
function within<T>(context: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw error instanceof InputError ? failed(`${context}: ${error.message}`) : error;
  }
}

class Patching {
  root: Value;
  /** Containers that this patch has copied: they may be changed in place. */
  readonly #owned = new Set<object>();

  constructor(document: Value) {
    this.root = document;
  }

  apply(operation: PatchOperation): void {
    const { op, path, from } = operation;
    if (typeof path !== "string") throw failed(`${op} operation failed to decode path: missing value`);
    if ((op === "move" || op === "copy") && typeof from !== "string")
      throw failed(`${op} operation failed to decode from: missing value`);
    const value = operation.value ?? null;
    if (op === "add") this.#add(path, value);
    else if (op === "remove") this.#remove(path);
    else if (op === "replace") this.#replace(path, value);
    else if (op === "move") this.#move(from as string, path);
    else if (op === "copy") this.#copy(from as string, path);
    else if (op === "test") this.#test(path, value);
    else throw failed(`Unexpected kind: ${op}`);
  }

  #add(path: string, value: Value): void {
    const place = this.#find(path);
    if (!place) throw failed(`add operation does not apply: doc is missing path: "${path}": missing value`);
    within(`error in add for path: '${path}'`, () => addTo(place, value));
  }

  #remove(path: string): void {
    const place = this.#find(path);
    if (!place) throw failed(`remove operation does not apply: doc is missing path: "${path}": missing value`);
    within(`error in remove for path: '${path}'`, () => removeFrom(place));
  }

  #replace(path: string, value: Value): void {
    if (path === "") {
      if (typeof value !== "object" || value === null) throw failed("replace operation value must be object or array");
      this.root = value;
      return;
    }
    const place = this.#find(path);
    if (!place) throw failed(`replace operation does not apply: doc is missing path: ${path}: missing value`);
    const { container, key } = place;
    if (!Array.isArray(container)) return setKey(container, key, value);
    const index = existingIndex(container, key);
    if (typeof index !== "number") throw failed(`replace operation does not apply: doc is missing key: ${path}: missing value`);
    container[index] = value;
  }

  #move(from: string, path: string): void {
    const source = this.#find(from);
    if (!source) throw failed(`move operation does not apply: doc is missing from path: ${from}: missing value`);
    const value = within(`error in move for path: '${source.key}'`, () => {
      const found = getFrom(source);
      removeFrom(source);
      return found;
    });
    const target = this.#find(path);
    if (!target) throw failed(`move operation does not apply: doc is missing destination path: ${path}: missing value`);
    within(`error in move for path: '${path}'`, () => addTo(target, value));
  }

  #copy(from: string, path: string): void {
    const source = this.#find(from);
    if (!source) throw failed(`copy operation does not apply: doc is missing from path: ${from}: missing value`);
    const value = within(`error in copy for from: '${from}'`, () => getFrom(source));
    const target = this.#find(path);
    if (!target) throw failed(`copy operation does not apply: doc is missing destination path: ${path}: missing value`);
    // The copy is a value of its own from here on.
    if (typeof value === "object" && value !== null) this.#owned.delete(value);
    within("error while adding value during copy", () => addTo(target, value));
  }

  #test(path: string, value: Value): void {
    const place = path === "" ? undefined : this.#find(path);
    if (path !== "" && !place) throw failed(`test operation does not apply: is missing path: ${path}: missing value`);
    const found = place ? within(`error in test for path: '${path}'`, () => getFrom(place)) : this.root;
    if (!valuesEqual(found, value)) throw failed(`testing value ${path} failed: test failed`);
  }

  /** Copies the containers on the way, so that the place may be changed; undefined when there is no such way. */
  #find(path: string): Place | undefined {
    const tokens = path
      .split("/")
      .slice(1)
      .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
    const key = tokens.pop();
    let container = this.#own(this.root);
    if (key === undefined || !container) return undefined;
    this.root = container;
    for (const token of tokens) {
      const at = Array.isArray(container) ? existingIndex(container, token) : token;
      if (typeof at === "object") return undefined;
      const child: Container | undefined = this.#own(getFrom({ container, key: token }));
      if (!child) return undefined;
      if (Array.isArray(container)) container[at as number] = child;
      else setKey(container, token, child);
      container = child;
    }
    return { container, key };
  }

  #own(value: Value): Container | undefined {
    if (typeof value !== "object" || value === null) return undefined;
    if (this.#owned.has(value)) return value as Container;
    const copy: Container = Array.isArray(value) ? [...value] : { ...(value as { readonly [key: string]: Value }) };
    this.#owned.add(copy);
    return copy;
  }
}

function setKey(container: { [key: string]: Value }, key: string, value: Value): void {
  if (key === "__proto__") throw failed('the key "__proto__" is not allowed');
  container[key] = value;
}

/** The index that a token names, or why there is none. */
function parseIndex(token: string): number | { readonly problem: string } {
  return /^[-+]?[0-9]+$/.test(token)
    ? Number(token)
    : { problem: `strconv.Atoi: parsing ${JSON.stringify(token)}: invalid syntax` };
}

function existingIndex(list: readonly Value[], token: string): number | { readonly problem: string } {
  const index = parseIndex(token);
  if (typeof index !== "number") return index;
  const at = index < 0 ? index + list.length : index;
  return at >= 0 && at < list.length ? at : { problem: `Unable to access invalid index: ${index}: invalid index referenced` };
}

/** A missing key of an object is null, a missing item of a list an error. */
function getFrom({ container, key }: Place): Value {
  if (!Array.isArray(container)) return Object.hasOwn(container, key) ? (container[key] as Value) : null;
  const index = existingIndex(container, key);
  if (typeof index !== "number") throw failed(index.problem);
  return container[index] as Value;
}

function addTo({ container, key }: Place, value: Value): void {
  if (!Array.isArray(container)) return setKey(container, key, value);
  if (key === "-") {
    container.push(value);
    return;
  }
  const index = parseIndex(key);
  if (typeof index !== "number") throw failed(`value was not a proper array index: '${key}': ${index.problem}`);
  const size = container.length + 1;
  if (index >= size || index < -size) throw failed(`Unable to access invalid index: ${index}: invalid index referenced`);
  container.splice(index < 0 ? index + size : index, 0, value);
}

function removeFrom({ container, key }: Place): void {
  if (!Array.isArray(container)) {
    if (!Object.hasOwn(container, key)) throw failed(`Unable to remove nonexistent key: ${key}: missing value`);
    delete container[key];
    return;
  }
  const index = existingIndex(container, key);
  if (typeof index !== "number") throw failed(index.problem);
  container.splice(index, 1);
}
