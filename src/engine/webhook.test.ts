import { expect, test } from "vitest";
import { utf8Encode } from "#src/platform/bytes.js";
import { hmacHex } from "#src/platform/hash.js";
import { isSameRepository, readGithubPush } from "./webhook.js";

const body = utf8Encode(
  JSON.stringify({
    ref: "refs/heads/main",
    repository: { html_url: "https://github.com/acme/fleet", ssh_url: "git@github.com:acme/fleet.git" },
  }),
);
const headers = { "x-github-event": "push" };

test("a push tells its repository and ref; other events tell nothing", () => {
  expect(readGithubPush(headers, body, undefined)).toEqual({
    urls: ["https://github.com/acme/fleet", "git@github.com:acme/fleet.git"],
    ref: "refs/heads/main",
  });
  expect(readGithubPush({ "x-github-event": "ping" }, body, undefined)).toBeUndefined();
});

test("where a secret is configured the signature must fit the very bytes", () => {
  const signed = { ...headers, "x-hub-signature-256": `sha256=${hmacHex("sha256", "s3cret", body)}` };
  expect(readGithubPush(signed, body, "s3cret")?.ref).toBe("refs/heads/main");
  for (const bad of [headers, { ...headers, "x-hub-signature-256": "sha256=00" }])
    expect(() => readGithubPush(bad, body, "s3cret")).toThrow(expect.objectContaining({ code: "WEBHOOK_SIGNATURE" }));
  expect(() => readGithubPush(signed, utf8Encode("{}"), "s3cret")).toThrow(
    expect.objectContaining({ code: "WEBHOOK_SIGNATURE" }),
  );
});

test.each([
  ["https://github.com/acme/fleet.git", true],
  ["git@github.com:acme/fleet", true],
  ["ssh://git@ssh.github.com:443/acme/fleet", true],
  ["https://user@github.com/Acme/Fleet/", true],
  ["https://github.com/acme/fleet-two", false],
  ["https://example.com/acme/fleet", false],
])("%s is the pushed repository: %s", (url, same) => {
  expect(isSameRepository(url, ["https://github.com/acme/fleet"])).toBe(same);
});
