import type { ValueObject } from "../../manifest/value.js";

/** `del(EXPRESSION)` as a function; throws when jq cannot parse the expression. An expression that fails on a value leaves it as it is. */
export function deleteByJq(expression: string): (value: ValueObject) => ValueObject {
  throw new Error(`jq is not there yet: ${expression}`);
}
