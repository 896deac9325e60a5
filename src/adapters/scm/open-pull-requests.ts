import type { PullRequest } from "../../core/applicationset/index.js";
import { isObject, listAt, objectAt, stringAt } from "../../core/manifest/value.js";
import { allPages, byLink } from "./pages.js";
import { hasLabels, type ProviderContext } from "./provider.js";

/** The open pull requests, as GitHub, GitHub Enterprise and Gitea list them at `url`, with the labels that `settings` ask for. */
export async function openPullRequests(
  { settings, http }: ProviderContext,
  url: string,
): Promise<readonly PullRequest[] | "repoNotFound"> {
  const found = await allPages(http, url, { next: byLink, request: { accept: [404] } });
  if (!found) return "repoNotFound";
  return found
    .map((pull) => ({
      number: Number(pull["number"]),
      title: stringAt(pull, "title"),
      branch: stringAt(objectAt(pull, "head"), "ref"),
      targetBranch: stringAt(objectAt(pull, "base"), "ref"),
      headSHA: stringAt(objectAt(pull, "head"), "sha"),
      labels: listAt(pull, "labels").flatMap((label) => (isObject(label) ? [stringAt(label, "name")] : [])),
      author: stringAt(objectAt(pull, "user"), "login"),
    }))
    .filter(({ labels }) => hasLabels(settings, labels));
}
