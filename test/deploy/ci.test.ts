import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "#src/core/manifest/value.js";
import { parseYaml } from "#src/core/yaml/parse.js";

const folder = join(dirname(fileURLToPath(import.meta.url)), "../../deploy/ci");
const read = (file: string): ValueObject =>
  parseYaml(readFileSync(join(folder, file), "utf8"), { dialect: "kubernetes", file }) as ValueObject;

interface Comment {
  readonly id: number;
  body: string;
}

/** Comments of one request, listed in pages of two, the oldest first. */
class CommentServer {
  readonly comments: Comment[] = [];
  readonly written: string[] = [];
  readonly tokens = new Set<string>();
  isRefusing = false;
  readonly #server: Server;

  constructor() {
    this.#server = createServer((request, response) => {
      void bodyOf(request).then((body) => {
        const answer = this.#answer(request, body);
        response.writeHead(answer.status, { "content-type": "application/json" });
        response.end(JSON.stringify(answer.body));
      });
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  #answer(request: IncomingMessage, body: string): { readonly status: number; readonly body: unknown } {
    this.tokens.add(String(request.headers["private-token"]));
    if (this.isRefusing) return { status: 403, body: { message: "403 Forbidden" } };
    const url = new URL(request.url ?? "", "http://server");
    const own = /\/(\d+)$/.exec(url.pathname);
    if (request.method === "GET") {
      const page = Number(url.searchParams.get("page") ?? "1");
      return { status: 200, body: this.comments.slice((page - 1) * 2, page * 2) };
    }
    const text = String((JSON.parse(body) as { readonly body: string }).body);
    this.written.push(`${request.method} ${url.pathname}`);
    if (request.method === "POST") this.comments.push({ id: this.comments.length + 1, body: text });
    else this.comments.find(({ id }) => id === Number(own?.[1]))!.body = text;
    return { status: 200, body: {} };
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

let server: CommentServer;
let address = "";
let directory = "";
beforeEach(async () => {
  server = new CommentServer();
  address = await server.start();
  directory = mkdtempSync(join(tmpdir(), "fleetwright-ci-"));
  for (const body of ["a person's", "another's", "a third one"]) server.comments.push({ id: server.comments.length + 1, body });
});
afterEach(async () => {
  await server.stop();
  rmSync(directory, { recursive: true, force: true });
});

async function execute(command: string, args: readonly string[], env: Readonly<Record<string, string>>): Promise<number> {
  const child = spawn(command, args, { cwd: directory, env: { PATH: process.env["PATH"] ?? "", ...env }, stdio: "ignore" });
  const [code] = (await once(child, "close")) as [number];
  return code;
}

/** The step of the GitHub Action, with the client that actions/github-script hands to it. */
async function commentOnGitHub(): Promise<number> {
  const jobs = objectAt(read("github-action.yml"), "jobs");
  const step = listAt(objectAt(jobs, "diff"), "steps")
    .filter(isObject)
    .find((one) => stringAt(one, "uses").startsWith("actions/github-script@"));
  const script = stringAt(objectAt(step, "with"), "script");
  const wrapper = `
    const ask = async (method, path, body) => (await fetch("${address}" + path, { method, ...(body ? { body: JSON.stringify(body) } : {}) })).json();
    const path = ({ owner, repo }) => "/repos/" + owner + "/" + repo + "/issues/";
    const issues = {
      listComments: (place, page) => ask("GET", path(place) + place.issue_number + "/comments?page=" + page),
      createComment: (place) => ask("POST", path(place) + place.issue_number + "/comments", { body: place.body }),
      updateComment: (place) => ask("PATCH", path(place) + "comments/" + place.comment_id, { body: place.body }),
    };
    const github = { rest: { issues }, paginate: async (list, place) => {
      const all = [];
      for (let page = 1; ; page++) { const found = await list(place, page); if (found.length === 0) return all; all.push(...found); }
    } };
    const context = { repo: { owner: "shop", repo: "fleet" }, issue: { number: 7 } };
    (async () => { ${script} })().catch(() => { process.exitCode = 1; });`;
  writeFileSync(join(directory, "step.cjs"), wrapper);
  return execute(process.execPath, ["step.cjs"], {});
}

/** The line of the GitLab job that comments. */
async function commentOnGitLab(): Promise<number> {
  const line = listAt(objectAt(read("gitlab-template.yml"), "fleet-diff"), "script").find((text) =>
    String(text).startsWith("node "),
  );
  return execute("sh", ["-c", String(line)], {
    CI_API_V4_URL: `${address}/api/v4`,
    CI_PROJECT_ID: "12",
    CI_MERGE_REQUEST_IID: "7",
    FLEETWRIGHT_TOKEN: "token-of-the-job",
  });
}

const marker = "<!-- fleetwright-diff -->";

test.each([
  ["GitHub", commentOnGitHub, ["POST /repos/shop/fleet/issues/7/comments", "PATCH /repos/shop/fleet/issues/comments/4"]],
  [
    "GitLab",
    commentOnGitLab,
    ["POST /api/v4/projects/12/merge_requests/7/notes", "PUT /api/v4/projects/12/merge_requests/7/notes/4"],
  ],
])("%s: the first run comments, the next one edits that comment, however many others there are", async (_, comment, requests) => {
  for (const text of ["first", "second"]) {
    writeFileSync(join(directory, "comment.md"), `${marker}\n${text} \`"$x\`\n`);
    expect(await comment()).toBe(0);
  }
  expect(server.written).toEqual(requests);
  expect(server.comments.map(({ body }) => body)).toEqual([
    "a person's",
    "another's",
    "a third one",
    `${marker}\nsecond \`"$x\`\n`,
  ]);
});

test("GitLab: the token goes into a header, and a refused one fails the job", async () => {
  writeFileSync(join(directory, "comment.md"), marker);
  expect(await commentOnGitLab()).toBe(0);
  expect([...server.tokens]).toEqual(["token-of-the-job"]);
  server.isRefusing = true;
  expect(await commentOnGitLab()).not.toBe(0);
});

test.each([
  [
    "github-action.yml",
    (value: ValueObject) =>
      listAt(objectAt(objectAt(value, "jobs"), "diff"), "steps").map((step) => stringAt(step as ValueObject, "run")),
  ],
  [
    "gitlab-template.yml",
    (value: ValueObject) => listAt(objectAt(value, "fleet-diff"), "script").map((text: Value) => String(text)),
  ],
])("%s: differences are no failure of the job, an error is; over budget fails it at the end", async (file, linesOf) => {
  const lines = linesOf(read(file)).map((text) => text.trim());
  const diff = lines.find((text) => text.includes("fleetwright diff"))!;
  for (const [exitCode, fails] of [
    [0, false],
    [1, false],
    [2, true],
  ] as const) {
    writeFileSync(join(directory, "fleetwright"), `#!/bin/sh\nexit ${exitCode}\n`, { mode: 0o755 });
    writeFileSync(join(directory, "git"), "#!/bin/sh\necho base\n", { mode: 0o755 });
    const env = { PATH: `${directory}:${process.env["PATH"]}`, BASE: "b", CI_MERGE_REQUEST_DIFF_BASE_SHA: "b" };
    // GitHub runs bash with -e, GitLab too.
    expect((await execute("bash", ["-e", "-o", "pipefail", "-c", diff], env)) !== 0).toBe(fails);
  }
  expect(lines.filter((text) => text !== "").at(-1)).toMatch(/fleetwright impact .* --guard$/);
});
