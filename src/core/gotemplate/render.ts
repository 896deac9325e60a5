import { InputError } from "../errors.js";
import { TemplateFailure, toInputError } from "./errors.js";
import { type Budget, BudgetSpent, defaultBudget, type MissingKey, Run } from "./exec-state.js";
import { type FunctionSetName, functionTable } from "./funcs/tables.js";
import type { Environment, FunctionTable } from "./function.js";
import { TemplateSet } from "./template-set.js";
import { fromPlain } from "./value/convert.js";
import { toOutput } from "./value/text.js";
import type { GoValue } from "./value/value.js";

export interface CompileOptions {
  /** A known function set, or a table of your own. Default "argo". */
  readonly functions?: FunctionSetName | FunctionTable;
}

export interface ExecuteOptions {
  /** Go's `missingkey` option. */
  readonly missingKey?: MissingKey;
  readonly budget?: Partial<Budget>;
  /** Clock for `now` and its like; without it they fail. Nanoseconds since 1970. */
  readonly now?: () => bigint;
  /** Source of randomness; without it random functions fail. */
  readonly random?: (count: number) => Uint8Array;
  /** Told the name of each function that used the clock or randomness. */
  readonly onUnstable?: (name: string) => void;
}

/** A template that was parsed once and can be executed any number of times. */
export interface CompiledTemplate {
  readonly name: string;
  readonly text: string;
  readonly set: TemplateSet;
}

/** Parses `text`. Throws InputError TEMPLATE_PARSE with the message of the original, e.g. `template: base:1: unclosed action`. */
export function compileTemplate(name: string, text: string, options: CompileOptions = {}): CompiledTemplate {
  const set = new TemplateSet(functionTable(options.functions ?? "argo"));
  guarded(() => set.parse(name, text));
  return { name, text, set };
}

/**
 * The output for `data` (plain JSON-like data, or a GoValue made by `toGoValue`, which templates may then change).
 * Throws InputError with the original's message, or TEMPLATE_STEPS, TEMPLATE_OUTPUT, TEMPLATE_DEPTH when a budget is spent.
 */
export function executeTemplate(template: CompiledTemplate, data: unknown, options: ExecuteOptions = {}): string {
  return guarded(() => toOutput(template.set.execute(newRun(options), template.name, toGoValue(data))));
}

/** The value as templates see it. Convert once to share changes by `set` between executions. */
export function toGoValue(data: unknown): GoValue {
  return data === undefined || data === null ? undefined : fromPlain(data);
}

/** One execution's budget and environment. */
export function newRun(options: ExecuteOptions): Run {
  return new Run(environmentOf(options), options.missingKey ?? "default", { ...defaultBudget, ...options.budget });
}

function environmentOf(options: ExecuteOptions): Environment {
  return {
    nowNanos: options.now ?? (() => refuse("the clock")),
    randomBytes: options.random ?? (() => refuse("randomness")),
    ...(options.onUnstable && { onUnstable: options.onUnstable }),
  };
}

function refuse(what: string): never {
  throw new BudgetSpent(
    new TemplateFailure(`the template uses ${what}, which is not given here`, { kind: "exec", code: "TEMPLATE_UNSTABLE" }),
  );
}

/** Runs `action`; failures of the template leave as InputError. */
export function guarded<T>(action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (error instanceof TemplateFailure) throw toInputError(error);
    if (error instanceof BudgetSpent) throw toInputError(error.failure);
    if (error instanceof RangeError && /call stack/.test(error.message)) {
      throw new InputError("the template is nested too deeply", { code: "TEMPLATE_DEPTH", cause: error });
    }
    throw error;
  }
}
