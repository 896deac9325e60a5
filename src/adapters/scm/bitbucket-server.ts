import type { ScmRepository } from "../../core/applicationset/index.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { allPages, byPageStart, segments, valuesOf, withQuery } from "./pages.js";
import { basic, bearer, cloneUrl, type Provider, type ProviderContext, trimUrl } from "./provider.js";

const values = valuesOf("values");

/** Bitbucket Server and Data Center: `isLastPage` and `nextPageStart`; an empty repository has no default branch. */
export const bitbucketServer: Provider = {
  apiUrl: (settings) => `${trimUrl(stringAt(settings, "api")).replace(/\/rest$/, "")}/rest/api/1.0`,
  async authentication(settings, secrets) {
    const token = await secrets.reference(objectAt(settings, "bearerToken"), "tokenRef");
    if (token !== undefined) return bearer(token);
    const basicAuth = objectAt(settings, "basicAuth");
    const password = await secrets.reference(basicAuth, "passwordRef");
    return password === undefined ? {} : basic(stringAt(basicAuth, "username"), password);
  },
  repositoryHost: (context) => ({
    async repositories() {
      const { settings, http, api, cloneProtocol } = context;
      const url = `${api}/projects/${segments(stringAt(settings, "project"))}/repos?limit=100`;
      const repositories: ScmRepository[] = [];
      for (const found of (await allPages(http, url, { next: byPageStart, items: values }))!) {
        const organization = stringAt(objectAt(found, "project"), "key");
        const repository = stringAt(found, "slug") || stringAt(found, "name");
        const branch = await defaultBranch(context, organization, repository);
        if (!branch) continue;
        const clone = { ssh: cloneLink(found, "ssh"), https: cloneLink(found, "http") };
        const url = cloneUrl(cloneProtocol, clone, "Bitbucket Server");
        repositories.push({ organization, repository, url, ...branch, labels: [], repositoryId: found["id"] ?? null });
      }
      return repositories;
    },
    async branches(repository) {
      const { settings, http } = context;
      if (settings["allBranches"] !== true) {
        const branch = await defaultBranch(context, repository.organization, repository.repository);
        return branch ? [{ ...repository, ...branch }] : [];
      }
      const url = `${placeOf(context, repository)}/branches?limit=100`;
      const found = await allPages(http, url, { next: byPageStart, items: values });
      return found!.map((branch) => ({ ...repository, ...branchOf(branch) }));
    },
    async hasPath(repository, path) {
      const url = `${placeOf(context, repository)}/browse/${segments(...path.split("/"))}`;
      return (
        (await context.http.request(withQuery(url, { at: repository.branch, type: "true" }), { accept: [404] })).status !== 404
      );
    },
  }),
  pullRequestHost: ({ settings, http, api }) => ({
    async pullRequests() {
      const place = `projects/${segments(stringAt(settings, "project"))}/repos/${segments(stringAt(settings, "repo"))}`;
      const found = await allPages(http, `${api}/${place}/pull-requests?limit=100`, {
        next: byPageStart,
        items: values,
        request: { accept: [404] },
      });
      if (!found) return "repoNotFound";
      return found.map((pull) => ({
        number: Number(pull["id"]),
        title: stringAt(pull, "title"),
        branch: stringAt(objectAt(pull, "fromRef"), "displayId"),
        targetBranch: stringAt(objectAt(pull, "toRef"), "displayId"),
        headSHA: stringAt(objectAt(pull, "fromRef"), "latestCommit"),
        labels: [],
        author: stringAt(objectAt(objectAt(pull, "author"), "user"), "name"),
      }));
    },
  }),
};

function placeOf({ api }: ProviderContext, repository: ScmRepository): string {
  return `${api}/projects/${segments(repository.organization)}/repos/${segments(repository.repository)}`;
}

async function defaultBranch(
  { http, api }: ProviderContext,
  organization: string,
  repository: string,
): Promise<{ readonly branch: string; readonly sha: string } | undefined> {
  const url = `${api}/projects/${segments(organization)}/repos/${segments(repository)}/branches/default`;
  const reply = await http.request(url, { accept: [404, 204] });
  return reply.status === 200 && isObject(reply.body) ? branchOf(reply.body) : undefined;
}

function branchOf(branch: ValueObject): { readonly branch: string; readonly sha: string } {
  return { branch: stringAt(branch, "displayId"), sha: stringAt(branch, "latestCommit") };
}

function cloneLink(repository: ValueObject, name: string): string {
  const link = listAt(objectAt(repository, "links"), "clone").find((one) => isObject(one) && one["name"] === name);
  return isObject(link) ? stringAt(link, "href") : "";
}
