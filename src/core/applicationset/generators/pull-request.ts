import { RE2JS } from "re2js";
import { InputError } from "../../errors.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, listAt } from "../../manifest/value.js";
import type { PullRequest } from "../needs.js";
import { markTyped, type Params } from "../params/params.js";
import { slugOf } from "../template/slug.js";
import type { Generator, GeneratorRun } from "./generator.js";
import { checkProviderAllowed } from "./provider-allowed.js";
import { withValues, wrapError } from "./values.js";

/** `pullRequest`: the open pull requests of a repository. */
export const pullRequestGenerator: Generator = {
  requeueAfterSeconds: (spec) => Number(spec["requeueAfterSeconds"] ?? 1800),
  generate(spec, run) {
    try {
      checkProviderAllowed(spec, run);
    } catch (error) {
      throw wrapError("failed to select pull request service provider", error);
    }
    const matches = compileFilters(spec);
    return pullRequests(spec, run)
      .filter(matches)
      .map((pull, index) => {
        try {
          const params = withValues(paramsOf(pull, run), spec["values"], run);
          return { params, origins: [{ generator: run.path, index }] };
        } catch (error) {
          throw wrapError("failed to append templated values", error);
        }
      });
  },
};

function pullRequests(spec: ValueObject, run: GeneratorRun): readonly PullRequest[] {
  const { template: _, values: __, filters: ___, ...provider } = spec;
  let answer: { readonly value: readonly PullRequest[] | "repoNotFound" } | undefined;
  try {
    answer = run.ask<"pullRequests">({
      kind: "pullRequests",
      provider: { namespace: run.set.metadata.namespace, spec: provider },
    });
  } catch (error) {
    throw wrapError("error listing repos", error);
  }
  if (answer?.value !== "repoNotFound") return answer?.value ?? [];
  if (spec["continueOnRepoNotFoundError"] === true) return [];
  throw new InputError("error listing repos: repository not found", {
    code: "APPSET_REPO_NOT_FOUND",
    hint: "correct the repository, or set continueOnRepoNotFoundError",
  });
}

/** A pull request passes when any filter takes it; a filter takes it when all its expressions match. */
function compileFilters(spec: ValueObject): (pull: PullRequest) => boolean {
  const filters = listAt(spec, "filters").filter(isObject).map(compileFilter);
  return filters.length === 0 ? () => true : (pull) => filters.some((filter) => filter(pull));
}

function compileFilter(filter: ValueObject): (pull: PullRequest) => boolean {
  const branch = expression(filter, "branchMatch", "BranchMatch");
  const target = expression(filter, "targetBranchMatch", "TargetBranchMatch");
  const title = expression(filter, "titleMatch", "TitleMatch");
  return (pull) => branch(pull.branch) && target(pull.targetBranch) && title(pull.title);
}

function expression(filter: ValueObject, key: string, noun: string): (text: string) => boolean {
  const source = filter[key];
  if (typeof source !== "string") return () => true;
  try {
    const compiled = RE2JS.compile(source);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    throw new InputError(
      `error listing repos: error compiling ${noun} regexp ${JSON.stringify(source)}: ${(error as Error).message}`,
      {
        code: "APPSET_FILTER",
        cause: error,
      },
    );
  }
}

function paramsOf(pull: PullRequest, run: GeneratorRun): Params {
  const params: Record<string, Value> = {
    number: String(pull.number),
    title: pull.title,
    branch: pull.branch,
    branch_slug: slugOf(pull.branch),
    target_branch: pull.targetBranch,
    target_branch_slug: slugOf(pull.targetBranch),
    head_sha: pull.headSHA,
    head_short_sha: pull.headSHA.slice(0, 8),
    head_short_sha_7: pull.headSHA.slice(0, 7),
    author: pull.author,
  };
  // Argo CD: labels are a list, which only Go templates can use.
  if (run.set.spec.goTemplate) params["labels"] = markTyped([...pull.labels], "strings");
  return params;
}
