import { functionError, type TemplateFailure } from "../errors.js";
import { display } from "../fmt/format.js";
import { parseGoFloat, parseGoInt } from "../value/number-syntax.js";
import { fromBytes } from "../value/text.js";
import { types } from "../value/type.js";
import { GoBytes, GoInt, GoList, GoMap, GoObject, type GoValue, typeOf } from "../value/value.js";

/** sprig's strval: the text of any value. */
export function textOf(value: GoValue): string {
  if (typeof value === "string") return value;
  if (value instanceof GoBytes) return fromBytes(value.bytes);
  return display(value);
}

/** sprig's strslice: the texts of a list's elements, nil left out; anything else is one element. */
export function textsOf(value: GoValue): string[] {
  if (value === null || value === undefined) return [];
  const items = itemsOf(value);
  if (items === undefined) return [textOf(value)];
  return items.filter((item) => item !== null && item !== undefined).map(textOf);
}

/** The elements of any kind of slice, or undefined for another value. */
export function itemsOf(value: GoValue): readonly GoValue[] | undefined {
  if (value instanceof GoList) return value.items;
  if (value instanceof GoBytes) return Array.from(value.bytes, (byte) => new GoInt(types.uint8, BigInt(byte)));
  return undefined;
}

/** The elements of a list; other kinds fail with sprig's words (`verb` as in "Cannot push on type string"). */
export function requireItems(value: GoValue, verb: string): readonly GoValue[] {
  const items = itemsOf(value);
  if (items !== undefined) return items;
  if (value === null || value === undefined) throw nilDereference();
  throw functionError(`${verb} ${typeOf(value).kind}`);
}

/** What Go says of reflect.TypeOf(nil).Kind() and its like. */
export function nilDereference(): TemplateFailure {
  return functionError("runtime error: invalid memory address or nil pointer dereference");
}

/** cast.ToInt64: 0 for all that is no number. */
export function toInt64(value: GoValue): bigint {
  switch (typeof value) {
    case "boolean":
      return value ? 1n : 0n;
    case "number":
      return floatToInt(value);
    case "string": {
      const parsed = parseGoInt(trimZeroDecimal(value), 0);
      return parsed.kind === "ok" ? parsed.value : 0n;
    }
  }
  if (!(value instanceof GoInt) || value.type === types.duration) return 0n;
  return BigInt.asIntN(64, value.value);
}

/** cast.ToFloat64 */
export function toFloat64(value: GoValue): number {
  switch (typeof value) {
    case "boolean":
      return value ? 1 : 0;
    case "number":
      return value;
    case "string": {
      const parsed = parseGoFloat(value);
      return parsed === undefined || parsed.isRange ? 0 : parsed.value;
    }
  }
  if (value instanceof GoInt && value.type !== types.duration) return Number(value.value);
  return 0;
}

/** int64(f) on amd64: what does not fit becomes the smallest int64. */
function floatToInt(value: number): bigint {
  if (!Number.isFinite(value) || value >= 2 ** 63 || value < -(2 ** 63)) return -(2n ** 63n);
  return BigInt(Math.trunc(value));
}

/** `12.00` → `12` */
function trimZeroDecimal(text: string): string {
  const zeros = /\.0+$/.exec(text);
  return zeros ? text.slice(0, zeros.index) : text;
}

/** sprig's empty: the zero of a type, nil, or something without length. */
export function isEmpty(value: GoValue): boolean {
  switch (typeof value) {
    case "undefined":
      return true;
    case "boolean":
      return !value;
    case "string":
      return value === "";
    case "number":
      return value === 0;
  }
  if (value === null) return true;
  if (value instanceof GoMap) return value.entries.size === 0;
  if (value instanceof GoList) return value.items.length === 0;
  if (value instanceof GoInt) return value.value === 0n;
  if (value instanceof GoBytes) return value.bytes.length === 0;
  if (value instanceof GoObject) return false;
  return value.real === 0 && value.imaginary === 0;
}
