import { expect, test } from "vitest";
import { manualClock } from "#src/adapters/memory/manual-clock.js";
import type { SourcePort } from "#src/ports/source.js";
import { silentTelemetry } from "#src/ports/telemetry.js";
import { RepositoryWatch } from "../rooms/watch.js";
import { isSameRepository } from "../webhook.js";
import { WebhookSecretReader } from "./secrets.js";

const repoURL = "https://github.com/acme/fleet.git";

function world() {
  let commit = "1";
  let looks = 0;
  const changes: string[] = [];
  const source = {
    resolve: async () => {
      looks++;
      await Promise.resolve();
      return { commit };
    },
  } as unknown as SourcePort;
  const watch = new RepositoryWatch({
    source,
    clock: manualClock(),
    random: () => 0,
    telemetry: silentTelemetry,
    intervalMs: () => 0,
    jitterMs: () => 0,
    onChange: async ({ to }) => void changes.push(to),
    onGone: () => {},
  });
  watch.follow("argocd/web", [{ repoURL, revision: "main" }]);
  watch.saw({ repoURL, revision: "main" }, "1");
  const webhook = (url = "git@github.com:acme/fleet.git") => watch.poke((candidate) => isSameRepository(candidate, [url]));
  return { webhook, changes, looks: () => looks, commitIs: (next: string) => void (commit = next) };
}

test("a webhook that is replayed changes nothing: the commit is read from the repository", async () => {
  const { webhook, changes, commitIs } = world();
  commitIs("2");
  await webhook().done;
  for (let replay = 0; replay < 5; replay++) await webhook().done;
  expect(changes).toEqual(["2"]);
});

test("a storm of webhooks for one repository is one look at once and one after it, and the last push is not missed", async () => {
  const { webhook, changes, looks, commitIs } = world();
  const all = Array.from({ length: 1_000 }, () => webhook().done);
  commitIs("2");
  await Promise.all(all);
  await new Promise((resolve) => setImmediate(resolve));
  expect(looks()).toBe(2);
  expect(changes).toEqual(["2"]);
});

test("a webhook of a repository that nobody reads looks at nothing", async () => {
  const { webhook, looks } = world();
  expect(webhook("https://github.com/acme/other").found).toBe(false);
  expect(looks()).toBe(0);
});

test("a storm reads argocd-secret once in five seconds; what was changed counts after that", async () => {
  const clock = manualClock();
  let reads = 0;
  const reader = new WebhookSecretReader(clock, async () => ({ "webhook.github.secret": String(++reads) }));
  await Promise.all(Array.from({ length: 1_000 }, () => reader.get()));
  expect(reads).toBe(1);
  await clock.advance(5_000);
  expect(await reader.get()).toEqual({ "webhook.github.secret": "2" });
});

test("when argocd-secret cannot be read the webhook fails: it is not taken for one without a secret", async () => {
  let isDown = true;
  const reader = new WebhookSecretReader(manualClock(), async () => {
    if (isDown) throw new Error("no answer");
    return {};
  });
  await expect(reader.get()).rejects.toThrow("no answer");
  isDown = false;
  expect(await reader.get()).toEqual({});
});
