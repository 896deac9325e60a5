import { describe, expect, test } from "vitest";
import { manualClock } from "#src/adapters/memory/manual-clock.js";
import { base64Encode, utf8Encode } from "#src/platform/bytes.js";
import { hmacHex } from "#src/platform/hash.js";
import { isSameRepository, mayHaveChanged, readWebhook } from "./webhook.js";
import { asksAgain } from "./webhooks/generators.js";
import { Replays } from "./webhooks/replays.js";

type Headers = Readonly<Record<string, string>>;

interface Sender {
  readonly name: string;
  readonly secrets: Headers;
  /** The headers that prove who sent these bytes. */
  readonly proof: (body: Uint8Array) => Headers;
  readonly headers: Headers;
  readonly body: object;
  readonly event: object;
}

const signature = (body: Uint8Array) => hmacHex("sha256", "s3cret", body);
const githubRepository = {
  html_url: "https://github.com/acme/fleet",
  clone_url: "https://github.com/acme/fleet.git",
  ssh_url: "git@github.com:acme/fleet.git",
};
const github = {
  secrets: { "webhook.github.secret": "s3cret" },
  proof: (body: Uint8Array) => ({ "x-hub-signature-256": `sha256=${signature(body)}` }),
};
const gitlab = { secrets: { "webhook.gitlab.secret": "s3cret" }, proof: () => ({ "x-gitlab-token": "s3cret" }) };
const gitlabProject = {
  web_url: "https://gitlab.com/acme/fleet",
  git_ssh_url: "git@gitlab.com:acme/fleet.git",
  git_http_url: "https://gitlab.com/acme/fleet.git",
};
const gitlabUrls = [gitlabProject.web_url, gitlabProject.git_http_url, gitlabProject.git_ssh_url];
const uuid = "c9f1d2a0-0000-4000-8000-5dcb2b1ad5f6";
const bitbucket = { secrets: { "webhook.bitbucket.uuid": uuid }, proof: () => ({ "x-hook-uuid": `{${uuid}}` }) };
const bitbucketRepository = { full_name: "acme/fleet", links: { html: { href: "https://bitbucket.org/acme/fleet" } } };
const bitbucketServer = {
  secrets: { "webhook.bitbucketserver.secret": "s3cret" },
  proof: (body: Uint8Array) => ({ "x-hub-signature": `sha256=${signature(body)}` }),
};
const serverUrls = [
  "ssh://git@bitbucketserver:7999/myproject/test-repo.git",
  "https://bitbucketserver/scm/myproject/test-repo.git",
];
const serverRepository = {
  slug: "test-repo",
  project: { key: "MYPROJECT" },
  links: { clone: serverUrls.map((href) => ({ href })) },
};
const gogs = { "webhook.gogs.secret": "s3cret" };
const azure = {
  secrets: { "webhook.azuredevops.username": "hook", "webhook.azuredevops.password": "s3cret" },
  proof: () => ({ authorization: `Basic ${base64Encode("hook:s3cret")}` }),
};
const azureUrls = [
  "https://dev.azure.com/acme/shop/_git/fleet",
  "https://acme.visualstudio.com/shop/_git/fleet",
  "git@ssh.dev.azure.com:v3/acme/shop/fleet",
];
const azureRepository = { name: "fleet", remoteUrl: azureUrls[0], defaultBranch: "refs/heads/main", project: { name: "shop" } };
const registry = { secrets: { "webhook.registry.secret": "s3cret" }, proof: () => ({ authorization: "Bearer s3cret" }) };

