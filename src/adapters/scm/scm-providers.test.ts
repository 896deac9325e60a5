import { generateKeyPairSync } from "node:crypto";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import type { Value, ValueObject } from "../../core/manifest/value.js";
import { createScmPort } from "./scm-port.js";

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Value;
}

type Route = Answer | ((request: { readonly url: URL; readonly message: IncomingMessage; readonly body: string }) => Answer);

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** A host that answers by path, with or without the query; lists of answers are given one after the other. */
async function host(
  routes: Readonly<Record<string, Route | readonly Route[]>>,
): Promise<{ readonly origin: string; readonly seen: string[]; readonly auth: Set<string> }> {
  const seen: string[] = [];
  const auth = new Set<string>();
  const counts = new Map<string, number>();
  const server = createServer(async (message, response) => {
    const url = new URL(message.url!, "http://host");
    seen.push(`${url.pathname}${url.search}`);
    auth.add(String(message.headers.authorization ?? message.headers["private-token"] ?? ""));
    let body = "";
    for await (const chunk of message) body += chunk;
    const key = [`${url.pathname}${url.search}`, url.pathname].find((one) => one in routes) ?? "";
    const route = routes[key];
    const count = counts.get(key) ?? 0;
    counts.set(key, count + 1);
    const one = Array.isArray(route)
      ? (route as readonly Route[])[Math.min(count, route.length - 1)]
      : (route as Route | undefined);
    const missing: Answer = { status: 404, body: { message: "Not Found" } };
    const answer: Answer = typeof one === "function" ? one({ url, message, body }) : (one ?? missing);
    response.writeHead(answer.status ?? 200, { "content-type": "application/json", ...answer.headers });
    response.end(answer.body === undefined ? "" : JSON.stringify(answer.body));
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen, auth };
}

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const secrets: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  token: { token: "s3cret" },
  app: {
    githubAppID: "7",
    githubAppInstallationID: "9",
    githubAppPrivateKey: privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
  },
};

function port(options: { readonly waits?: number[]; readonly awsEndpoint?: string } = {}) {
  return createScmPort({
    clock: {
      now: () => 1_000_000,
      monotonic: () => 0,
      schedule: () => () => {},
      sleep: async (ms) => void options.waits?.push(ms),
    },
    secret: async (_, name) => (name in secrets ? { data: secrets[name]!, labels: {} } : undefined),
    configMap: async () => undefined,
    controllerNamespace: "argocd",
    ...(options.awsEndpoint
      ? {
          aws: {
            credentials: { accessKeyId: "AKID", secretAccessKey: "key" },
            region: "eu-west-1",
            endpoint: () => options.awsEndpoint!,
          },
        }
      : {}),
  });
}

const query = (spec: ValueObject) => ({ namespace: "argocd", spec });
const tokenRef = { secretName: "token", key: "token" };

