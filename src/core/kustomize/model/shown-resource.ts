import { emitJson } from "../../yaml/json.js";
import { toJson } from "../nodes/json.js";
import { childOf, isMap, type NodeMap, textOf } from "../nodes/node.js";

/** A whole resource as some of the original's messages show it, as JSON; the values of a Secret are covered. */
export function shownResource(value: NodeMap): string {
  return emitJson(toJson(textOf(childOf(value, "kind")) === "Secret" ? withoutValues(value) : value));
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
