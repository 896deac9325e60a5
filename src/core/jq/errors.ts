import { InputError } from "../errors.js";
import type { Value } from "../manifest/value.js";
import { preview, typeName } from "./text.js";

/** An error of the expression at run time: what `try … catch` sees. */
export class JqError extends Error {
  constructor(
    message: string,
    readonly value: Value = message,
  ) {
    super(message);
  }
}

/** Ends the run whatever the expression catches: a budget is spent. */
export class JqBudgetError extends InputError {}

export function syntaxError(message: string): InputError {
  return new InputError(message, { code: "JQ_SYNTAX" });
}

/** "object ({"a":1})", as gojq names a value in its messages. */
export function described(value: Value): string {
  return value === null ? "null" : `${typeName(value)} (${preview(value)})`;
}
