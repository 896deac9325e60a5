import { objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { byToken, none, pullRequest, push, stringsAt, type WebhookEvent, type WebhookProvider } from "./provider.js";

/** GitLab: pushes, tags and merge requests, as project, group or system hooks. */
export const gitlab: WebhookProvider = {
  name: "GitLab",
  claims: (headers) => headers["x-gitlab-event"] !== undefined,
  authenticate: ({ headers }, secrets) => byToken(headers["x-gitlab-token"], secrets["webhook.gitlab.secret"]),
  read(headers, body) {
    switch (headers["x-gitlab-event"]) {
      case "Push Hook":
      case "Tag Push Hook":
        return push(projectUrls(body()), [stringAt(body(), "ref")]);
      case "Merge Request Hook":
        return mergeRequest(body());
      case "System Hook": {
        const name = stringAt(body(), "event_name") || stringAt(body(), "object_kind");
        if (name === "push" || name === "tag_push") return push(projectUrls(body()), [stringAt(body(), "ref")]);
        if (name === "merge_request") return mergeRequest(body());
        // Without an address: the path is enough for who lists the group's projects.
        if (name.startsWith("project_")) return push(stringsAt(body(), "path_with_namespace"), []);
        // `repository_update` tells of several refs at once.
        if (name === "repository_update")
          return push(projectUrls(body()), (body()["refs"] as readonly string[] | undefined) ?? []);
        return none;
      }
      default:
        return none;
    }
  },
};

/** Approvals leave the merge request's commits, labels and state as they are. */
function mergeRequest(body: ValueObject): WebhookEvent {
  const action = stringAt(objectAt(body, "object_attributes"), "action");
  return ["approved", "approval", "unapproved", "unapproval"].includes(action) ? none : pullRequest(projectUrls(body));
}

function projectUrls(body: ValueObject): readonly string[] {
  return [
    ...stringsAt(objectAt(body, "project"), "web_url", "git_http_url", "git_ssh_url"),
    ...stringsAt(objectAt(body, "repository"), "homepage", "git_http_url", "git_ssh_url"),
  ];
}
