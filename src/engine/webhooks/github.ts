import { objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import {
  artifact,
  bySignature,
  none,
  pullRequest,
  push,
  stringsAt,
  type WebhookEvent,
  type WebhookProvider,
} from "./provider.js";

/** GitHub and GitHub Enterprise: push and pull requests, and packages of GHCR. */
export const github: WebhookProvider = {
  name: "GitHub",
  signs: true,
  claims: (headers) => headers["x-github-event"] !== undefined,
  authenticate: (request, secrets) =>
    bySignature(request.headers["x-hub-signature-256"], request, secrets["webhook.github.secret"], "sha256="),
  read(headers, body) {
    switch (headers["x-github-event"]) {
      case "push":
        return push(repositoryUrls(body()), [stringAt(body(), "ref")]);
      // Made, renamed, archived …: who lists an organisation's repositories sees another list.
      case "repository":
        return push(repositoryUrls(body()), []);
      case "pull_request":
        return idle.has(stringAt(body(), "action")) ? none : pullRequest(repositoryUrls(body()));
      case "package":
      case "registry_package":
        return container(body());
      default:
        return none;
    }
  },
};

/** What happens to a pull request and leaves its commits, labels, title and state as they are. */
const idle = new Set([
  ...["assigned", "unassigned", "review_requested", "review_request_removed", "locked", "unlocked"],
  ...["milestoned", "demilestoned", "auto_merge_enabled", "auto_merge_disabled", "enqueued", "dequeued"],
]);

/** Also Gitea's and Gogs' fields: they copied them. */
export function repositoryUrls(body: ValueObject): readonly string[] {
  return stringsAt(objectAt(body, "repository"), "html_url", "clone_url", "ssh_url", "git_url");
}

/** Argo CD: only containers that were published under a tag. */
function container(body: ValueObject): WebhookEvent {
  const found = "registry_package" in body ? objectAt(body, "registry_package") : objectAt(body, "package");
  const version = objectAt(found, "package_version");
  const tag = stringAt(objectAt(objectAt(version, "container_metadata"), "tag"), "name");
  const isContainer = stringAt(found, "package_type").toLowerCase() === "container";
  if (stringAt(body, "action") !== "published" || !isContainer || tag === "") return none;
  return artifact([`ghcr.io/${stringAt(objectAt(found, "owner"), "login")}/${stringAt(found, "name")}`], tag);
}
