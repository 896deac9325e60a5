import { listAt, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { byToken, none, pullRequest, push, stringsAt, type WebhookProvider } from "./provider.js";

/** Bitbucket Cloud. Argo CD: the hook's UUID, which Bitbucket repeats in each request, is the secret. */
export const bitbucket: WebhookProvider = {
  name: "Bitbucket Cloud",
  claims: (headers) => headers["x-hook-uuid"] !== undefined,
  authenticate: ({ headers }, secrets) =>
    byToken(withoutBraces(headers["x-hook-uuid"]), withoutBraces(secrets["webhook.bitbucket.uuid"])),
  read(headers, body) {
    const event = headers["x-event-key"] ?? "";
    if (event === "repo:push") return push(repositoryUrls(body()), refs(body()));
    if (/^pullrequest:(created|updated|fulfilled|rejected)$/.test(event)) return pullRequest(repositoryUrls(body()));
    return none;
  },
};

function withoutBraces(uuid: string | undefined): string | undefined {
  return uuid?.replace(/^\{|\}$/g, "");
}

function repositoryUrls(body: ValueObject): readonly string[] {
  return stringsAt(objectAt(objectAt(objectAt(body, "repository"), "links"), "html"), "href");
}

/** A branch or tag that was made has only `new`, one that was deleted only `old`. */
function refs(body: ValueObject): readonly string[] {
  return listAt(objectAt(body, "push"), "changes").flatMap((change) =>
    ["new", "old"].flatMap((side) => {
      const ref = objectAt(change as ValueObject, side);
      const name = stringAt(ref, "name");
      return name === "" ? [] : [`${stringAt(ref, "type") === "tag" ? "refs/tags/" : "refs/heads/"}${name}`];
    }),
  );
}
