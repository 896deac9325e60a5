import { compileDeletion } from "../../jq/delete.js";
import type { ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";

/** `del(EXPRESSION)` as a function; throws when jq cannot parse the expression. An expression that fails on a value leaves it as it is. */
export function deleteByJq(expression: string): (value: ValueObject) => ValueObject {
  const remove = compileDeletion(expression, {});
  return (value) => {
    const removed = remove(value);
    return isObject(removed) ? removed : value;
  };
}
