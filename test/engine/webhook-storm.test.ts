import { createHmac } from "node:crypto";
import { Pool } from "undici";
import { afterAll, beforeAll, expect, test } from "vitest";
import { objectAt, stringAt } from "#src/core/manifest/value.js";
import { application, type Fleet, isSettled, startFleet } from "./fleet-fixture.js";

/** The full storm is 1,000 a second for 60 seconds: FLEETWRIGHT_STORM_RATE=1000 FLEETWRIGHT_STORM_SECONDS=60. */
const rate = Number(process.env["FLEETWRIGHT_STORM_RATE"] ?? 200);
const seconds = Number(process.env["FLEETWRIGHT_STORM_SECONDS"] ?? 4);
const names = ["one", "two", "three"];
const secret = "of the storm";
const mapAt = (at: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: config}\ndata: {at: "${at}"}\n`;

let fleet: Fleet;

beforeAll(async () => {
  fleet = await startFleet({
    clusters: ["here"],
    files: Object.fromEntries(names.map((name) => [`${name}/config.yaml`, mapAt("0")])),
  });
  // Nothing is polled: what a webhook misses is missed.
  const settings = { "timeout.reconciliation": "0" };
  await fleet.hub.create({
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name: "argocd-cm", namespace: "argocd" },
    data: settings,
  });
  await fleet.hub.create({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "argocd-secret", namespace: "argocd" },
    stringData: { "webhook.github.secret": secret },
  });
}, 60_000);
afterAll(() => fleet.close());

test(
  `${rate} webhooks a second for ${seconds} s, forged ones among them, while commits come: every commit is live, without a poll`,
  async () => {
    const controller = await fleet.start({ port: 0, host: "127.0.0.1" });
    for (const name of names) await fleet.apply(application(name, { cluster: "here" }));
    for (const name of names) await fleet.until(name, isSettled);
    let pushes = 0;
    const push = (url: string): { readonly body: string; readonly signature: string } => {
      const repository = { html_url: url, clone_url: url };
      const body = JSON.stringify({ ref: "refs/heads/main", after: String(++pushes), repository });
      return { body, signature: `sha256=${createHmac("sha256", secret).update(body).digest("hex")}` };
    };
    const pool = new Pool(controller.url!, { connections: 64 });
    const answers = new Map<number, number>();
    const send = async ({ body, signature }: ReturnType<typeof push>): Promise<void> => {
      const answer = await pool.request({
        method: "POST",
        path: "/api/webhook",
        headers: { "content-type": "application/json", "x-github-event": "push", "x-hub-signature-256": signature },
        body,
      });
      await answer.body.dump();
      answers.set(answer.statusCode, (answers.get(answer.statusCode) ?? 0) + 1);
    };
    const sends: Promise<void>[] = [];
    let commit = "";
    let last = 0;
    const perTick = Math.max(1, Math.round(rate / 20));
    const total = rate * seconds;
    while (sends.length < total) {
      const tick = new Promise((resolve) => setTimeout(resolve, 50));
      // A commit about every second, in turn to one of the Applications; its own webhook is one of the storm.
      if (sends.length >= last * rate) {
        last++;
        commit = fleet.commit({ [`${names[last % names.length]}/config.yaml`]: mapAt(String(last)) });
      }
      for (let each = 0; each < perTick; each++) {
        const kind = sends.length % 4;
        const own = push(fleet.repoURL);
        const other = push("https://git.example.com/acme/other");
        sends.push(send(kind === 0 ? other : kind === 1 ? { ...own, signature: other.signature } : own));
      }
      await tick;
    }
    // The last commit is announced too, somewhere in the storm's end.
    const final = push(fleet.repoURL);
    sends.push(send(final));
    await Promise.all(sends);
    expect(answers.get(401)).toBe(Math.floor(total / 4));
    expect([...answers.values()].reduce((sum, count) => sum + count)).toBe(sends.length);
    expect([...answers.keys()].sort()).toEqual([200, 401]);
    // Who has listened and sends one again is refused.
    await send(final);
    expect(answers.get(409)).toBe(1);
    await pool.close();
    const revision = (app: Parameters<typeof isSettled>[0]): string =>
      stringAt(objectAt(objectAt(app, "status"), "sync"), "revision");
    for (const name of names) await fleet.until(name, (app) => isSettled(app) && revision(app) === commit);
    const live = await Promise.all(
      names.map((name) => fleet.cluster("here").get({ apiVersion: "v1", kind: "ConfigMap", namespace: name, name: "config" })),
    );
    const latest = names.map((_, index) => {
      let newest = 0;
      for (let at = 1; at <= last; at++) if (at % names.length === index) newest = at;
      return String(newest);
    });
    expect(live.map((map) => (map!["data"] as Record<string, string>)["at"])).toEqual(latest);
    // Coalesced: far fewer looks at the repository than webhooks.
    const looks = (await controller.metrics()).match(/^argocd_git_request_total\{[^}]*ls-remote[^}]*\} (\d+)/m);
    expect(Number(looks?.[1] ?? Number.NaN)).toBeLessThan(total / 4);
  },
  (seconds + 120) * 1000,
);
