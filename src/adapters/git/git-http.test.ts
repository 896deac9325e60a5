import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { RepositoryCredentials } from "../../ports/source.js";
import { createGitSource } from "./git-source.js";

let directory: string;
let server: Server;
let url: string;
let seen: string[];

/** git's own http-backend behind a server that wants a user or a token. */
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), "git-http-test-"));
  const work = join(directory, "repo");
  mkdirSync(work);
  const git = (...args: string[]) => execFileSync("git", ["-C", work, "-c", "user.name=a", "-c", "user.email=a@b", ...args]);
  git("init", "-q", "-b", "main");
  writeFileSync(join(work, "a.yaml"), "a: 1\n");
  git("add", "-A");
  git("commit", "-qm", "one");
  execFileSync("git", ["clone", "-q", "--bare", work, join(directory, "fleet.git")]);
  const basic = `Basic ${Buffer.from("ada:s3cret").toString("base64")}`;
  server = createServer((request, response) => {
    seen.push(request.headers.authorization ?? "");
    if (request.headers.authorization !== basic && request.headers.authorization !== "Bearer t0ken") {
      response.writeHead(401, { "www-authenticate": 'Basic realm="git"' });
      response.end();
      return;
    }
    const [path = "", query = ""] = (request.url ?? "").split("?");
    const child = spawn("git", ["http-backend"], {
      env: {
        PATH: process.env["PATH"],
        GIT_PROJECT_ROOT: directory,
        GIT_HTTP_EXPORT_ALL: "1",
        PATH_INFO: path,
        QUERY_STRING: query,
        REQUEST_METHOD: request.method,
        CONTENT_TYPE: request.headers["content-type"] ?? "",
        HTTP_CONTENT_ENCODING: request.headers["content-encoding"] ?? "",
        GIT_PROTOCOL: String(request.headers["git-protocol"] ?? ""),
        REMOTE_USER: "ada",
      },
    });
    request.pipe(child.stdin);
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.on("close", () => {
      const answer = Buffer.concat(chunks);
      const end = answer.indexOf("\r\n\r\n");
      for (const line of answer.toString("latin1", 0, end).split("\r\n")) {
        const [name = "", value = ""] = line.split(": ");
        if (name === "Status") response.statusCode = Number(value.slice(0, 3));
        else response.setHeader(name, value);
      }
      response.end(answer.subarray(end + 4));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fleet.git`;
});

afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
  rmSync(directory, { recursive: true, force: true });
});

async function read(credentials: RepositoryCredentials | undefined, name: string): Promise<string | undefined> {
  seen = [];
  const source = await createGitSource({ cacheDir: join(directory, `cache-${name}`), credentials: () => credentials });
  try {
    const { commit } = await source.resolve(url, "main");
    const file = (await source.tree(url, commit)).read("a.yaml");
    return file && Buffer.from(file.bytes).toString("utf8");
  } finally {
    await source.close();
  }
}

test("user and password come from the environment of the child, not from its command line", async () => {
  expect(await read({ username: "ada", password: "s3cret" }, "basic")).toBe("a: 1\n");
});

test("a bearer token is a header of each request", async () => {
  expect(await read({ bearerToken: "t0ken" }, "bearer")).toBe("a: 1\n");
  expect(new Set(seen)).toEqual(new Set(["Bearer t0ken"]));
});

test.each([
  ["none", undefined],
  ["wrong", { username: "ada", password: "wr0ng" }],
])("with %s credentials it is GIT_AUTH, an external error that tells no secret", async (name, credentials) => {
  const failure = await read(credentials, name).catch((error: unknown) => error);
  expect(failure).toMatchObject({ kind: "external", code: "GIT_AUTH" });
  expect(String((failure as Error).message)).not.toContain("wr0ng");
});