describe("GitHub", () => {
  const repository = (name: string, more: ValueObject = {}): ValueObject => ({
    id: 1,
    name,
    owner: { login: "acme" },
    default_branch: "main",
    ssh_url: `git@host:acme/${name}.git`,
    clone_url: `https://host/acme/${name}.git`,
    topics: ["team"],
    ...more,
  });

  test("reads every page of the organisation, skips archived repositories and takes the default branch", async () => {
    const { origin, auth } = await host({
      "/orgs/acme/repos?per_page=100": ({ url, message }): Answer => ({
        body: [repository("web"), repository("old", { archived: true })],
        headers: {
          link: `<http://${message.headers.host}${url.pathname}?per_page=100&page=2>; rel="next", <http://x/>; rel="last"`,
        },
      }),
      "/orgs/acme/repos?per_page=100&page=2": { body: [repository("api"), repository("empty")] },
      "/repos/acme/web/branches/main": { body: { name: "main", commit: { sha: "aaa" } } },
      "/repos/acme/api/branches/main": { body: { name: "main", commit: { sha: "bbb" } } },
    });
    const found = await port().repositories(
      query({ github: { organization: "acme", api: origin, tokenRef, excludeArchivedRepos: true } }),
    );
    expect(found.map(({ repository: name, branch, sha, url }) => [name, branch, sha, url])).toEqual([
      ["web", "main", "aaa", "git@host:acme/web.git"],
      ["api", "main", "bbb", "git@host:acme/api.git"],
    ]);
    expect([...auth]).toEqual(["Bearer s3cret"]);
  });

  test("asks for paths only where the filters before let the repository through", async () => {
    const { origin, seen } = await host({
      "/orgs/acme/repos": { body: [repository("web"), repository("docs")] },
      "/repos/acme/web/branches": {
        body: [
          { name: "main", commit: { sha: "a" } },
          { name: "feat/x", commit: { sha: "b" } },
        ],
      },
      "/repos/acme/web/contents/deploy/k8s": ({ url }): Answer =>
        url.searchParams.get("ref") === "main" ? { body: [] } : { status: 404, body: {} },
    });
    const filters: Value = [{ repositoryMatch: "^w" }, { pathsExist: ["deploy/k8s/"] }];
    const found = await port().repositories(
      query({ github: { organization: "acme", api: origin, allBranches: true }, filters, cloneProtocol: "https" }),
    );
    expect(found.map(({ url, branch }) => `${url}@${branch}`)).toEqual(["https://host/acme/web.git@main"]);
    expect(seen.some((path) => path.includes("docs"))).toBe(false);
  });

  test("waits for a short rate limit and gives up with a hint on a long one", async () => {
    const limited = {
      status: 403,
      headers: { "x-ratelimit-remaining": "0", "x-ratelimit-reset": "1005" },
      body: { message: "rate limit" },
    };
    const { origin } = await host({ "/repos/acme/web/pulls": [limited, { body: [] }] });
    const waits: number[] = [];
    const spec = { github: { owner: "acme", repo: "web", api: origin } };
    expect(await port({ waits }).pullRequests(query(spec))).toEqual([]);
    expect(waits).toEqual([6000]);

    const long = await host({
      "/repos/acme/web/pulls": { ...limited, headers: { ...limited.headers, "x-ratelimit-reset": "9000" } },
    });
    await expect(port().pullRequests(query({ github: { ...spec.github, api: long.origin } }))).rejects.toMatchObject({
      code: "SCM_RATE_LIMIT",
    });
  });

  test("a host that has refused is not asked again before its time, by no ApplicationSet; one that has nothing left neither", async () => {
    const reset = { "x-ratelimit-reset": "9000" };
    const { origin, seen } = await host({
      "/repos/acme/web/pulls": { status: 429, headers: reset, body: { message: "limited" } },
    });
    const asked = port();
    for (const repo of ["web", "api", "web"]) {
      const refused = asked.pullRequests(query({ github: { owner: "acme", repo, api: origin } }));
      await expect(refused).rejects.toMatchObject({ code: "SCM_RATE_LIMIT", hint: "the host asks to wait 8001 s" });
    }
    expect(seen).toHaveLength(1);
    const last = await host({ "/repos/acme/web/pulls": { headers: { ...reset, "x-ratelimit-remaining": "0" }, body: [] } });
    const spec = { github: { owner: "acme", repo: "web", api: last.origin } };
    expect(await asked.pullRequests(query(spec))).toEqual([]);
    await expect(asked.pullRequests(query(spec))).rejects.toMatchObject({ code: "SCM_RATE_LIMIT" });
    // Another token has a budget of its own.
    expect(await asked.pullRequests(query({ github: { ...spec.github, tokenRef } }))).toEqual([]);
    expect(last.seen).toHaveLength(2);
  });

  test.each<[string, Answer, number]>([
    ["Retry-After in seconds", { status: 403, headers: { "retry-after": "7" }, body: {} }, 7_000],
    ["Retry-After as a date", { status: 429, headers: { "retry-after": "Thu, 01 Jan 1970 00:16:50 GMT" }, body: {} }, 10_000],
    ["GitLab's RateLimit-Reset", { status: 429, headers: { "ratelimit-reset": "1009" }, body: {} }, 10_000],
    ["a secondary limit", { status: 403, body: { message: "You have exceeded a secondary rate limit." } }, 60_000],
    ["nothing", { status: 429, body: {} }, 1_000],
  ])("waits as the host says: %s", async (_what, limited, ms) => {
    const { origin } = await host({ "/repos/acme/web/pulls": [limited, { body: [] }] });
    const waits: number[] = [];
    await port({ waits }).pullRequests(query({ github: { owner: "acme", repo: "web", api: origin } }));
    expect(waits).toEqual([ms]);
  });

  test("a refusal that is about no limit is told at once", async () => {
    const { origin, seen } = await host({
      "/repos/acme/web/pulls": { status: 403, body: { message: "Resource not accessible" } },
    });
    const asked = port().pullRequests(query({ github: { owner: "acme", repo: "web", api: origin } }));
    await expect(asked).rejects.toMatchObject({ code: "SCM_HTTP" });
    expect(seen).toHaveLength(1);
  });

  test("a GitHub App's token is kept while it is good, so that tags count", async () => {
    const { origin, seen, auth } = await host({
      "/app/installations/9/access_tokens": { status: 201, body: { token: "minted", expires_at: "2030-01-01T00:00:00Z" } },
      "/repos/acme/web/pulls": ({ message }): Answer =>
        message.headers["if-none-match"] === '"1"' ? { status: 304 } : { headers: { etag: '"1"' }, body: [] },
    });
    const asked = port();
    const spec = { github: { owner: "acme", repo: "web", api: origin, appSecretName: "app" } };
    for (let times = 0; times < 3; times++) expect(await asked.pullRequests(query(spec))).toEqual([]);
    expect(seen.filter((path) => path.endsWith("/access_tokens"))).toHaveLength(1);
    expect([...auth].filter((one) => !one.startsWith("Bearer ey"))).toEqual(["Bearer minted"]);
  });

  test("a page that fails fails the listing, so that a short list is never taken for the truth", async () => {
    const { origin } = await host({
      "/orgs/acme/repos?per_page=100": ({ message }): Answer => ({
        body: [repository("web")],
        headers: { link: `<http://${message.headers.host}/orgs/acme/repos?page=2>; rel="next"` },
      }),
      "/orgs/acme/repos?page=2": { status: 502, body: { message: "bad gateway" } },
    });
    await expect(port().repositories(query({ github: { organization: "acme", api: origin } }))).rejects.toMatchObject({
      kind: "external",
    });
  });

  test("the token never follows a link to another host", async () => {
    const { origin } = await host({
      "/orgs/acme/repos": { body: [], headers: { link: '<https://elsewhere.example/repos?page=2>; rel="next"' } },
    });
    await expect(port().repositories(query({ github: { organization: "acme", api: origin } }))).rejects.toMatchObject({
      code: "SCM_OTHER_HOST",
    });
  });

  test("tells a repository that is not there from one without pull requests, and filters by labels", async () => {
    const pull = (number: number, labels: readonly string[]): ValueObject => ({
      number,
      title: `pull ${number}`,
      head: { ref: `feat-${number}`, sha: `sha${number}` },
      base: { ref: "main" },
      user: { login: "ada" },
      labels: labels.map((name) => ({ name })),
    });
    const { origin } = await host({ "/repos/acme/web/pulls": { body: [pull(1, ["preview"]), pull(2, [])] } });
    const github = { owner: "acme", repo: "web", api: origin, labels: ["preview"] };
    expect(await port().pullRequests(query({ github }))).toEqual([
      { number: 1, title: "pull 1", branch: "feat-1", targetBranch: "main", headSHA: "sha1", labels: ["preview"], author: "ada" },
    ]);
    expect(await port().pullRequests(query({ github: { ...github, repo: "gone" } }))).toBe("repoNotFound");
  });
});