const senders: readonly Sender[] = [
  {
    name: "GitHub push",
    ...github,
    headers: { "x-github-event": "push", "x-github-delivery": "72d3162e" },
    body: { ref: "refs/heads/main", before: "0".repeat(40), after: "1".repeat(40), repository: githubRepository, commits: [] },
    event: { kind: "push", urls: Object.values(githubRepository), refs: ["refs/heads/main"] },
  },
  {
    name: "GitHub ping",
    ...github,
    headers: { "x-github-event": "ping" },
    body: { zen: "Speak like a human.", hook_id: 1, repository: githubRepository },
    event: { kind: "none" },
  },
  {
    name: "GitHub pull request",
    ...github,
    headers: { "x-github-event": "pull_request" },
    body: { action: "opened", number: 2, pull_request: {}, repository: githubRepository },
    event: { kind: "pull-request", urls: Object.values(githubRepository) },
  },
  {
    name: "GHCR container",
    ...github,
    headers: { "x-github-event": "package" },
    body: {
      action: "published",
      package: {
        name: "charts/web",
        package_type: "CONTAINER",
        owner: { login: "acme" },
        package_version: { container_metadata: { tag: { name: "1.2.3" } } },
      },
    },
    event: { kind: "artifact", urls: ["ghcr.io/acme/charts/web"], tag: "1.2.3" },
  },
  {
    name: "GitLab push",
    ...gitlab,
    headers: { "x-gitlab-event": "Push Hook" },
    body: { object_kind: "push", ref: "refs/heads/main", checkout_sha: "1".repeat(40), project: gitlabProject },
    event: { kind: "push", urls: gitlabUrls, refs: ["refs/heads/main"] },
  },
  {
    name: "GitLab tag",
    ...gitlab,
    headers: { "x-gitlab-event": "Tag Push Hook" },
    body: { object_kind: "tag_push", ref: "refs/tags/v1", project: gitlabProject },
    event: { kind: "push", urls: gitlabUrls, refs: ["refs/tags/v1"] },
  },
  {
    name: "GitLab merge request",
    ...gitlab,
    headers: { "x-gitlab-event": "Merge Request Hook" },
    body: { object_kind: "merge_request", project: gitlabProject, object_attributes: { action: "open" } },
    event: { kind: "pull-request", urls: gitlabUrls },
  },
  {
    name: "GitLab system hook",
    ...gitlab,
    headers: { "x-gitlab-event": "System Hook" },
    body: { event_name: "push", ref: "refs/heads/main", project: gitlabProject },
    event: { kind: "push", urls: gitlabUrls, refs: ["refs/heads/main"] },
  },
  {
    name: "Bitbucket Cloud push",
    ...bitbucket,
    headers: { "x-event-key": "repo:push" },
    body: {
      repository: bitbucketRepository,
      push: { changes: [{ new: { type: "branch", name: "main" }, old: { type: "branch", name: "main" } }, { old: null }] },
    },
    event: { kind: "push", urls: ["https://bitbucket.org/acme/fleet"], refs: ["refs/heads/main"] },
  },
  {
    name: "Bitbucket Cloud pull request",
    ...bitbucket,
    headers: { "x-event-key": "pullrequest:created" },
    body: { repository: bitbucketRepository, pullrequest: { id: 1 } },
    event: { kind: "pull-request", urls: ["https://bitbucket.org/acme/fleet"] },
  },
  {
    name: "Bitbucket Server push",
    ...bitbucketServer,
    headers: { "x-event-key": "repo:refs_changed" },
    body: {
      eventKey: "repo:refs_changed",
      repository: serverRepository,
      changes: [{ ref: { id: "refs/heads/master", displayId: "master", type: "BRANCH" }, type: "UPDATE" }],
    },
    event: { kind: "push", urls: serverUrls, refs: ["refs/heads/master"] },
  },
  {
    name: "Bitbucket Server pull request",
    ...bitbucketServer,
    headers: { "x-event-key": "pr:opened" },
    body: { eventKey: "pr:opened", pullRequest: { toRef: { id: "refs/heads/master", repository: serverRepository } } },
    event: { kind: "pull-request", urls: serverUrls },
  },
  ...["forgejo", "gitea", "gogs"].map((name) => ({
    name: `${name} push`,
    secrets: gogs,
    proof: (body: Uint8Array) => ({ [`x-${name}-signature`]: signature(body), "x-hub-signature-256": "sha256=other" }),
    headers: { [`x-${name}-event`]: "push", "x-github-event": "push" },
    body: { ref: "refs/heads/main", repository: githubRepository },
    event: { kind: "push", urls: Object.values(githubRepository), refs: ["refs/heads/main"] },
  })),
  {
    name: "Azure DevOps push",
    ...azure,
    headers: { "x-vss-activityid": "8fd412f1" },
    body: {
      eventType: "git.push",
      publisherId: "tfs",
      resource: { refUpdates: [{ name: "refs/heads/main", oldObjectId: "0", newObjectId: "1" }], repository: azureRepository },
    },
    event: { kind: "push", urls: azureUrls, refs: ["refs/heads/main"] },
  },
  {
    name: "Azure DevOps pull request",
    ...azure,
    headers: { "x-vss-activityid": "8fd412f1" },
    body: { eventType: "git.pullrequest.created", resource: { repository: azureRepository } },
    event: { kind: "pull-request", urls: azureUrls },
  },
  {
    name: "Docker Hub",
    ...registry,
    headers: {},
    body: { push_data: { tag: "1.2.3", pusher: "ann" }, repository: { repo_name: "acme/web", name: "web", namespace: "acme" } },
    event: {
      kind: "artifact",
      urls: [
        "docker.io/acme/web",
        "registry-1.docker.io/acme/web",
        "index.docker.io/acme/web",
        "registry.hub.docker.com/acme/web",
      ],
      tag: "1.2.3",
    },
  },
  {
    name: "Harbor",
    ...registry,
    proof: () => ({ authorization: "s3cret" }),
    headers: {},
    body: {
      type: "PUSH_ARTIFACT",
      operator: "admin",
      event_data: {
        resources: [{ digest: "sha256:01", tag: "1.2.3", resource_url: "harbor.example.com:8443/charts/web:1.2.3" }],
        repository: { name: "web", namespace: "charts", repo_full_name: "charts/web" },
      },
    },
    event: { kind: "artifact", urls: ["harbor.example.com:8443/charts/web"], tag: "1.2.3" },
  },
  {
    name: "GitHub's registry_package",
    ...github,
    headers: { "x-github-event": "registry_package" },
    body: {
      action: "published",
      registry_package: {
        id: 1,
        name: "web",
        package_type: "container",
        owner: { login: "acme" },
        package_version: { container_metadata: { tag: { name: "2.0.0", digest: "sha256:01" } } },
      },
    },
    event: { kind: "artifact", urls: ["ghcr.io/acme/web"], tag: "2.0.0" },
  },
  {
    name: "Gitea's container package",
    secrets: gogs,
    proof: (body: Uint8Array) => ({ "x-gitea-signature": signature(body) }),
    headers: { "x-gitea-event": "package", "x-github-event": "package" },
    body: {
      action: "created",
      package: {
        owner: { login: "acme" },
        name: "web",
        type: "container",
        version: "1.2.3",
        html_url: "https://gitea.example.com/acme/-/packages/container/web/1.2.3",
      },
    },
    event: { kind: "artifact", urls: ["gitea.example.com/acme/web"], tag: "1.2.3" },
  },
  {
    name: "Quay",
    ...registry,
    headers: {},
    body: {
      name: "web",
      repository: "acme/web",
      namespace: "acme",
      docker_url: "quay.io/acme/web",
      homepage: "https://quay.io/repository/acme/web",
      updated_tags: ["1.2.3", "latest"],
    },
    event: { kind: "artifact", urls: ["quay.io/acme/web"], tag: "1.2.3" },
  },
  {
    name: "Azure's registry",
    ...registry,
    headers: {},
    body: {
      id: "cb8c3971-9adc-488b-9bdd-43cbb4974ff5",
      timestamp: "2026-11-17T16:52:01.343145347Z",
      action: "push",
      target: {
        mediaType: "application/vnd.oci.image.manifest.v1+json",
        repository: "charts/web",
        tag: "1.2.3",
        digest: "sha256:01",
      },
      request: { id: "3cbb6949", host: "acme.azurecr.io", method: "PUT", useragent: "Helm/4" },
    },
    event: { kind: "artifact", urls: ["acme.azurecr.io/charts/web"], tag: "1.2.3" },
  },
  {
    name: "CNCF Distribution",
    ...registry,
    headers: { "content-type": "application/vnd.docker.distribution.events.v1+json" },
    body: {
      events: [
        {
          action: "push",
          target: {
            repository: "charts/web",
            tag: "1.2.3",
            url: "https://registry.example.com/v2/charts/web/manifests/sha256:01",
          },
          request: { host: "registry.example.com" },
        },
      ],
    },
    event: { kind: "artifact", urls: ["registry.example.com/charts/web"], tag: "1.2.3" },
  },
];

