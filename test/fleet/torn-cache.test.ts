import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";

const program = fileURLToPath(new URL("../../dist/apps/main.js", import.meta.url));
const parent = mkdtempSync(join(tmpdir(), "fleetwright-torn-cache-"));
const directory = join(parent, "fleet");
const git = (...args: string[]): void =>
  void execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);

function commit(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(directory, path)), { recursive: true });
    writeFileSync(join(directory, path), text);
  }
  git("add", "-A");
  git("commit", "-qm", "change");
}

const names = Array.from({ length: 30 }, (_, at) => `app-${at}`);
const config = (value: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {value: "${value}"}\n`;
const set = `apiVersion: argoproj.io/v1alpha1
kind: ApplicationSet
metadata: {name: apps, namespace: argocd}
spec:
  generators: [{git: {repoURL: "https://git.example.com/f.git", revision: HEAD, directories: [{path: apps/*}]}}]
  template:
    metadata: {name: "{{path.basename}}"}
    spec:
      project: default
      source: {repoURL: "https://git.example.com/f.git", targetRevision: HEAD, path: "{{path}}"}
      destination: {server: https://kubernetes.default.svc, namespace: shop}
`;

beforeAll(() => {
  mkdirSync(directory);
  git("init", "-q", "-b", "main", ".");
  const files = names.flatMap((name) => [
    [`apps/${name}/kustomization.yaml`, `resources: [c.yaml, ../../base]\nnamePrefix: ${name}-\n`],
    [`apps/${name}/c.yaml`, config(name).replace("name: c", "name: own")],
  ]);
  commit({
    "set.yaml": set,
    "base/kustomization.yaml": "resources: [c.yaml]\n",
    "base/c.yaml": config("1"),
    ...Object.fromEntries(files),
  });
  commit({ "base/c.yaml": config("2") });
});
afterAll(() => rmSync(parent, { recursive: true, force: true }));

const argumentsOf = [program, "diff", "HEAD~1", "HEAD", "--checkout", directory, "-o", "json"];
const environment = (home: string) => ({ ...process.env, XDG_CACHE_HOME: home });
const answer = (home: string): string =>
  spawnSync(process.execPath, argumentsOf, { env: environment(home), encoding: "utf8" }).stdout;

/** The files of the states, as paths. */
function filesOf(home: string): readonly string[] {
  const folder = join(home, "fleetwright", "states");
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => join(folder, name))
    .filter((file) => statSync(file).isFile());
}

test("a state that is torn, emptied, lengthened or altered at any place is not believed", { timeout: 120_000 }, () => {
  const whole = join(parent, "whole");
  const right = answer(whole);
  expect(JSON.parse(right)).toMatchObject({ applications: names.map(() => ({ effect: "changed" })) });
  for (const [at, file] of filesOf(whole).entries()) {
    const bytes = readFileSync(file);
    const altered = (place: number): Buffer => {
      const copy = Buffer.from(bytes);
      copy[place] = copy[place]! ^ 0xff;
      return copy;
    };
    const places = [0, 40, Math.floor(bytes.length / 3), Math.floor(bytes.length / 2), bytes.length - 1];
    const damages = [
      Buffer.alloc(0),
      ...places.slice(1).map((place) => bytes.subarray(0, place)),
      Buffer.concat([bytes, Buffer.from("more")]),
      Buffer.alloc(bytes.length),
      ...places.map(altered),
    ];
    for (const [number, damage] of damages.entries()) {
      const home = join(parent, `damaged-${at}-${number}`);
      cpSync(whole, home, { recursive: true, preserveTimestamps: true });
      writeFileSync(file.replace(whole, home), damage);
      expect(answer(home)).toBe(right);
      // It is mended by who found it, or at least no worse.
      if (number % 4 === 0) expect(answer(home)).toBe(right);
    }
  }
});

test("processes that are killed while they write leave nothing that a later one believes", { timeout: 120_000 }, async () => {
  const right = answer(join(parent, "alone"));
  const home = join(parent, "killed");
  for (let round = 0; round < 12; round++) {
    const children = [0, 1].map(() =>
      spawn(process.execPath, argumentsOf, { env: environment(home), stdio: ["ignore", "pipe", "ignore"] }),
    );
    // What is found is printed first, then kept: so the kill falls into the writing, a little later each time.
    await Promise.all(
      children.map(async (child, at) => {
        await Promise.race([once(child.stdout!, "data"), once(child, "close")]);
        await new Promise((resolve) => setTimeout(resolve, round * 2 + at));
        child.kill("SIGKILL");
        if (child.exitCode === null && child.signalCode === null) await once(child, "close");
      }),
    );
    if (round % 3 === 2) expect(answer(home)).toBe(right);
  }
});
