import type { ScmRepository } from "../../core/applicationset/index.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { openPullRequests } from "./open-pull-requests.js";
import { allPages, byLink, segments, withQuery } from "./pages.js";
import { bearer, cloneUrl, type Provider, trimUrl } from "./provider.js";

/** GitHub and GitHub Enterprise: Link headers, 404 for an empty repository's branch, 403 with x-ratelimit-* for limits. */
export const github: Provider = {
  apiUrl: (settings) => trimUrl(stringAt(settings, "api") || "https://api.github.com"),
  async authentication(settings, secrets) {
    const headers = { accept: "application/vnd.github+json", "x-github-api-version": "2022-11-28" };
    const appSecret = stringAt(settings, "appSecretName");
    if (appSecret !== "") return { ...headers, ...bearer(await secrets.installationToken(github.apiUrl(settings), appSecret)) };
    return { ...headers, ...bearer(await secrets.reference(settings, "tokenRef")) };
  },
  repositoryHost: ({ settings, http, api, cloneProtocol }) => ({
    async repositories() {
      const organization = stringAt(settings, "organization");
      const found = await allPages(http, `${api}/orgs/${segments(organization)}/repos?per_page=100`, { next: byLink });
      return found!
        .filter((repository) => !(settings["excludeArchivedRepos"] === true && repository["archived"] === true))
        .map((repository) => toRepository(repository, cloneProtocol));
    },
    async branches(repository) {
      const base = `${api}/repos/${segments(repository.organization, repository.repository)}/branches`;
      if (settings["allBranches"] === true) {
        const found = await allPages(http, `${base}?per_page=100`, { next: byLink });
        return found!.map((branch) => atBranch(repository, branch));
      }
      const reply = await http.request(`${base}/${segments(repository.branch)}`, { accept: [404] });
      // A repository without a commit has a default branch that does not exist.
      return reply.status === 404 || !isObject(reply.body) ? [] : [atBranch(repository, reply.body)];
    },
    async hasPath(repository, path) {
      const place = segments(repository.organization, repository.repository);
      const url = `${api}/repos/${place}/contents/${segments(...path.split("/"))}`;
      return (await http.request(withQuery(url, { ref: repository.branch }), { accept: [404] })).status !== 404;
    },
  }),
  pullRequestHost: (context) => ({
    pullRequests() {
      const repository = segments(stringAt(context.settings, "owner"), stringAt(context.settings, "repo"));
      return openPullRequests(context, `${context.api}/repos/${repository}/pulls?per_page=100`);
    },
  }),
};

function toRepository(repository: ValueObject, cloneProtocol: string): ScmRepository {
  return {
    organization: stringAt(objectAt(repository, "owner"), "login"),
    repository: stringAt(repository, "name"),
    url: cloneUrl(cloneProtocol, { ssh: stringAt(repository, "ssh_url"), https: stringAt(repository, "clone_url") }, "GitHub"),
    branch: stringAt(repository, "default_branch"),
    sha: "",
    labels: listAt(repository, "topics") as readonly string[],
    repositoryId: repository["id"] ?? null,
  };
}

function atBranch(repository: ScmRepository, branch: ValueObject): ScmRepository {
  return { ...repository, branch: stringAt(branch, "name"), sha: stringAt(objectAt(branch, "commit"), "sha") };
}
