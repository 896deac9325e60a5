import { base64Encode } from "../../../platform/bytes.js";
import type { Value } from "../../manifest/value.js";
import { functionError } from "../errors.js";
import { toOutput } from "./text.js";
import { GoBytes, GoComplex, GoInt, GoList, GoMap, type GoValue } from "./value.js";

const maxDepth = 1_000;

/** The JSON value that encoding/json makes of a Go value; integers are bigints, so that they print without a point. */
export function toPlain(value: GoValue, depth = 0): Value {
  if (depth > maxDepth) throw functionError("json: unsupported value: encountered a cycle");
  switch (typeof value) {
    case "string":
      return toOutput(value);
    case "boolean":
    case "number":
      return value;
    case "undefined":
      return null;
  }
  if (value === null) return null;
  if (value instanceof GoInt) return value.value;
  if (value instanceof GoBytes) return base64Encode(value.bytes);
  if (value instanceof GoComplex) throw functionError("json: unsupported type: complex128");
  if (value instanceof GoList) return value.isNil ? null : value.items.map((item) => toPlain(item, depth + 1));
  if (!(value instanceof GoMap)) return toPlain(value.json(), depth + 1);
  if (value.isNil) return null;
  const object: Record<string, Value> = {};
  value.entries.forEach((item, key) => setOwn(object, toOutput(key), toPlain(item, depth + 1)));
  return object;
}

/** `object[key] = value`, also for the key `__proto__`. */
function setOwn(object: Record<string, Value>, key: string, value: Value): void {
  if (key === "__proto__") Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true });
  else object[key] = value;
}
