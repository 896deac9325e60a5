import type { ScmRepository } from "../../core/applicationset/index.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { allPages, byContinuation, segments, valuesOf, withQuery } from "./pages.js";
import { basic, hasLabels, type Provider, trimUrl } from "./provider.js";

const values = valuesOf("value");
const version = { "api-version": "7.1" };
const pageSize = 100;

/** Azure DevOps: continuation tokens, pull requests by `$skip`, a PAT as the password of nobody. */
export const azureDevOps: Provider = {
  apiUrl: (settings) =>
    `${trimUrl(stringAt(settings, "api") || "https://dev.azure.com")}/${segments(stringAt(settings, "organization"))}`,
  async authentication(settings, secrets) {
    const token = (await secrets.reference(settings, "accessTokenRef")) ?? (await secrets.reference(settings, "tokenRef"));
    return token === undefined ? {} : basic("", token);
  },
  repositoryHost: ({ settings, http, api }) => {
    const git = `${api}/${segments(stringAt(settings, "teamProject"))}/_apis/git/repositories`;
    return {
      async repositories() {
        const found = await allPages(http, withQuery(git, version), { next: byContinuation, items: values });
        // A repository without a commit has no default branch.
        return found!.filter(isUsable).map((repository) => ({
          organization: stringAt(settings, "organization"),
          repository: stringAt(repository, "name"),
          url: stringAt(repository, "remoteUrl"),
          branch: stringAt(repository, "defaultBranch"),
          sha: "",
          labels: [],
          repositoryId: repository["id"] ?? null,
        }));
      },
      async branches(repository) {
        const url = withQuery(`${git}/${segments(repository.repository)}/stats/branches`, version);
        if (settings["allBranches"] === true) {
          const found = await allPages(http, url, { next: byContinuation, items: values, request: { accept: [404] } });
          return (found ?? []).map((branch) => atBranch(repository, branch));
        }
        const name = repository.branch.replace("refs/heads/", "");
        const reply = await http.request(withQuery(url, { name }), { accept: [404] });
        return reply.status === 404 || !isObject(reply.body) ? [] : [atBranch(repository, reply.body)];
      },
      async hasPath(repository, path) {
        const url = withQuery(`${git}/${segments(String(repository.repositoryId))}/items`, {
          ...version,
          path,
          "versionDescriptor.version": repository.branch,
        });
        return (await http.request(url, { accept: [404] })).status !== 404;
      },
    };
  },
  pullRequestHost: ({ settings, http, api }) => ({
    async pullRequests() {
      const url = `${api}/${segments(stringAt(settings, "project"))}/_apis/git/pullrequests`;
      let skip = 0;
      const found = await allPages(http, withQuery(url, { ...version, $top: String(pageSize) }), {
        next: ({ body }, here) => {
          if (listAt(isObject(body) ? body : {}, "value").length < pageSize) return undefined;
          skip += pageSize;
          return withQuery(here, { $skip: String(skip) });
        },
        items: values,
        request: { accept: [404] },
      });
      if (!found) return "repoNotFound";
      return found
        .filter((pull) => stringAt(objectAt(pull, "repository"), "name") === stringAt(settings, "repo"))
        .map((pull) => ({
          number: Number(pull["pullRequestId"]),
          title: stringAt(pull, "title"),
          branch: stringAt(pull, "sourceRefName").replace("refs/heads/", ""),
          targetBranch: stringAt(pull, "targetRefName").replace("refs/heads/", ""),
          headSHA: stringAt(objectAt(pull, "lastMergeSourceCommit"), "commitId"),
          labels: listAt(pull, "labels").flatMap((label) => (isObject(label) ? [stringAt(label, "name")] : [])),
          author: stringAt(objectAt(pull, "createdBy"), "uniqueName").split("@")[0]!,
        }))
        .filter(({ labels, headSHA }) => headSHA !== "" && hasLabels(settings, labels));
    },
  }),
};

function isUsable(repository: ValueObject): boolean {
  return ["id", "name", "defaultBranch", "remoteUrl"].every((field) => stringAt(repository, field) !== "");
}

function atBranch(repository: ScmRepository, branch: ValueObject): ScmRepository {
  return { ...repository, branch: stringAt(branch, "name"), sha: stringAt(objectAt(branch, "commit"), "commitId") };
}
