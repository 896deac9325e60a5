import type { Value } from "../../manifest/value.js";
import type { ScmRepository } from "../needs.js";
import { normalizeName, type Params } from "../params/params.js";
import type { Generator } from "./generator.js";
import { checkProviderAllowed } from "./provider-allowed.js";
import { withValues, wrapError } from "./values.js";

/** `scmProvider`: the repositories (at one or all branches) of an organisation, as its host lists and the filters take them. */
export const scmProviderGenerator: Generator = {
  requeueAfterSeconds: (spec) => Number(spec["requeueAfterSeconds"] ?? 1800),
  generate(spec, run) {
    checkProviderAllowed(spec, run);
    const { template: _, values, ...provider } = spec;
    const answer = ask();
    if (!answer) return [];
    return answer.value.map((repository, index) => {
      try {
        const params = withValues(paramsOf(repository), values, run);
        return { params, origins: [{ generator: run.path, repoURL: repository.url, index }] };
      } catch (error) {
        throw wrapError("failed to append templated values", error);
      }
    });

    function ask(): { readonly value: readonly ScmRepository[] } | undefined {
      try {
        return run.ask<"scm">({ kind: "scm", provider: { namespace: run.set.metadata.namespace, spec: provider } });
      } catch (error) {
        throw wrapError("error listing repos", error);
      }
    }
  },
};

function paramsOf(repository: ScmRepository): Params {
  const params: Record<string, Value> = {
    organization: repository.organization,
    repository: repository.repository,
    repository_id: repository.repositoryId,
    url: repository.url,
    branch: repository.branch,
    sha: repository.sha,
    short_sha: repository.sha.slice(0, 8),
    short_sha_7: repository.sha.slice(0, 7),
    labels: repository.labels.join(","),
    branchNormalized: normalizeName(repository.branch),
  };
  return params;
}
