import { InputError } from "../../errors.js";
import { emitJson } from "../../yaml/json.js";
import { toJson } from "../nodes/json.js";
import { childOf, isMap, type NodeMap, textOf } from "../nodes/node.js";

/** A whole resource as some of the original's messages show it, as JSON; the values of a Secret are covered. Why it cannot be shown, otherwise. */
export function shownResource(value: NodeMap): string {
  try {
    return emitJson(toJson(textOf(childOf(value, "kind")) === "Secret" ? withoutValues(value) : value));
  } catch (error) {
    if (error instanceof InputError) return `<${error.message}>`;
    throw error;
  }
}

function withoutValues(secret: NodeMap): NodeMap {
  const result = { ...secret };
  for (const field of ["data", "stringData"]) {
    const values = childOf(secret, field);
    if (isMap(values)) result[field] = Object.fromEntries(Object.keys(values).map((key) => [key, covered]));
    else if (values !== undefined) result[field] = covered;
  }
  return result;
}

const covered = "++++++++";