describe("GitLab", () => {
  test("follows x-next-page, takes tag_list for topics of old servers, and finds folders", async () => {
    const project = {
      id: 7,
      path: "web",
      namespace: { full_path: "acme/shop" },
      default_branch: "main",
      tag_list: ["t"],
      ssh_url_to_repo: "git@host:web",
    };
    const { origin, auth } = await host({
      "/api/v4/groups/acme%2Fshop/projects": ({ url }): Answer =>
        url.searchParams.get("page") === "2"
          ? { body: [{ ...project, id: 8, path: "api" }], headers: { "x-next-page": "" } }
          : { body: [project], headers: { "x-next-page": "2" } },
      "/api/v4/projects/7/repository/branches/main": { body: { name: "main", commit: { id: "abc" } } },
      "/api/v4/projects/8/repository/branches/main": { body: { name: "main", commit: { id: "def" } } },
      "/api/v4/projects/7/repository/tree": { body: [{ name: "app.yaml" }] },
      "/api/v4/projects/8/repository/tree": { body: [] },
    });
    const spec = { gitlab: { group: "acme/shop", api: origin, tokenRef }, filters: [{ pathsExist: ["deploy"] }] };
    expect(await port().repositories(query(spec))).toEqual([
      {
        organization: "acme/shop",
        repository: "web",
        url: "git@host:web",
        branch: "main",
        sha: "abc",
        labels: ["t"],
        repositoryId: 7,
      },
    ]);
    expect([...auth]).toEqual(["s3cret"]);
  });

  test("lists merge requests by state and labels, and obeys retry-after", async () => {
    const request = {
      iid: 3,
      title: "t",
      source_branch: "f",
      target_branch: "main",
      sha: "s",
      labels: ["x"],
      author: { username: "ada" },
    };
    const { origin, seen } = await host({
      "/api/v4/projects/acme%2Fweb/merge_requests": [
        { status: 429, headers: { "retry-after": "2" }, body: {} },
        { body: [request] },
      ],
    });
    const waits: number[] = [];
    const gitlab = { project: "acme/web", api: origin, pullRequestState: "opened", labels: ["x", "y"] };
    expect(await port({ waits }).pullRequests(query({ gitlab }))).toMatchObject([{ number: 3, branch: "f", author: "ada" }]);
    expect(waits).toEqual([2000]);
    expect(seen[0]).toContain("labels=x%2Cy&state=opened");
  });
});

