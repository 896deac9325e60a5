import { copyOf, sameValue } from "../api/json.js";
import { badRequest, StatusError } from "../api/status-error.js";
import type { Draft } from "../draft.js";

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

/** RFC 6902. Throws 422 when an operation cannot be applied, 400 for a body that is no patch. */
export function applyJsonPatch(object: Draft, patch: unknown): Draft {
  if (!Array.isArray(patch))
    throw badRequest("error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch");
  let root: unknown = copyOf(object);
  for (const operation of patch as Operation[]) root = applyOperation(root, operation);
  return root as Draft;
}

function applyOperation(root: unknown, operation: Operation): unknown {
  const { op, path } = operation;
  switch (op) {
    case "add":
      return write(root, path, copyOf(operation.value), "add");
    case "replace":
      read(root, path, "replace");
      return write(root, path, copyOf(operation.value), "replace");
    case "remove":
      read(root, path, "remove");
      return write(root, path, undefined, "remove");
    case "test":
      if (!sameValue(peek(root, path) ?? null, operation.value ?? null))
        throw refused(`testing value ${path} failed: test failed`);
      return root;
    case "copy":
      return write(root, path, copyOf(read(root, operation.from ?? "", "copy")), "add");
    case "move": {
      const moved = read(root, operation.from ?? "", "move");
      return write(write(root, operation.from ?? "", undefined, "remove"), path, moved, "add");
    }
    default:
      throw refused(`Unexpected kind: ${op}`);
  }
}

function refused(why: string): StatusError {
  return new StatusError(422, "Invalid", `the server rejected our request due to an error in our request`, {
    causes: [{ reason: "UnexpectedServerResponse", message: why, field: "" }],
  });
}

function segments(path: string): string[] {
  if (path === "") return [];
  return path
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
}

function peek(root: unknown, path: string): unknown {
  let found = root;
  for (const key of segments(path)) {
    if (Array.isArray(found)) found = found[Number(key)];
    else if (typeof found === "object" && found !== null && Object.hasOwn(found, key)) found = (found as Draft)[key];
    else return undefined;
  }
  return found;
}

function read(root: unknown, path: string, op: string): unknown {
  const found = peek(root, path);
  if (found === undefined) throw refused(`${op} operation does not apply: doc is missing path: ${path}: missing value`);
  return found;
}

function write(root: unknown, path: string, value: unknown, op: "add" | "replace" | "remove"): unknown {
  const keys = segments(path);
  const last = keys.pop();
  if (last === undefined) return value;
  const parent = peek(
    root,
    keys.length === 0 ? "" : `/${keys.map((key) => key.replaceAll("~", "~0").replaceAll("/", "~1")).join("/")}`,
  );
  if (Array.isArray(parent)) writeItem(parent, last, value, op, path);
  else if (typeof parent === "object" && parent !== null) {
    if (op === "remove") delete (parent as Draft)[last];
    else (parent as Draft)[last] = value;
  } else throw refused(`${op} operation does not apply: doc is missing path: "${path}": missing value`);
  return root;
}

function writeItem(list: unknown[], key: string, value: unknown, op: "add" | "replace" | "remove", path: string): void {
  const index = key === "-" ? list.length : Number(key);
  if (!Number.isInteger(index) || index < 0 || index > list.length)
    throw refused(`${op} operation does not apply: index out of bounds: ${path}`);
  if (op === "add") list.splice(index, 0, value);
  else if (op === "replace") list[index] = value;
  else list.splice(index, 1);
}
