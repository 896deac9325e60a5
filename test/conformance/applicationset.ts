import {
  type ApplicationSet,
  admitApplicationSet,
  decodeApplicationSet,
  rolloutSteps,
  validateApplications,
} from "#src/core/applicationset/index.js";
import type { ApplicationSetCase } from "./applicationset/case.js";
import { compareAdmission, compareGenerate, compareReconcile, compareSteps } from "./applicationset/compare.js";
import { World } from "./applicationset/world.js";
import type { Area } from "./areas.js";
import { readCases } from "./jsonl.js";

/** ApplicationSets: admission, generation, roll-out steps and whole reconciles, in the exact (compat) mode. */
export const applicationset: Area = async (folder, { match }) => {
  let passed = 0;
  const failures: { id: string; why: string }[] = [];
  for (const found of readCases<ApplicationSetCase>(folder, { match })) {
    let problems: readonly string[];
    try {
      problems = await runCase(found);
    } catch (error) {
      problems = [`crashed: ${(error as Error).stack}`];
    }
    if (problems.length === 0) passed++;
    else failures.push({ id: found.id, why: problems.join("\n  ") });
  }
  return { passed, failures, skipped: new Map() };
};

async function runCase({ input, expected }: ApplicationSetCase): Promise<readonly string[]> {
  const admission = admitApplicationSet(input.applicationSet);
  const problems = [...compareAdmission(admission, expected.admission)];
  let set: ApplicationSet;
  try {
    set = decodeApplicationSet(admission.manifest);
  } catch (error) {
    return expected.decodeError ? problems : [...problems, `decode: ${(error as Error).message}`];
  }
  if (expected.decodeError) return [...problems, `decode: no error, expected ${expected.decodeError}`];
  const world = new World(input, admission.manifest);
  const result = await world.generate();
  const validation = validateApplications(result.applications, { setName: set.metadata.name, ...world.context() });
  problems.push(...compareGenerate(result, validation, expected.generate));
  if (expected.rolloutSteps) problems.push(...compareSteps(rolloutSteps(set.spec, result.applications), expected.rolloutSteps));
  // Where the original crashes there is no state to compare.
  if (expected.generate.panic !== undefined) return problems;
  return [...problems, ...(await runReconciles(world, { input, expected }))];
}

async function runReconciles(
  world: World,
  { input, expected }: Pick<ApplicationSetCase, "input" | "expected">,
): Promise<readonly string[]> {
  const problems: string[] = [];
  let applications: readonly unknown[] = [];
  const steps = [undefined, ...(input.steps ?? [])];
  for (const [index, wanted] of expected.reconcile.entries()) {
    const step = steps[index];
    if (step) world.apply(step);
    const got = await world.reconcile(step?.reconciles ?? 1);
    const filled = wanted.applicationsSame ? { ...wanted, applications } : wanted;
    applications = filled.applications ?? [];
    problems.push(...compareReconcile(got, filled as typeof wanted, expected).map((line) => `${step?.name ?? "first"}: ${line}`));
  }
  return problems;
}
