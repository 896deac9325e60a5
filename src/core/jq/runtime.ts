import type { Value } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import { described, JqBudgetError, JqError } from "./errors.js";

export interface JqBudget {
  /** filter applications in one run; default one million */
  readonly steps?: number;
  /** nested calls; default 1,000 */
  readonly depth?: number;
  /** results of one run; default 100,000 */
  readonly outputs?: number;
  /** characters in a string, elements in a list that the expression builds; default ten million */
  readonly size?: number;
}

/** One run of an expression: what it has spent of its budget. It lives as long as the run. */
export class Run {
  private steps: number;
  private depth: number;
  readonly maxOutputs: number;
  private readonly maxSize: number;

  constructor(budget: JqBudget) {
    this.steps = budget.steps ?? 1_000_000;
    this.depth = budget.depth ?? 1_000;
    this.maxOutputs = budget.outputs ?? 100_000;
    this.maxSize = budget.size ?? 10_000_000;
  }

  step(): void {
    if (--this.steps < 0) throw new JqBudgetError("the jq expression takes too many steps", { code: "JQ_BUDGET" });
  }

  deeper(): void {
    if (--this.depth < 0) throw new JqBudgetError("the jq expression calls itself too deeply", { code: "JQ_BUDGET" });
  }

  back(): void {
    this.depth++;
  }

  checkSize(size: number): void {
    if (size > this.maxSize) throw new JqBudgetError("the jq expression builds too large a value", { code: "JQ_BUDGET" });
  }
}

/** Where a value was found, from the innermost key outwards; `undefined` = paths are not followed. */
export interface Path {
  readonly parent: Path | null;
  readonly key: Value;
}

/** The root of a followed path. */
export const rootPath: Path = { parent: null, key: null };
/** Marks a value that is no part of the input, while paths are followed. */
export const noPath: Path = { parent: null, key: null };

export type Emit = (value: Value, path: Path | undefined) => void;
export type Filter = (run: Run, env: Env | null, value: Value, path: Path | undefined, emit: Emit) => void;

/** Variables and functions in scope: a linked list that mirrors the scope at compile time. */
export interface Env {
  readonly next: Env | null;
  readonly value?: Value;
  readonly closure?: { readonly filter: Filter; readonly env: Env | null };
  readonly label?: object;
}

/** Thrown by `break`; passes every `try`. */
export class BreakSignal extends Error {
  constructor(readonly label: object) {
    super("break");
  }
}

export function childPath(path: Path | undefined, key: Value, value: Value): Path | undefined {
  if (path === undefined) return undefined;
  if (path === noPath) throw new JqError(`invalid path against: ${described(value)}`);
  return { parent: path, key };
}

/** The keys of a path, outermost first; throws for a value that is no part of the input. */
export function pathKeys(path: Path | undefined, value: Value): readonly Value[] {
  if (path === noPath || path === undefined) throw new JqError(`invalid path against: ${described(value)}`);
  const keys: Value[] = [];
  for (let at: Path | null = path; at !== null && at !== rootPath; at = at.parent) keys.push(at.key);
  return keys.reverse();
}

/** The followed path of a value that was made anew. */
export function made(path: Path | undefined): Path | undefined {
  return path === undefined ? undefined : noPath;
}

export function isTruthy(value: Value): boolean {
  return value !== null && value !== false;
}

/** All results of a filter, as a list. */
export function collect(filter: Filter, run: Run, env: Env | null, value: Value): Value[] {
  const found: Value[] = [];
  filter(run, env, value, undefined, (result) => {
    found.push(result);
    run.checkSize(found.length);
  });
  return found;
}

/** Values of a list, or of an object by sorted keys, each with its key. */
export function eachElement(value: Value, visit: (item: Value, key: Value) => void): boolean {
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length; index++) visit(value[index] as Value, index);
    return true;
  }
  if (!isObject(value)) return false;
  for (const key of Object.keys(value).sort()) visit(value[key] as Value, key);
  return true;
}
