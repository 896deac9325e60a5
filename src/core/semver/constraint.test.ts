import { expect, test } from "vitest";
import { parseConstraint, satisfies } from "./constraint.js";
import { compareVersions, formatVersion, parseVersion, versionOf } from "./version.js";

test.each([
  ["^1.2.3", "1.9.0", true],
  ["^1.2.3", "2.0.0", false],
  ["^0.2.3", "0.3.0", false],
  ["^0.0", "0.0.9", true],
  ["~1.2", "1.2.9", true],
  ["~1", "1.9.0", true],
  ["1.x", "1.5.0", true],
  ["1.2 - 2", "2.0.0", true],
  [">11", "11.1.0", false],
  [">11.1", "11.2.0", true],
  ["<=2", "2.9.9", true],
  ["!=1.2", "1.2.7", false],
  [">=1.0", "1.5.0-rc.1", false],
  [">=1.0-0", "1.5.0-rc.1", true],
  [">=1, <2 || 3.x", "3.4.5", true],
  ["*", "0.0.1", true],
  ["=>1.0", "1.0.0", true],
] as const)("%s and %s: %s", (range, version, expected) => {
  const constraint = parseConstraint(range);
  if ("error" in constraint) throw new Error(constraint.error);
  const parsed = versionOf(version);
  expect(parsed && satisfies(parsed, constraint.constraint)).toBe(expected);
});

test("what is no range is refused with the library's words, quoted since 3.5", () => {
  expect(parseConstraint("bad")).toEqual({ error: "improper constraint: bad" });
  expect(parseConstraint("", "3.5")).toEqual({ error: 'improper constraint: ""' });
});

test("versions may lack parts and begin with v; their numbers have up to 64 bits", () => {
  const parsed = parseVersion("v1.2+meta");
  expect("version" in parsed && formatVersion(parsed.version)).toBe("1.2.0+meta");
  expect(parseVersion("1.x")).toEqual({ error: "invalid semantic version" });
  expect(parseVersion("1.0.0-01")).toEqual({ error: "version segment starts with 0" });
  expect(versionOf("18446744073709551616.0.0")).toBeUndefined();
});

test("pre-releases come before their release, numbers before words", () => {
  const sorted = ["1.0.0", "1.0.0-rc.1", "1.0.0-alpha", "1.0.0-2", "1.0.0-10"].sort((a, b) => {
    const [left, right] = [versionOf(a), versionOf(b)];
    return left && right ? compareVersions(left, right) : 0;
  });
  expect(sorted).toEqual(["1.0.0-2", "1.0.0-10", "1.0.0-alpha", "1.0.0-rc.1", "1.0.0"]);
});

test("a range of ten thousand parts takes linear time", () => {
  expect(parseConstraint(`${"1 ".repeat(10_000)}!`)).toHaveProperty("error");
});