describe("Gitea", () => {
  test("reads every page of repositories and their labels", async () => {
    const repository = (name: string): ValueObject => ({
      id: 1,
      name,
      default_branch: "main",
      ssh_url: `git@host:${name}`,
      html_url: `https://host/${name}`,
    });
    const { origin, auth } = await host({
      "/api/v1/orgs/acme/repos?limit=50": ({ message }): Answer => ({
        body: [repository("a")],
        headers: { link: `<http://${message.headers.host}/api/v1/orgs/acme/repos?limit=50&page=2>; rel="next"` },
      }),
      "/api/v1/orgs/acme/repos?limit=50&page=2": { body: [repository("b")] },
      "/api/v1/repos/acme/a/labels": { body: [{ name: "prod" }] },
      "/api/v1/repos/acme/b/labels": { body: [] },
      "/api/v1/repos/acme/a/branches/main": { body: { name: "main", commit: { id: "c1" } } },
    });
    const found = await port().repositories(
      query({ gitea: { owner: "acme", api: `${origin}/`, tokenRef }, filters: [{ labelMatch: "prod" }] }),
    );
    expect(found).toMatchObject([{ repository: "a", labels: ["prod"], branch: "main" }]);
    expect([...auth]).toEqual(["token s3cret"]);
  });
});

describe("Bitbucket Cloud", () => {
  test("follows `next` in the body and looks for paths at the branch's commit", async () => {
    const repository = (slug: string): ValueObject => ({
      slug,
      uuid: `{${slug}}`,
      mainbranch: { name: "main" },
      links: {
        clone: [
          { name: "https", href: `https://host/${slug}` },
          { name: "ssh", href: `git@host:${slug}` },
        ],
      },
    });
    const { origin, auth } = await host({
      "/repositories/acme?role=member&pagelen=100": ({ message }): Answer => ({
        body: { values: [repository("a")], next: `http://${message.headers.host}/repositories/acme?page=2` },
      }),
      "/repositories/acme?page=2": { body: { values: [repository("b")] } },
      "/repositories/acme/a/refs/branches/main": { body: { name: "main", target: { hash: "h1" } } },
      "/repositories/acme/b/refs/branches/main": { body: { name: "main", target: { hash: "h2" } } },
      "/repositories/acme/b/src/h2/kustomization.yaml": { body: {} },
    });
    const bitbucket = { owner: "acme", user: "ada", api: origin, appPasswordRef: tokenRef };
    const found = await port().repositories(
      query({ bitbucket, filters: [{ pathsExist: ["kustomization.yaml"] }], cloneProtocol: "https" }),
    );
    expect(found.map(({ repository: name, sha, url }) => [name, sha, url])).toEqual([["b", "h2", "https://host/b"]]);
    expect([...auth]).toEqual([`Basic ${Buffer.from("ada:s3cret").toString("base64")}`]);
  });
});

describe("Bitbucket Server", () => {
  test("pages by nextPageStart and passes over repositories without a commit", async () => {
    const repository = (name: string): ValueObject => ({
      id: 5,
      slug: name,
      name,
      project: { key: "ACME" },
      links: { clone: [{ name: "ssh", href: `ssh://${name}` }] },
    });
    const base = "/rest/api/1.0/projects/ACME/repos";
    const { origin } = await host({
      [base]: ({ url }): Answer =>
        url.searchParams.get("start") === "1"
          ? { body: { values: [repository("empty")], isLastPage: true } }
          : { body: { values: [repository("web")], isLastPage: false, nextPageStart: 1 } },
      [`${base}/web/branches/default`]: { body: { displayId: "main", latestCommit: "c9" } },
      [`${base}/empty/branches/default`]: { status: 204 },
    });
    const found = await port().repositories(query({ bitbucketServer: { project: "ACME", api: `${origin}/rest/` } }));
    expect(found).toMatchObject([{ repository: "web", url: "ssh://web", branch: "main", sha: "c9" }]);
  });
});

