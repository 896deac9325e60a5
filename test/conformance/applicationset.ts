import {
  type ApplicationSet,
  admitApplicationSet,
  type Cluster,
  clusterFromSecret,
  decodeApplicationSet,
  type GenerateContext,
  type GenerateResult,
  generate,
  type NeedAnswer,
  needKey,
  validateApplications,
} from "#src/core/applicationset/index.js";
import type { ValueObject } from "#src/core/manifest/value.js";
import { answerNeed } from "./applicationset/answers.js";
import type { ApplicationSetCase } from "./applicationset/case.js";
import { compareAdmission, compareGenerate } from "./applicationset/compare.js";
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
  const context = contextOf(input);
  const result = await generateFully(set, context, input);
  const validation = validateApplications(result.applications, { setName: set.metadata.name, ...context });
  problems.push(...compareGenerate(result, validation, expected.generate));
  return problems;
}

function contextOf(input: ApplicationSetCase["input"]): GenerateContext & { readonly clusters: readonly Cluster[] } {
  const { controller = {} } = input;
  return {
    clusters: (input.clusters ?? []).flatMap((secret) => clusterFromSecret(secret, "argocd") ?? []),
    projects: new Set(
      (input.projects ?? ["default"]).map((project) => (typeof project === "string" ? project : nameOf(project))),
    ),
    settings: {
      compat: true,
      newGitFileGlobbing: controller.newGitFileGlobbing ?? false,
      includeHiddenDirectories: controller.includeHiddenDirectories ?? false,
      enableScmProviders: controller.enableScmProviders ?? true,
      allowedScmProviders: controller.allowedScmProviders ?? [],
    },
  };
}

function nameOf(manifest: ValueObject): string {
  return (manifest["metadata"] as { readonly name: string }).name;
}

async function generateFully(
  set: ApplicationSet,
  context: GenerateContext,
  input: ApplicationSetCase["input"],
): Promise<Extract<GenerateResult, { kind: "generated" }>> {
  const answers = new Map<string, NeedAnswer>();
  for (let round = 0; round < 1000; round++) {
    const result = generate(set, { ...context, answers });
    if (result.kind === "generated") return result;
    for (const need of result.needs) answers.set(needKey(need), await answerNeed(need, input));
  }
  throw new Error("generation never ends");
}
