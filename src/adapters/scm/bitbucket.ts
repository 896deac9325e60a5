import type { ScmRepository } from "../../core/applicationset/index.js";
import { InputError } from "../../core/errors.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { allPages, byBodyNext, segments } from "./pages.js";
import { basic, bearer, type Provider, trimUrl } from "./provider.js";

const values = (body: unknown): readonly ValueObject[] => listAt(isObject(body) ? body : {}, "values").filter(isObject);

/** Bitbucket Cloud: `next` in the body, clone URLs among the links. */
export const bitbucket: Provider = {
  apiUrl: (settings) => trimUrl(stringAt(settings, "api") || "https://api.bitbucket.org/2.0"),
  async authentication(settings, secrets) {
    const password = await secrets.reference(settings, "appPasswordRef");
    if (password !== undefined) return basic(stringAt(settings, "user"), password);
    const basicAuth = objectAt(settings, "basicAuth");
    const own = await secrets.reference(basicAuth, "passwordRef");
    if (own !== undefined) return basic(stringAt(basicAuth, "username"), own);
    return bearer(await secrets.reference(objectAt(settings, "bearerToken"), "tokenRef"));
  },
  repositoryHost: ({ settings, http, api, cloneProtocol }) => {
    const owner = stringAt(settings, "owner");
    return {
      async repositories() {
        const found = await allPages(http, `${api}/repositories/${segments(owner)}?role=member&pagelen=100`, {
          next: byBodyNext,
          items: values,
        });
        return found!.map((repository) => ({
          organization: owner,
          repository: stringAt(repository, "slug"),
          url: cloneLink(repository, cloneProtocol || "ssh"),
          branch: stringAt(objectAt(repository, "mainbranch"), "name"),
          sha: "",
          labels: [],
          repositoryId: repository["uuid"] ?? null,
        }));
      },
      async branches(repository) {
        const base = `${api}/repositories/${segments(owner, repository.repository)}/refs/branches`;
        if (settings["allBranches"] === true) {
          const found = await allPages(http, `${base}?pagelen=100`, { next: byBodyNext, items: values });
          return found!.map((branch) => atBranch(repository, branch));
        }
        const reply = await http.request(`${base}/${segments(repository.branch)}`, { accept: [404] });
        return reply.status === 404 || !isObject(reply.body) ? [] : [atBranch(repository, reply.body)];
      },
      async hasPath(repository, path) {
        const place = `${segments(owner, repository.repository)}/src/${segments(repository.sha, ...path.split("/"))}`;
        return (await http.request(`${api}/repositories/${place}?format=meta`, { accept: [404] })).status !== 404;
      },
    };
  },
  pullRequestHost: ({ settings, http, api }) => ({
    async pullRequests() {
      const place = segments(stringAt(settings, "owner"), stringAt(settings, "repo"));
      const found = await allPages(http, `${api}/repositories/${place}/pullrequests?pagelen=50`, {
        next: byBodyNext,
        items: values,
        request: { accept: [404] },
      });
      if (!found) return "repoNotFound";
      return found.map((pull) => ({
        number: Number(pull["id"]),
        title: stringAt(pull, "title"),
        branch: stringAt(objectAt(objectAt(pull, "source"), "branch"), "name"),
        targetBranch: stringAt(objectAt(objectAt(pull, "destination"), "branch"), "name"),
        headSHA: stringAt(objectAt(objectAt(pull, "source"), "commit"), "hash"),
        labels: [],
        author: stringAt(objectAt(pull, "author"), "nickname"),
      }));
    },
  }),
};

function cloneLink(repository: ValueObject, protocol: string): string {
  const link = listAt(objectAt(repository, "links"), "clone").find((one) => isObject(one) && one["name"] === protocol);
  if (isObject(link)) return stringAt(link, "href");
  throw new InputError(`unknown clone protocol for Bitbucket cloud ${protocol}`, {
    code: "SCM_CLONE_PROTOCOL",
    hint: "ssh or https",
  });
}

function atBranch(repository: ScmRepository, branch: ValueObject): ScmRepository {
  return { ...repository, branch: stringAt(branch, "name"), sha: stringAt(objectAt(branch, "target"), "hash") };
}
