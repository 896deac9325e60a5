import { describe, expect, test } from "vitest";
import { failureOf, render } from "../testing.js";

describe("semver", () => {
  test.each([
    [
      '{{ semver "v1.2.3-rc.1+b" }} {{ (semver "1.2").Minor }} {{ (semver "1.2.3").IncMajor }} {{ (semver "1.0.0").Compare (semver "2") }}',
      "1.2.3-rc.1+b 2 2.0.0 -1",
    ],
    [
      '{{ semverCompare "^1.2" "1.9.0" }} {{ semverCompare ">=1.0" "1.5.0-rc.1" }} {{ semverCompare ">=1.0-0" "1.5.0-rc.1" }} {{ semverCompare "1.2 - 2" "2.0.0" }}',
      "true false true true",
    ],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });

  test.each([
    ['{{ semver "x" }}', "error calling semver: invalid semantic version"],
    ['{{ semverCompare "bad" "1" }}', "error calling semverCompare: improper constraint: bad"],
  ])("%s fails: %s", (template, reason) => {
    expect(failureOf(template)).toContain(reason);
  });
});
