import { selectRepositories } from "#src/adapters/scm/select-repositories.js";
import type { AnswerOf, GeneratorNeed, NeedAnswer, ScmRepository } from "#src/core/applicationset/index.js";
import type { ValueObject } from "#src/core/manifest/value.js";
import { isObject, objectAt, stringAt } from "#src/core/manifest/value.js";
import { memoryTree } from "#src/core/render/memory-tree.js";
import type { RepositoryHost } from "#src/ports/scm.js";
import type { CaseInput, ScmInput } from "./case.js";

/** Answers a need from a case's input. */
export async function answerNeed(need: GeneratorNeed, input: CaseInput): Promise<NeedAnswer> {
  try {
    return { kind: "answered", value: await valueFor(need, input) };
  } catch (error) {
    return { kind: "failed", error: error as Error };
  }
}

async function valueFor(need: GeneratorNeed, input: CaseInput): Promise<AnswerOf[GeneratorNeed["kind"]]> {
  switch (need.kind) {
    case "git":
      return gitAnswer(need, input);
    case "configMap":
      return dataOf(input.configMaps, need.name);
    case "secret":
      return dataOf(input.secrets, need.name);
    case "scm":
      return selectRepositories(hostOf(scmEntries(input)), need.provider.spec);
    case "pullRequests":
      return pullRequestsAnswer(input);
    case "plugin":
      return pluginAnswer(need, input);
    case "resources":
      return (input.resources ?? []).filter((resource) => isSelected(resource, need.query));
  }
}

function gitAnswer(need: Extract<GeneratorNeed, { kind: "git" }>, input: CaseInput): AnswerOf["git"] {
  const repository = input.git?.[need.repoURL];
  if (!repository) throw new Error(`repository ${JSON.stringify(need.repoURL)} not found`);
  const files = repository[need.revision];
  if (!files) throw new Error(`unable to resolve git revision ${need.revision}`);
  return { tree: memoryTree(files) };
}

function dataOf(objects: readonly ValueObject[] | undefined, name: string): AnswerOf["configMap"] {
  const found = objects?.find((object) => stringAt(objectAt(object, "metadata"), "name") === name);
  return found && { data: { ...objectAt(found, "data"), ...objectAt(found, "stringData") } as Record<string, string> };
}

function scmEntries(input: CaseInput): readonly ScmInput[] {
  return Array.isArray(input.scm)
    ? (input.scm as readonly ScmInput[])
    : ((input.scm as { repositories?: readonly ScmInput[] })?.repositories ?? []);
}

function hostOf(entries: readonly ScmInput[]): RepositoryHost {
  const all = entries.map((entry) => ({ ...entry, labels: entry.labels ?? [], repositoryId: entry.repositoryId ?? null }));
  const firsts = all.filter((entry, index) => all.findIndex((other) => other.repository === entry.repository) === index);
  return {
    repositories: async () => firsts,
    branches: async (repository) => all.filter((entry) => entry.repository === repository.repository),
    hasPath: async (repository, path) => pathsOf(repository).some((own) => own === path || own.startsWith(`${path}/`)),
  };
}

function pathsOf(repository: ScmRepository): readonly string[] {
  return (repository as unknown as ScmInput).paths ?? [];
}

function pullRequestsAnswer(input: CaseInput): AnswerOf["pullRequests"] {
  const { error, pullRequests = [] } = input.pullRequests ?? {};
  if (error === "repoNotFound") return "repoNotFound";
  if (error !== undefined) throw new Error(error);
  return pullRequests.map((pull) => ({ author: "", labels: [], ...pull })) as unknown as AnswerOf["pullRequests"];
}

function pluginAnswer(need: Extract<GeneratorNeed, { kind: "plugin" }>, input: CaseInput): AnswerOf["plugin"] {
  const { plugin } = input;
  if (plugin?.echo) return [need.request.input.parameters];
  const body = plugin?.rawBody ?? JSON.stringify(plugin?.response ?? {});
  if (plugin?.status !== undefined && plugin.status >= 300) {
    const parsed = JSON.parse(body) as ValueObject;
    throw new Error(`API error with status code ${plugin.status}: ${stringAt(parsed, "message") || stringAt(parsed, "error")}`);
  }
  const response: unknown = body === "" ? {} : JSON.parse(body);
  const parameters = objectAt(isObject(response) ? response : {}, "output")["parameters"];
  return Array.isArray(parameters) ? (parameters as AnswerOf["plugin"]) : [];
}

function isSelected(resource: ValueObject, query: Extract<GeneratorNeed, { kind: "resources" }>["query"]): boolean {
  const metadata = objectAt(resource, "metadata");
  if (query.name !== undefined) return stringAt(metadata, "name") === query.name;
  const labels = objectAt(metadata, "labels");
  return Object.entries(objectAt(query.labelSelector, "matchLabels")).every(([key, value]) => labels[key] === value);
}
