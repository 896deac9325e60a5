import { listAt, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { bySignature, none, pullRequest, push, stringsAt, type WebhookProvider } from "./provider.js";

/** Bitbucket Server and Data Center. */
export const bitbucketServer: WebhookProvider = {
  name: "Bitbucket Server",
  signs: true,
  claims: (headers) => headers["x-event-key"] !== undefined && headers["x-hook-uuid"] === undefined,
  authenticate(request, secrets) {
    // Its connection test is never signed, and says nothing.
    if (request.headers["x-event-key"] === "diagnostics:ping") return "genuine";
    return bySignature(request.headers["x-hub-signature"], request, secrets["webhook.bitbucketserver.secret"], "sha256=");
  },
  read(headers, body) {
    const event = headers["x-event-key"] ?? "";
    if (event === "repo:refs_changed")
      return push(
        cloneUrls(objectAt(body(), "repository")),
        listAt(body(), "changes").map((change) => stringAt(objectAt(change as ValueObject, "ref"), "id")),
      );
    if (event.startsWith("pr:") && !/^pr:(comment|reviewer):/.test(event))
      return pullRequest(cloneUrls(objectAt(objectAt(objectAt(body(), "pullRequest"), "toRef"), "repository")));
    return none;
  },
};

/** Where links are missing (pull requests of old versions) the page's address is made of project and name. */
function cloneUrls(repository: ValueObject): readonly string[] {
  const links = objectAt(repository, "links");
  const clones = [...listAt(links, "clone"), ...listAt(links, "self")].flatMap((link) => stringsAt(link as ValueObject, "href"));
  return clones.length > 0 ? clones : [`${stringAt(objectAt(repository, "project"), "key")}/${stringAt(repository, "slug")}`];
}
