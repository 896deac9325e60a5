import { expect, test } from "vitest";
import { formatError, InputError } from "./errors.js";

test.each([
  ["https://bob:hunter2@git.example.com/x.git is not there", "https://bob:***@git.example.com/x.git is not there"],
  ["https://ghp_0123456789@github.com/a/b.git", "https://***@github.com/a/b.git"],
  ["--repo https://a:b@h/x.git=PATH", "--repo https://a:***@h/x.git=PATH"],
  ["ssh://git@github.com/a/b.git and git@github.com:a/b.git", "ssh://git@github.com/a/b.git and git@github.com:a/b.git"],
  ["https://git.example.com/x.git?ref=a@b", "https://git.example.com/x.git?ref=a@b"],
])("an error tells no password of an address: %s", (text, told) => {
  const error = new InputError(text, { code: "TEST", hint: text });
  expect(formatError(error)).toBe(`${told} (${told})`);
});
