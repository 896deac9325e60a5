import type { Value } from "../manifest/value.js";
import { compileNode } from "./compile.js";
import { JqBudgetError } from "./errors.js";
import { parseJq } from "./parser.js";
import { type JqBudget, Run } from "./runtime.js";

export type { JqBudget } from "./runtime.js";

/** A compiled expression: all results for an input. Throws JqError where the expression fails, InputError JQ_BUDGET. */
export type JqProgram = (value: Value) => readonly Value[];

/** Compiles a jq expression in gojq's dialect, within a budget of steps, depth and outputs. Throws InputError JQ_SYNTAX. */
export function compileJq(text: string, budget: JqBudget = {}): JqProgram {
  const filter = compileNode(parseJq(text), null);
  return (value) => {
    const run = new Run(budget);
    const found: Value[] = [];
    try {
      filter(run, null, value, undefined, (result) => {
        found.push(result);
        if (found.length > run.maxOutputs) {
          throw new JqBudgetError("the jq expression gives too many results", { code: "JQ_BUDGET" });
        }
      });
    } catch (error) {
      // The engine's own stack is a budget as well.
      if (error instanceof RangeError) {
        throw new JqBudgetError("the jq expression calls itself too deeply", { code: "JQ_BUDGET", cause: error });
      }
      throw error;
    }
    return found;
  };
}