describe("Azure DevOps", () => {
  test("follows continuation tokens and strips refs/heads/ from the default branch", async () => {
    const repository = (name: string): ValueObject => ({
      id: `id-${name}`,
      name,
      defaultBranch: "refs/heads/main",
      remoteUrl: `https://host/${name}`,
    });
    const git = "/acme/shop/_apis/git/repositories";
    const { origin, auth } = await host({
      [git]: ({ url }): Answer =>
        url.searchParams.has("continuationToken")
          ? { body: { value: [repository("b"), { id: "x", name: "empty" }] } }
          : { body: { value: [repository("a")] }, headers: { "x-ms-continuationtoken": "t1" } },
      [`${git}/a/stats/branches`]: ({ url }): Answer => ({
        body: { name: url.searchParams.get("name"), commit: { commitId: "c1" } },
      }),
      [`${git}/b/stats/branches`]: ({ url }): Answer => ({
        body: { name: url.searchParams.get("name"), commit: { commitId: "c2" } },
      }),
    });
    const azureDevOps = { organization: "acme", teamProject: "shop", api: origin, accessTokenRef: tokenRef };
    const found = await port().repositories(query({ azureDevOps }));
    expect(found.map(({ repository: name, branch, sha }) => [name, branch, sha])).toEqual([
      ["a", "main", "c1"],
      ["b", "main", "c2"],
    ]);
    expect([...auth]).toEqual([`Basic ${Buffer.from(":s3cret").toString("base64")}`]);
  });

  test("reads pull requests by $skip until a page is short", async () => {
    const pull = (id: number): ValueObject => ({
      pullRequestId: id,
      title: "t",
      repository: { name: "web" },
      sourceRefName: "refs/heads/f",
      targetRefName: "refs/heads/main",
      lastMergeSourceCommit: { commitId: "c" },
      createdBy: { uniqueName: "ada@acme.example" },
    });
    const { origin } = await host({
      "/acme/shop/_apis/git/pullrequests": ({ url }): Answer => ({
        body: { value: url.searchParams.has("$skip") ? [pull(101)] : Array.from({ length: 100 }, (_, index) => pull(index + 1)) },
      }),
    });
    const found = await port().pullRequests(
      query({ azuredevops: { organization: "acme", project: "shop", repo: "web", api: origin } }),
    );
    expect(found).toHaveLength(101);
    expect(found[100]).toMatchObject({ number: 101, branch: "f", targetBranch: "main", author: "ada" });
  });
});

describe("AWS CodeCommit", () => {
  test("signs its requests, pages by nextToken and finds paths through the parent folder", async () => {
    const { origin, auth } = await host({
      "/": ({ message, body }): Answer => {
        const input = JSON.parse(body) as ValueObject;
        switch (String(message.headers["x-amz-target"]).split(".")[1]) {
          case "ListRepositories":
            return input["nextToken"]
              ? { body: { repositories: [{ repositoryName: "empty" }] } }
              : { body: { repositories: [{ repositoryName: "web" }], nextToken: "n" } };
          case "GetRepository":
            return {
              body: {
                repositoryMetadata: {
                  accountId: "1",
                  repositoryName: input["repositoryName"]!,
                  defaultBranch: input["repositoryName"] === "web" ? "main" : "",
                  cloneUrlSsh: "ssh://web",
                },
              },
            };
          case "GetFolder":
            return input["folderPath"] === "/deploy"
              ? { body: { files: [{ relativePath: "app.yaml" }] } }
              : { status: 400, body: { __type: "FolderDoesNotExistException" } };
          default:
            return { status: 400, body: { __type: "UnknownOperationException" } };
        }
      },
    });
    const aws = port({ awsEndpoint: `${origin}/` });
    const spec = { awsCodeCommit: {}, filters: [{ pathsExist: ["deploy/app.yaml"], pathsDoNotExist: ["legacy/x"] }] };
    expect(await aws.repositories(query(spec))).toMatchObject([{ repository: "web", branch: "main", url: "ssh://web" }]);
    expect([...auth][0]).toMatch(
      /^AWS4-HMAC-SHA256 Credential=AKID\/\d{8}\/eu-west-1\/codecommit\/aws4_request, SignedHeaders=content-type;host;x-amz-date;x-amz-target, Signature=[0-9a-f]{64}$/,
    );
  });
});

test("a Secret that is not there is the user's error, not a host's", async () => {
  const github = { organization: "acme", tokenRef: { secretName: "none", key: "token" } };
  await expect(port().repositories(query({ github }))).rejects.toMatchObject({ kind: "input", code: "SCM_SECRET" });
});
