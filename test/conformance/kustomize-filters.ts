import type { CaseBase } from "./kustomize.js";

export interface FilterCase extends CaseBase {
  readonly kind: "filter";
  readonly filterType: string;
  readonly filter: Readonly<Record<string, unknown>>;
  readonly input: string;
}

export function runFilterCase(_found: FilterCase): string | undefined {
  return "not yet";
}
