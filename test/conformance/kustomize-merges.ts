import type { CaseBase } from "./kustomize.js";

export interface MergeCase extends CaseBase {
  readonly kind: "merge2" | "merge3";
  readonly patch: string;
  readonly dest: string;
  readonly original: string;
  readonly update: string;
  readonly infer: boolean;
  readonly listIncreaseDirection?: "prepend" | "append";
}

export function runMergeCase(_found: MergeCase): string | undefined {
  return "not yet";
}
