import type { ScmRepository } from "../../core/applicationset/index.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { allPages, byNextPageHeader, segments, withQuery } from "./pages.js";
import { cloneUrl, type Provider, trimUrl } from "./provider.js";

/** GitLab: x-next-page headers, projects by numeric id, 429 with retry-after or ratelimit-reset. */
export const gitlab: Provider = {
  apiUrl: (settings) => `${trimUrl(stringAt(settings, "api") || "https://gitlab.com").replace(/\/api\/v4$/, "")}/api/v4`,
  async authentication(settings, secrets) {
    const token = await secrets.reference(settings, "tokenRef");
    const headers: Record<string, string> = token ? { "private-token": token } : {};
    return headers;
  },
  repositoryHost: ({ settings, http, api, cloneProtocol }) => ({
    async repositories() {
      const url = withQuery(`${api}/groups/${segments(stringAt(settings, "group"))}/projects`, {
        per_page: "100",
        include_subgroups: String(settings["includeSubgroups"] === true),
        with_shared: String(settings["includeSharedProjects"] !== false),
        ...(stringAt(settings, "topic") === "" ? {} : { topic: stringAt(settings, "topic") }),
        ...(settings["includeArchivedRepos"] === true ? { archived: "true" } : {}),
      });
      const found = await allPages(http, url, { next: byNextPageHeader });
      return found!.map((project) => toRepository(project, cloneProtocol));
    },
    async branches(repository) {
      const base = `${api}/projects/${repository.repositoryId}/repository/branches`;
      if (settings["allBranches"] === true) {
        const found = await allPages(http, `${base}?per_page=100`, { next: byNextPageHeader, request: { accept: [404] } });
        return (found ?? []).map((branch) => atBranch(repository, branch));
      }
      const reply = await http.request(`${base}/${segments(repository.branch)}`, { accept: [404] });
      return reply.status === 404 || !isObject(reply.body) ? [] : [atBranch(repository, reply.body)];
    },
    async hasPath(repository, path) {
      const base = `${api}/projects/${repository.repositoryId}/repository`;
      const file = await http.request(withQuery(`${base}/files/${segments(path)}`, { ref: repository.branch }), {
        accept: [404],
      });
      if (file.status !== 404) return true;
      const folder = await http.request(withQuery(`${base}/tree`, { path, ref: repository.branch }), { accept: [404] });
      return folder.status !== 404 && Array.isArray(folder.body) && folder.body.length > 0;
    },
  }),
  pullRequestHost: ({ settings, http, api }) => ({
    async pullRequests() {
      const labels = listAt(settings, "labels").join(",");
      const state = stringAt(settings, "pullRequestState");
      const url = withQuery(`${api}/projects/${segments(stringAt(settings, "project"))}/merge_requests`, {
        per_page: "100",
        ...(labels === "" ? {} : { labels }),
        ...(state === "" ? {} : { state }),
      });
      const found = await allPages(http, url, { next: byNextPageHeader, request: { accept: [404] } });
      if (!found) return "repoNotFound";
      return found.map((request) => ({
        number: Number(request["iid"]),
        title: stringAt(request, "title"),
        branch: stringAt(request, "source_branch"),
        targetBranch: stringAt(request, "target_branch"),
        headSHA: stringAt(request, "sha"),
        labels: listAt(request, "labels") as readonly string[],
        author: stringAt(objectAt(request, "author"), "username"),
      }));
    },
  }),
};

function toRepository(project: ValueObject, cloneProtocol: string): ScmRepository {
  const topics = listAt(project, "topics");
  return {
    organization: stringAt(objectAt(project, "namespace"), "full_path"),
    repository: stringAt(project, "path"),
    url: cloneUrl(
      cloneProtocol,
      { ssh: stringAt(project, "ssh_url_to_repo"), https: stringAt(project, "http_url_to_repo") },
      "Gitlab",
    ),
    branch: stringAt(project, "default_branch"),
    sha: "",
    // GitLab before 14.5 calls them tags.
    labels: (topics.length > 0 ? topics : listAt(project, "tag_list")) as readonly string[],
    repositoryId: project["id"] ?? null,
  };
}

function atBranch(repository: ScmRepository, branch: ValueObject): ScmRepository {
  return { ...repository, branch: stringAt(branch, "name"), sha: stringAt(objectAt(branch, "commit"), "id") };
}
