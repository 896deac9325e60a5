import type { ScmRepository } from "../../core/applicationset/index.js";
import { InputError } from "../../core/errors.js";
import type { Value, ValueObject } from "../../core/manifest/value.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import type { RepositoryHost } from "../../ports/scm.js";
import { type AwsCredentials, signAwsRequest } from "./aws-signature.js";
import { cloneUrl } from "./provider.js";
import type { Reply, ScmHttp } from "./scm-http.js";

export interface AwsContext {
  readonly settings: ValueObject;
  readonly cloneProtocol: string;
  readonly region: string;
  readonly credentials: AwsCredentials;
  readonly now: () => number;
  /** URL of a service (`codecommit`, `tagging`) and the client that may go there. */
  readonly endpoint: (service: string) => { readonly url: string; readonly http: ScmHttp };
}

/** AWS CodeCommit: signed POSTs, nextToken paging, errors named in `__type`. A branch's commit is not asked for, as in the original. */
export function awsCodeCommitHost(context: AwsContext): RepositoryHost {
  const { settings, cloneProtocol } = context;
  return {
    async repositories() {
      const repositories: ScmRepository[] = [];
      for (const name of await repositoryNames(context)) {
        const metadata = objectAt(await metadataOf(context, name), "repositoryMetadata");
        // Without a default branch there is no commit yet.
        if (stringAt(metadata, "defaultBranch") !== "") repositories.push(toRepository(metadata, cloneProtocol));
      }
      return repositories;
    },
    async branches(repository) {
      if (settings["allBranches"] !== true) return [repository];
      const names = await paged(context, "ListBranches", { repositoryName: repository.repository }, "branches");
      return names.map((name) => ({ ...repository, branch: String(name) }));
    },
    hasPath: (repository, path) => hasPath(context, repository, path),
  };
}

async function repositoryNames(context: AwsContext): Promise<readonly string[]> {
  const filters = tagFilters(context.settings);
  if (filters.length === 0) {
    const found = await paged(context, "ListRepositories", {}, "repositories");
    return found.flatMap((one) => (isObject(one) ? [stringAt(one, "repositoryName")] : []));
  }
  const names: string[] = [];
  let PaginationToken = "";
  do {
    const body = {
      ResourceTypeFilters: ["codecommit:repository"],
      TagFilters: filters,
      ...(PaginationToken ? { PaginationToken } : {}),
    };
    const reply = await call(context, "tagging", "ResourceGroupsTaggingAPI_20170126.GetResources", body);
    for (const one of listAt(reply, "ResourceTagMappingList")) {
      const name = isObject(one) ? stringAt(one, "ResourceARN").split(":").slice(5).join(":") : "";
      if (name !== "") names.push(name);
    }
    PaginationToken = stringAt(reply, "PaginationToken");
  } while (PaginationToken !== "");
  return names;
}

/** Filters with one key are alternatives of its value. */
function tagFilters(settings: ValueObject): readonly ValueObject[] {
  const byKey = new Map<string, string[]>();
  for (const filter of listAt(settings, "tagFilters")) {
    if (!isObject(filter)) continue;
    const values = byKey.get(stringAt(filter, "key")) ?? [];
    if (stringAt(filter, "value") !== "") values.push(stringAt(filter, "value"));
    byKey.set(stringAt(filter, "key"), values);
  }
  return [...byKey].map(([Key, Values]): ValueObject => (Values.length > 0 ? { Key, Values } : { Key }));
}

async function metadataOf(context: AwsContext, repositoryName: string): Promise<ValueObject> {
  return call(context, "codecommit", "CodeCommit_20150413.GetRepository", { repositoryName });
}

async function hasPath(context: AwsContext, repository: ScmRepository, path: string): Promise<boolean> {
  const parts = path.split("/").filter((part) => part !== "");
  const base = parts.pop();
  if (base === undefined) return true;
  const input = { repositoryName: repository.repository, commitSpecifier: repository.branch, folderPath: `/${parts.join("/")}` };
  const reply = await send(context, "codecommit", "CodeCommit_20150413.GetFolder", input, [400]);
  if (reply.status === 400) return false;
  const body = isObject(reply.body) ? reply.body : {};
  return ["subFolders", "files", "subModules", "symbolicLinks"].some((kind) =>
    listAt(body, kind).some((entry) => isObject(entry) && stringAt(entry, "relativePath") === base),
  );
}

function toRepository(metadata: ValueObject, cloneProtocol: string): ScmRepository {
  const https = stringAt(metadata, "cloneUrlHttp");
  const isFips = cloneProtocol === "https-fips";
  return {
    organization: stringAt(metadata, "accountId"),
    repository: stringAt(metadata, "repositoryName"),
    url: isFips ? fipsUrl(https) : cloneUrl(cloneProtocol, { ssh: stringAt(metadata, "cloneUrlSsh"), https }, "codecommit"),
    branch: stringAt(metadata, "defaultBranch"),
    sha: "",
    labels: [],
    repositoryId: metadata["repositoryId"] ?? null,
  };
}

function fipsUrl(url: string): string {
  if (url.startsWith("https://git-codecommit-fips.")) return url;
  if (url.startsWith("https://git-codecommit.")) return url.replace("https://git-codecommit.", "https://git-codecommit-fips.");
  throw new InputError(`https-fips is asked for, but ${url} has no FIPS endpoint`, { code: "SCM_CLONE_PROTOCOL" });
}

async function paged(context: AwsContext, action: string, input: ValueObject, key: string): Promise<readonly Value[]> {
  const found: Value[] = [];
  let nextToken = "";
  do {
    const reply = await call(context, "codecommit", `CodeCommit_20150413.${action}`, {
      ...input,
      ...(nextToken ? { nextToken } : {}),
    });
    found.push(...listAt(reply, key));
    nextToken = stringAt(reply, "nextToken");
  } while (nextToken !== "");
  return found;
}

async function call(context: AwsContext, service: string, target: string, input: ValueObject): Promise<ValueObject> {
  const { body } = await send(context, service, target, input);
  return isObject(body) ? body : {};
}

/** Statuses in `accept` only count when the error says that a path or commit is not there. */
async function send(
  context: AwsContext,
  service: string,
  target: string,
  input: ValueObject,
  accept: readonly number[] = [],
): Promise<Reply> {
  const { url, http } = context.endpoint(service);
  const body = JSON.stringify(input);
  const plain = { "content-type": "application/x-amz-json-1.1", "x-amz-target": target };
  const headers = signAwsRequest(
    { service, region: context.region, url, headers: plain, body },
    context.credentials,
    context.now(),
  );
  const reply = await http.request(url, { method: "POST", headers, body, accept });
  const type = isObject(reply.body) ? stringAt(reply.body, "__type") : "";
  if (reply.status === 400 && !/DoesNotExist/.test(type)) {
    throw new InputError(`CodeCommit refuses ${target.split(".")[1]}: ${type.split("#").at(-1)}`, { code: "SCM_HTTP" });
  }
  return reply;
}