describe.each(senders)("$name", ({ secrets, proof, headers, body, event }) => {
  const bytes = utf8Encode(JSON.stringify(body));

  test("is understood when its sender knows the secret, and where there is none", () => {
    expect(readWebhook({ headers: { ...headers, ...proof(bytes) }, body: bytes }, secrets)).toEqual(event);
    expect(readWebhook({ headers: { ...proof(bytes), ...headers }, body: bytes }, {})).toEqual(event);
  });

  test("is refused before it is parsed when its sender does not know the secret", () => {
    const refused = expect.objectContaining({ code: "WEBHOOK_SIGNATURE" });
    const wrong = Object.fromEntries(Object.entries(secrets).map(([name]) => [name, "another"]));
    for (const sent of [bytes, utf8Encode("no JSON")])
      expect(() => readWebhook({ headers: { ...headers, ...proof(sent) }, body: sent }, wrong)).toThrow(refused);
    if (!("x-hook-uuid" in proof(bytes))) expect(() => readWebhook({ headers, body: bytes }, secrets)).toThrow(refused);
  });
});

test("a signed webhook that comes again is refused; one without a signature, or another push, is not", () => {
  const replays = new Replays(manualClock());
  const send = (after: string): string => {
    const sent = utf8Encode(JSON.stringify({ ref: "refs/heads/main", after, repository: githubRepository }));
    const headers = { "x-github-event": "push", "x-github-delivery": String(Math.random()), ...github.proof(sent) };
    return readWebhook({ headers, body: sent }, github.secrets, replays).kind;
  };
  expect([send("1"), send("2")]).toEqual(["push", "push"]);
  expect(() => send("1")).toThrow(expect.objectContaining({ code: "WEBHOOK_REPLAYED" }));
  const hub = utf8Encode(JSON.stringify({ push_data: { tag: "1" }, repository: { repo_name: "acme/web" } }));
  for (let again = 0; again < 2; again++)
    expect(readWebhook({ headers: registry.proof(), body: hub }, registry.secrets, replays).kind).toBe("artifact");
});

