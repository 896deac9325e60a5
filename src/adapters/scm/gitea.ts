import type { ScmRepository } from "../../core/applicationset/index.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { isObject, objectAt, stringAt } from "../../core/manifest/value.js";
import { openPullRequests } from "./open-pull-requests.js";
import { allPages, byLink, segments, withQuery } from "./pages.js";
import { cloneUrl, type Provider, trimUrl } from "./provider.js";

/** Gitea and Forgejo: Link headers. Unlike the original, which reads the first page only, every page is read. */
export const gitea: Provider = {
  apiUrl: (settings) => `${trimUrl(stringAt(settings, "api"))}/api/v1`,
  async authentication(settings, secrets) {
    const token = await secrets.reference(settings, "tokenRef");
    const headers: Record<string, string> = token ? { authorization: `token ${token}` } : {};
    return headers;
  },
  repositoryHost: ({ settings, http, api, cloneProtocol }) => {
    const owner = stringAt(settings, "owner");
    return {
      async repositories() {
        const found = await allPages(http, `${api}/orgs/${segments(owner)}/repos?limit=50`, { next: byLink });
        const repositories: ScmRepository[] = [];
        for (const repository of found!) {
          if (settings["excludeArchivedRepos"] === true && repository["archived"] === true) continue;
          const name = stringAt(repository, "name");
          const labels = await allPages(http, `${api}/repos/${segments(owner, name)}/labels?limit=50`, { next: byLink });
          repositories.push({
            organization: owner,
            repository: name,
            url: cloneUrl(
              cloneProtocol,
              { ssh: stringAt(repository, "ssh_url"), https: stringAt(repository, "html_url") },
              "Gitea",
            ),
            branch: stringAt(repository, "default_branch"),
            sha: "",
            labels: labels!.map((label) => stringAt(label, "name")),
            repositoryId: repository["id"] ?? null,
          });
        }
        return repositories;
      },
      async branches(repository) {
        const base = `${api}/repos/${segments(owner, repository.repository)}/branches`;
        if (settings["allBranches"] === true) {
          const found = await allPages(http, `${base}?limit=50`, { next: byLink });
          return found!.map((branch) => atBranch(repository, branch));
        }
        const reply = await http.request(`${base}/${segments(repository.branch)}`, { accept: [404] });
        return reply.status === 404 || !isObject(reply.body) ? [] : [atBranch(repository, reply.body)];
      },
      async hasPath(repository, path) {
        const url = `${api}/repos/${segments(owner, repository.repository)}/contents/${segments(...path.split("/"))}`;
        return (await http.request(withQuery(url, { ref: repository.branch }), { accept: [404] })).status !== 404;
      },
    };
  },
  pullRequestHost: (context) => ({
    pullRequests() {
      const repository = segments(stringAt(context.settings, "owner"), stringAt(context.settings, "repo"));
      return openPullRequests(context, `${context.api}/repos/${repository}/pulls?state=open&limit=50`);
    },
  }),
};

function atBranch(repository: ScmRepository, branch: ValueObject): ScmRepository {
  return { ...repository, branch: stringAt(branch, "name"), sha: stringAt(objectAt(branch, "commit"), "id") };
}
