import { describe, expect, test } from "vitest";
import { render } from "../testing.js";

describe("paths", () => {
  test.each([
    [
      '{{ base "/a/b.tar.gz" }} {{ dir "/a/b/" }} {{ clean "a//b/../c" }} {{ ext "x.tar.gz" }} {{ isAbs "/x" }}',
      "b.tar.gz /a/b a/c .gz true",
    ],
    ['{{ osBase "/a/b" }} {{ osDir "a" }} {{ osClean "" }} {{ osExt "x" }} {{ osIsAbs "x" }}', "b . .  false"],
  ])("%s gives %j", (template, output) => {
    expect(render(template)).toBe(output);
  });
});
