import { expect, test } from "vitest";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import { pollIntervalAnnotation, RepositoryBook } from "./repositories.js";

function secret(name: string, type: string, url: string, interval?: string): KubernetesObject {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name,
      labels: { "argocd.argoproj.io/secret-type": type },
      ...(interval === undefined ? {} : { annotations: { [pollIntervalAnnotation]: interval } }),
    },
    stringData: { url },
  } as KubernetesObject;
}

test("a repository is polled as its Secret says, else as the template with the longest prefix says, else as all", () => {
  const book = new RepositoryBook();
  book.put(secret("all", "repo-creds", "https://git.example.com", "10m"));
  book.put(secret("team", "repo-creds", "https://git.example.com/team", "5m"));
  book.put(secret("fleet", "repository", "https://git.example.com/team/fleet", "30s"));
  book.put(secret("plain", "repository", "https://git.example.com/team/plain"));
  const intervals = ["team/fleet.git", "team/plain", "other/app"].map((path) =>
    book.pollIntervalMs(`https://git.example.com/${path}`),
  );
  expect(intervals).toEqual([30_000, 300_000, 600_000]);
  expect(book.pollIntervalMs("https://elsewhere.example.com/app")).toBeUndefined();
});

test("0 means never; what is no duration counts as absent", () => {
  const book = new RepositoryBook();
  book.put(secret("never", "repository", "https://git.example.com/never", "0"));
  book.put(secret("bad", "repository", "https://git.example.com/bad", "soon"));
  expect(["never", "bad"].map((name) => book.pollIntervalMs(`https://git.example.com/${name}`))).toEqual([0, undefined]);
});

test("an interval goes with its Secret", () => {
  const book = new RepositoryBook();
  book.put(secret("fleet", "repository", "https://git.example.com/fleet", "30s"));
  book.put(secret("fleet", "repository", "https://git.example.com/fleet"));
  expect(book.pollIntervalMs("https://git.example.com/fleet")).toBeUndefined();
});
