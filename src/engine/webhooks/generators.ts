import type { KubernetesObject } from "../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import { placeOf } from "../webhook.js";
import type { WebhookEvent } from "./provider.js";

/**
 * Whether an ApplicationSet asks a git host about the repository that a webhook tells of: for its pull requests, or (after a push, for commits
 * and branches are among the parameters) for all repositories of its owner. What cannot be known from the set alone (a template's parameter,
 * GitLab's project number) counts as yes. Argo CD: plugin generators are asked at each webhook.
 */
export function asksAgain(set: KubernetesObject, event: WebhookEvent): boolean {
  if (event.kind === "none" || event.kind === "artifact") return false;
  return listAt(objectAt(set as unknown as ValueObject, "spec"), "generators").some((generator) =>
    generatorAsks(generator, event),
  );
}

function generatorAsks(generator: Value, event: WebhookEvent & { readonly urls: readonly string[] }): boolean {
  if (!isObject(generator)) return false;
  if (isObject(generator["plugin"])) return true;
  for (const key of ["matrix", "merge"])
    if (listAt(objectAt(generator, key), "generators").some((child) => generatorAsks(child, event))) return true;
  if (event.kind === "push")
    return Object.entries(objectAt(generator, "scmProvider")).some(
      ([provider, spec]) => isObject(spec) && ownsOneOf(provider, spec, event.urls),
    );
  return Object.entries(objectAt(generator, "pullRequest")).some(
    ([provider, spec]) => isObject(spec) && isRepository(provider, spec, event.urls),
  );
}

function ownsOneOf(provider: string, spec: ValueObject, urls: readonly string[]): boolean {
  const key = ownerKeys[provider];
  if (key === undefined) return false;
  const owner = stringAt(spec, key);
  if (owner.includes("{{") || /^\d+$/.test(owner)) return true;
  return urls.some((url) => `/${placeOf(url)}/`.includes(`/${owner.toLowerCase()}/`));
}

/** Where a provider's generator says whose repositories it lists. */
const ownerKeys: Readonly<Partial<Record<string, string>>> = {
  github: "organization",
  gitlab: "group",
  gitea: "owner",
  bitbucket: "owner",
  bitbucketServer: "project",
  azureDevOps: "teamProject",
};

function isRepository(provider: string, spec: ValueObject, urls: readonly string[]): boolean {
  const path = pathIn(provider, spec);
  if (path === undefined) return false;
  if (path.includes("{{") || /^\/\d+$/.test(path)) return true;
  return urls.some((url) => `/${placeOf(url)}`.endsWith(path.toLowerCase()));
}

/** `/owner/repo` as the provider's addresses end. */
function pathIn(provider: string, spec: ValueObject): string | undefined {
  const repo = stringAt(spec, "repo");
  switch (provider) {
    case "github":
    case "gitea":
    case "bitbucket":
      return `/${stringAt(spec, "owner")}/${repo}`;
    case "bitbucketServer":
      return `/${stringAt(spec, "project")}/${repo}`;
    case "gitlab":
      return `/${stringAt(spec, "project")}`;
    case "azuredevops":
      return `/${stringAt(spec, "project")}/_git/${repo}`;
    default:
      return undefined;
  }
}
