import { expect, test } from "vitest";
import { utf8Encode } from "#src/platform/bytes.js";
import { readWebhook } from "../webhook.js";
import { resolveSecretReferences, unresolvedSecret } from "./secret-references.js";

const others: Readonly<Record<string, Readonly<Record<string, string>>>> = { hooks: { github: "s3cret" } };
const resolve = (data: Readonly<Record<string, string>>) => resolveSecretReferences(data, async (name) => others[name]);

test("a webhook's secret may stand in another key of argocd-secret or in another Secret", async () => {
  const data = { "webhook.github.secret": "$hooks:github", "webhook.gitlab.secret": "$shared", shared: "one", other: "$shared" };
  expect(await resolve(data)).toEqual({ ...data, "webhook.github.secret": "s3cret", "webhook.gitlab.secret": "one" });
});

test("a secret that merely begins with a dollar is one", async () => {
  expect(await resolve({ "webhook.github.secret": "$ecret" })).toEqual({ "webhook.github.secret": "$ecret" });
});

test("where the other Secret is missing nobody is let in, not by the reference's own text either", async () => {
  const secrets = await resolve({ "webhook.gitlab.secret": "$gone:key" });
  expect(secrets).toEqual({ "webhook.gitlab.secret": "", [unresolvedSecret]: "webhook.gitlab.secret" });
  const body = utf8Encode(JSON.stringify({ ref: "refs/heads/main", project: { web_url: "https://gitlab.com/acme/fleet" } }));
  for (const token of ["$gone:key", ""])
    expect(() => readWebhook({ headers: { "x-gitlab-event": "Push Hook", "x-gitlab-token": token }, body }, secrets)).toThrow(
      expect.objectContaining({ code: "WEBHOOK_SIGNATURE" }),
    );
});
