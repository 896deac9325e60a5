import type { Value } from "../manifest/value.js";

export interface JqBudget {
  readonly steps?: number;
}
export type JqDeletion = (value: Value) => Value | undefined;
export function compileDeletion(_expression: string, _budget: JqBudget): JqDeletion {
  return () => undefined;
}
