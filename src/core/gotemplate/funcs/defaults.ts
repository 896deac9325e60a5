import { type FunctionTable, fn } from "../function.js";
import { deepEqual } from "../value/compare.js";
import { types } from "../value/type.js";
import { type GoValue, typeOf } from "../value/value.js";
import { isEmpty } from "./convert.js";

/** sprig's defaults and reflection. */
export const defaultFunctions: FunctionTable = {
  default: fn("any ...any", (fallback, ...given) => (given.length === 0 || isEmpty(given[0]) ? fallback : given[0])),
  empty: fn("any", isEmpty),
  coalesce: fn("...any", (...values) => values.find((value) => !isEmpty(value)) ?? null),
  all: fn("...any", (...values) => values.every((value) => !isEmpty(value))),
  any: fn("...any", (...values) => values.some((value) => !isEmpty(value))),
  ternary: fn("any any bool", (yes, no, condition) => (condition ? yes : no)),
  typeOf: fn("any", typeName),
  typeIs: fn("string any", (name, value) => name === typeName(value)),
  typeIsLike: fn("string any", (name, value) => name === typeName(value) || `*${name}` === typeName(value)),
  kindOf: fn("any", kindName),
  kindIs: fn("string any", (name, value) => name === kindName(value)),
  deepEqual: fn("any any", deepEqual),
};

function typeName(value: GoValue): string {
  return value === null || value === undefined ? types.invalid.name : typeOf(value).name;
}

function kindName(value: GoValue): string {
  return value === null || value === undefined ? "invalid" : typeOf(value).kind;
}
