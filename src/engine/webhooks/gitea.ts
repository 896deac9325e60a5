import { objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { repositoryUrls } from "./github.js";
import { artifact, bySignature, none, pullRequest, push, type WebhookProvider, type WebhookRequest } from "./provider.js";

const names = ["forgejo", "gitea", "gogs"] as const;

/** Gitea, Forgejo and Gogs. They send GitHub's headers too, with another signature: they are asked first. */
export const gitea: WebhookProvider = {
  name: "Gitea",
  signs: true,
  claims: (headers) => eventOf(headers) !== undefined,
  authenticate(request, secrets) {
    const given = names.map((name) => request.headers[`x-${name}-signature`]).find((signature) => signature !== undefined);
    return bySignature(given, request, secrets["webhook.gogs.secret"]);
  },
  read(headers, body) {
    switch (eventOf(headers)) {
      case "push":
        return push(repositoryUrls(body()), [stringAt(body(), "ref")]);
      case "create":
      case "delete": {
        const tree = stringAt(body(), "ref_type") === "tag" ? "refs/tags/" : "refs/heads/";
        return push(repositoryUrls(body()), [tree + stringAt(body(), "ref")]);
      }
      case "repository":
        return push(repositoryUrls(body()), []);
      case "pull_request":
      case "pull_request_sync":
      case "pull_request_label":
        return pullRequest(repositoryUrls(body()));
      case "package":
        return container(body());
      default:
        return none;
    }
  },
};

function eventOf(headers: WebhookRequest["headers"]): string | undefined {
  return names.map((name) => headers[`x-${name}-event`]).find((event) => event !== undefined);
}

function container(body: ValueObject) {
  const found = objectAt(body, "package");
  if (stringAt(body, "action") !== "created" || stringAt(found, "type") !== "container") return none;
  const page = stringAt(found, "html_url");
  const host = /^https?:\/\/([^/]+)/.exec(page)?.[1] ?? "";
  const owner = stringAt(objectAt(found, "owner"), "login") || stringAt(objectAt(found, "owner"), "username");
  return host === "" ? none : artifact([`${host}/${owner}/${stringAt(found, "name")}`], stringAt(found, "version"));
}
