import { describe, expect, test } from "vitest";
import { compileDoublestar } from "./doublestar.js";
import { compileGitPathspec } from "./git-pathspec.js";
import { compilePathMatch } from "./path-match.js";

type Row = readonly [pattern: string, matches: readonly string[], not: readonly string[]];

function holds(compile: (pattern: string) => ((name: string) => boolean) | undefined, [pattern, yes, no]: Row): void {
  const matches = compile(pattern)!;
  for (const name of yes) expect(matches(name), `${pattern} takes ${name}`).toBe(true);
  for (const name of no) expect(matches(name), `${pattern} leaves ${name}`).toBe(false);
}

describe("path.Match, for git directories", () => {
  test.each<Row>([
    ["apps/*", ["apps/web", "apps/.hidden"], ["apps", "apps/web/base"]],
    ["apps/**", ["apps/web"], ["apps/web/base"]],
    ["apps/w?b", ["apps/web"], ["apps/w/b"]],
    ["[^a]pps", ["xpps"], ["apps", "pps"]],
    ["a\\*", ["a*"], ["ab"]],
  ])("%s", (...row) => holds(compilePathMatch, row));

  test.each(["apps/[", "a\\", "[]a]", "[a-]"])("%s is malformed", (pattern) => expect(compilePathMatch(pattern)).toBeUndefined());
});

describe("doublestar, for git files with the new globbing", () => {
  test.each<Row>([
    ["**/config.json", ["config.json", "a/b/config.json"], ["a/config.jsonx"]],
    ["a/**", ["a", "a/b", "a/b/c"], ["b"]],
    ["a**", ["ab"], ["a/b"]],
    ["{a,b{c,d}}/x", ["a/x", "bc/x", "bd/x"], ["b/x"]],
    ["[!a]b", ["xb"], ["ab"]],
  ])("%s", (...row) => holds(compileDoublestar, row));

  test("a malformed pattern is the user's error", () => {
    expect(() => compileDoublestar("{a,b")).toThrow(expect.objectContaining({ code: "GLOB_SYNTAX" }));
  });
});

describe("git's pathspecs, for git files by default", () => {
  test.each<Row>([
    ["*.json", ["a.json", "a/b/c.json"], ["a.jsonx"]],
    ["a/", ["a/x", "a/b/x"], ["a", "ab/x"]],
    ["a", ["a", "a/x"], ["ab"]],
    ["**/x.json", ["a/x.json"], ["x.json"]],
    [":(glob)**/x.json", ["x.json", "a/x.json"], []],
    [":(icase)A/*.JSON", ["a/x.json"], ["b/x.json"]],
    [":!*.md", ["a.yaml"], ["README.md"]],
    [".", ["anything/at/all"], []],
  ])("%s", (...row) => holds(compileGitPathspec, row));

  test("a pattern that leaves the repository is the user's error", () => {
    expect(() => compileGitPathspec("../x")).toThrow(expect.objectContaining({ code: "GLOB_SYNTAX" }));
  });
});

test("matching takes linear time, whatever the pattern", () => {
  const pattern = `${"*a".repeat(60)}b`;
  const started = performance.now();
  expect(compilePathMatch(pattern)!("a".repeat(5000))).toBe(false);
  expect(performance.now() - started).toBeLessThan(2000);
});
