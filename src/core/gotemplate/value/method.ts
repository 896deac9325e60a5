import { durationMethod } from "./duration-methods.js";
import { types } from "./type.js";
import { GoInt, GoList, GoMap, type GoMethod, GoObject, type GoValue } from "./value.js";

/** The exported method of a value, where its type has one of that name. */
export function methodOf(value: GoValue, name: string): GoMethod | undefined {
  if (value instanceof GoObject) return value.method(name);
  if (value instanceof GoInt && value.type === types.duration) return durationMethod(value.value, name);
  if ((value instanceof GoMap || value instanceof GoList) && value.type.methods) return value.type.methods(value, name);
  return undefined;
}
