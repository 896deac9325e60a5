import type { ApplicationSetSpec, RolloutStep } from "../model/application-set.js";

type Labelled = { readonly metadata: { readonly name?: string; readonly labels?: Readonly<Record<string, string>> } };

export interface RolloutSteps {
  /** Names by step. A name that several steps select is in each of them. */
  readonly names: readonly (readonly string[])[];
  /** name → index of the first step that selects it; absent: none does. */
  readonly stepOf: ReadonlyMap<string, number>;
}

export function isRollingSync(spec: ApplicationSetSpec): boolean {
  return spec.strategy?.type === "RollingSync" && spec.strategy.rollingSync !== undefined;
}

export function hasRolloutSteps(spec: ApplicationSetSpec): boolean {
  return isRollingSync(spec) && (spec.strategy?.rollingSync?.steps?.length ?? 0) > 0;
}

export function isDeletedInReverse(spec: ApplicationSetSpec): boolean {
  return hasRolloutSteps(spec) && spec.strategy?.deletionOrder?.toLowerCase() === "reverse";
}

/** Which step rolls out which Application, by their labels. */
export function rolloutSteps(spec: ApplicationSetSpec, applications: readonly Labelled[]): RolloutSteps {
  const steps = hasRolloutSteps(spec) ? spec.strategy!.rollingSync!.steps! : [];
  const names: string[][] = steps.map(() => []);
  const stepOf = new Map<string, number>();
  for (const { metadata } of applications) {
    const name = metadata.name ?? "";
    steps.forEach((step, index) => {
      if (!selects(step, metadata.labels ?? {})) return;
      names[index]!.push(name);
      if (!stepOf.has(name)) stepOf.set(name, index);
    });
  }
  return { names, stepOf };
}

/** Argo CD: a label that is not there fails `In` only; an operator that is neither `In` nor `NotIn` selects nothing that has the label. */
function selects(step: RolloutStep, labels: Readonly<Record<string, string>>): boolean {
  return (step.matchExpressions ?? []).every(({ key = "", operator, values = [] }) => {
    if (!Object.hasOwn(labels, key)) return operator !== "In";
    if (operator === "In") return values.includes(labels[key]!);
    return operator === "NotIn" && !values.includes(labels[key]!);
  });
}
