import type { Value } from "../manifest/value.js";
import { JqBudgetError, JqError } from "./errors.js";
import { compileJq, type JqBudget } from "./jq.js";

export type { JqBudget } from "./jq.js";

/** The value without what an expression names, or undefined where it could not be carried out. */
export type JqDeletion = (value: Value) => Value | undefined;

/** `del(expression)`, as ignoreDifferences uses it: it must give exactly one result, and an error leaves all as it was. */
export function compileDeletion(expression: string, budget: JqBudget): JqDeletion {
  const program = compileJq(`del(${expression})`, budget);
  return (value) => {
    try {
      const results = program(value);
      return results.length === 1 ? results[0] : undefined;
    } catch (error) {
      if (error instanceof JqError || error instanceof JqBudgetError) return undefined;
      throw error;
    }
  };
}
