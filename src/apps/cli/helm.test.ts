import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Recorded, recordedRun } from "../../../test/recorded-run.js";

let folder: string;
const servers: Server[] = [];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "helm-cli-"));
});
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
  rmSync(folder, { recursive: true });
});

function write(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

async function helm(...args: readonly string[]): Promise<Recorded> {
  return await recordedRun(["helm", ...args], folder);
}

const chart = (name: string, more = "") => `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n${more}`;
const needsB = 'dependencies:\n- {name: b, version: ">=0.1", repository: "file://../b"}\n';

test("--output-dir writes a file for each template and prints their names", async () => {
  write({ "a/Chart.yaml": chart("a"), "a/templates/t.yaml": "a: 1\n---\nb: 2\n" });
  expect((await helm("template", "x", "a", "--output-dir", "out")).out).toBe("wrote out/a/templates/t.yaml\n".repeat(2) + "\n");
  const document = (text: string) => `---\n# Source: a/templates/t.yaml\n${text}\n`;
  expect(readFileSync(join(folder, "out/a/templates/t.yaml"), "utf8")).toBe(document("a: 1\n") + document("b: 2\n"));
});

test.each([["--post-renderer", "x"], ["--validate"], ["--verify"], ["--enable-dns"], ["--ca-file", "x"], ["--dry-run=server"]])(
  "%s is refused clearly",
  async (...flags) => {
    write({ "a/Chart.yaml": chart("a") });
    const { err, code } = await helm("template", "x", "a", ...flags);
    expect([code, err]).toEqual([1, expect.stringContaining(`${flags[0]} `)]);
  },
);

test("flags of an installation change nothing, and switches take a value as in Go", async () => {
  write({ "a/Chart.yaml": chart("a"), "a/crds/c.yaml": "c: 1\n", "a/templates/t.yaml": "a: 1\n" });
  const plain = await helm("template", "x", "a");
  const flags =
    "--create-namespace --wait --wait=legacy --timeout 5m -l a=b --kube-context c --skip-crds --replace=false --include-crds=false";
  expect(await helm("template", "x", "a", ...flags.split(" "))).toEqual(plain);
  expect((await helm("template", "x", "a", "--include-crds=true")).out).toContain("c: 1");
  expect((await helm("template", "x", "a", "--wait-for-pods")).err).toContain("Error: unknown flag: --wait-for-pods");
});

test("--dependency-update fetches what charts/ lacks before it renders", async () => {
  write({ "a/Chart.yaml": chart("a", needsB), "b/Chart.yaml": chart("b"), "b/templates/t.yaml": "from: b\n" });
  expect((await helm("template", "x", "a")).err).toContain("missing in charts/ directory: b");
  expect((await helm("template", "x", "a", "--dependency-update")).out).toContain("from: b");
});

test("dependency update packs a chart beside it and locks its version; build takes what is locked", async () => {
  write({ "a/Chart.yaml": chart("a", needsB), "b/Chart.yaml": chart("b"), "b/templates/t.yaml": "from: b\n" });
  expect((await helm("dependency", "list", "a")).out).toBe(
    "NAME\tVERSION\tREPOSITORY \tSTATUS \nb   \t>=0.1  \tfile://../b\tmissing\n\n",
  );
  expect((await helm("dependency", "update", "a")).out).toBe("Saving 1 charts\nDeleting outdated charts\n");
  expect(readdirSync(join(folder, "a/charts"))).toEqual(["b-0.1.0.tgz"]);
  expect(readFileSync(join(folder, "a/Chart.lock"), "utf8")).toMatch(
    /^dependencies:\n- name: b\n {2}repository: file:\/\/..\/b\n {2}version: 0.1.0\ndigest: sha256:[0-9a-f]{64}\ngenerated: "/,
  );
  expect((await helm("template", "x", "a")).out).toContain("from: b");
  rmSync(join(folder, "a/charts"), { recursive: true });
  expect((await helm("dependency", "build", "a")).code).toBe(0);
  expect((await helm("dependency", "list", "a")).out).toContain("\tok");
  write({ "a/Chart.yaml": chart("a", needsB.replace(">=0.1", ">=0.0")) });
  expect((await helm("dependency", "build", "a")).err).toContain("out of sync");
});

test("a failed fetch leaves charts/ and Chart.lock as they were", async () => {
  const server = createServer((_, response) => response.writeHead(404).end());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const repository = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  write({
    "a/Chart.yaml": chart("a", `${needsB}- {name: c, version: 1.x, repository: "${repository}"}\n`),
    "b/Chart.yaml": chart("b"),
  });
  expect(await helm("dependency", "update", "a")).toMatchObject({ code: 1, err: expect.stringContaining("404") });
  expect(readdirSync(join(folder, "a"))).toEqual(["Chart.yaml"]);
});

test("a password is sent to none of several hosts that a chart names", async () => {
  const of = (host: string) => `- {name: ${host}, version: 1.x, repository: "https://${host}.invalid"}\n`;
  write({ "a/Chart.yaml": chart("a", `dependencies:\n${of("b")}${of("c")}`) });
  const { err } = await helm("dependency", "build", "a", "--username", "me", "--password", "secret");
  expect(err).toContain("b.invalid, c.invalid");
  expect(err).not.toContain("secret");
});