test("a forged webhook does not use up the genuine one's bytes", () => {
  const replays = new Replays(manualClock());
  const sent = utf8Encode(JSON.stringify({ ref: "refs/heads/main", repository: githubRepository }));
  const headers = { "x-github-event": "push" };
  expect(() => readWebhook({ headers, body: sent }, github.secrets, replays)).toThrow();
  expect(readWebhook({ headers: { ...headers, ...github.proof(sent) }, body: sent }, github.secrets, replays).kind).toBe("push");
});

test("a signature fits the very bytes only", () => {
  const sent = utf8Encode(JSON.stringify({ ref: "refs/heads/main", repository: githubRepository }));
  const headers = { "x-github-event": "push", ...github.proof(sent) };
  const changed = utf8Encode(JSON.stringify({ ref: "refs/heads/mine", repository: githubRepository }));
  expect(() => readWebhook({ headers, body: changed }, github.secrets)).toThrow(
    expect.objectContaining({ code: "WEBHOOK_SIGNATURE" }),
  );
});

test("a forger cannot say to be a provider without a secret, unless that is allowed", () => {
  const body = utf8Encode(JSON.stringify({ ref: "refs/heads/main", project: gitlabProject }));
  const forged = { headers: { "x-gitlab-event": "Push Hook" }, body };
  expect(() => readWebhook(forged, github.secrets)).toThrow(expect.objectContaining({ code: "WEBHOOK_SIGNATURE" }));
  expect(readWebhook(forged, { ...github.secrets, "webhook.allowUnauthenticated": "true" }).kind).toBe("push");
});

test("Bitbucket Server's connection test is answered though it is not signed", () => {
  const request = { headers: { "x-event-key": "diagnostics:ping" }, body: utf8Encode('{"test":true}') };
  expect(readWebhook(request, bitbucketServer.secrets)).toEqual({ kind: "none" });
});

test.each([
  ["no JSON", "push"],
  ["[]", "push"],
  ['{"repository":{}}', "push"],
  ['{"repository":"acme"}', "pull_request"],
])("%s is no body of a %s", (text, event) => {
  expect(() => readWebhook({ headers: { "x-github-event": event }, body: utf8Encode(text) }, {})).toThrow(
    expect.objectContaining({ code: "WEBHOOK_BODY" }),
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

test.each([
  ["oci://ghcr.io/acme/charts/web", true],
  ["ghcr.io/acme/charts", true],
  ["ghcr.io/acme/chart", false],
  ["https://github.com/acme/charts", false],
])("a push of ghcr.io/acme/charts/web concerns %s: %s", (repoURL, concerned) => {
  expect(mayHaveChanged(repoURL, { kind: "artifact", urls: ["ghcr.io/acme/charts/web"], tag: "1" })).toBe(concerned);
});

test.each<[string, object, boolean]>([
  ["its repository", { pullRequest: { github: { owner: "acme", repo: "fleet" } } }, true],
  ["another repository", { pullRequest: { github: { owner: "acme", repo: "other" } } }, false],
  ["a repository of a parameter", { pullRequest: { github: { owner: "acme", repo: "{{.repo}}" } } }, true],
  [
    "its repository within a matrix",
    { matrix: { generators: [{ list: {} }, { pullRequest: { gitea: { owner: "acme", repo: "fleet" } } }] } },
    true,
  ],
  ["its organisation's repositories", { scmProvider: { github: { organization: "acme" } } }, false],
  ["a plugin", { plugin: { configMapRef: { name: "p" } } }, true],
  ["a list", { list: { elements: [] } }, false],
])("a pull request makes an ApplicationSet of %s be generated again: %s", (_what, generator, asked) => {
  const set = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "ApplicationSet",
    metadata: { name: "previews" },
    spec: { generators: [generator] },
  };
  expect(asksAgain(set as never, { kind: "pull-request", urls: ["https://github.com/acme/fleet"] })).toBe(asked);
});

test.each<[string, object, boolean]>([
  ["its organisation", { github: { organization: "Acme" } }, true],
  ["another organisation", { github: { organization: "acm" } }, false],
  ["its group", { gitlab: { group: "acme", includeSubgroups: true } }, true],
  ["a group by number", { gitlab: { group: "4711" } }, true],
  ["an owner of a parameter", { gitea: { owner: "{{.owner}}" } }, true],
  ["its project on a server", { bitbucketServer: { project: "ACME" } }, true],
  ["a region", { awsCodeCommit: { region: "eu-west-1" } }, false],
])("a push makes an ApplicationSet of the repositories of %s be generated again: %s", (_what, scmProvider, asked) => {
  const set = { kind: "ApplicationSet", metadata: { name: "all" }, spec: { generators: [{ scmProvider }] } };
  expect(asksAgain(set as never, { kind: "push", urls: ["https://git.example.com/acme/fleet"], refs: [] })).toBe(asked);
});

test.each<[string, Headers, object]>([
  ["GitHub", { "x-github-event": "pull_request" }, { action: "assigned", repository: githubRepository }],
  ["GitLab", { "x-gitlab-event": "Merge Request Hook" }, { project: gitlabProject, object_attributes: { action: "approved" } }],
  ["Bitbucket Cloud", { "x-hook-uuid": uuid, "x-event-key": "pullrequest:comment_created" }, { repository: bitbucketRepository }],
  ["Bitbucket Server", { "x-event-key": "pr:comment:added" }, { pullRequest: { toRef: { repository: serverRepository } } }],
])("what changes neither commits nor labels nor state of a pull request on %s refreshes nothing", (_host, headers, body) => {
  expect(readWebhook({ headers, body: utf8Encode(JSON.stringify(body)) }, {})).toEqual({ kind: "none" });
});

test.each<[string, Headers, object, readonly string[]]>([
  [
    "GitHub",
    { "x-github-event": "repository" },
    { action: "created", repository: githubRepository },
    Object.values(githubRepository),
  ],
  [
    "GitLab",
    { "x-gitlab-event": "System Hook" },
    { event_name: "project_create", path_with_namespace: "acme/new" },
    ["acme/new"],
  ],
])("a repository that is made on %s is told of as a push of it", (_host, headers, body, urls) => {
  const event = readWebhook({ headers, body: utf8Encode(JSON.stringify(body)) }, {});
  expect(event).toEqual({ kind: "push", urls, refs: [] });
});

test("Harbor's secret goes by Argo CD's name too, as it stands in the header", () => {
  const resources = ["web:1.2.3", "api:7"].map((name) => ({ tag: "1", resource_url: `harbor.example.com/charts/${name}` }));
  const body = utf8Encode(JSON.stringify({ type: "PUSH_ARTIFACT", event_data: { resources } }));
  const secrets = { "webhook.harbor.secret": "Bearer s3cret", "webhook.registry.secret": "another" };
  const urls = ["harbor.example.com/charts/web", "harbor.example.com/charts/api"];
  expect(readWebhook({ headers: { authorization: "Bearer s3cret" }, body }, secrets)).toMatchObject({ kind: "artifact", urls });
  for (const headers of [{ authorization: "Bearer other" }, {}])
    expect(() => readWebhook({ headers, body }, secrets)).toThrow(expect.objectContaining({ code: "WEBHOOK_SIGNATURE" }));
});
