import { expect, test } from "vitest";
import { InputError } from "../../core/errors.js";
import { fengariRuntime } from "./fengari-runtime.js";

const lua = fengariRuntime({ nowSeconds: () => 1_700_000_000 });
const run = (script: string, useOpenLibs = true) => lua.run(script, { object: { spec: { count: 4 } }, useOpenLibs });

function codeOf(script: string): string {
  try {
    run(script);
    return "";
  } catch (error) {
    return (error as InputError).code;
  }
}

test("numbers print as in Lua 5.1, where 4 / 2 is 2", () => {
  expect(run("return {m = tostring(obj.spec.count / 2) .. ' ' .. 1700000000123}")).toEqual({
    kind: "table",
    value: { m: "2 1700000000123" },
  });
});

test.each([
  ["a loop without end", "while true do end"],
  ["a loop that catches its own errors", "while true do pcall(function() while true do end end) end"],
  ["a string that doubles", "local s = 'x' while true do s = s .. s end"],
  ["a doubling that catches its own errors", "local s = 'x' while true do pcall(function() s = s .. s end) end"],
  ["a huge repetition", "return {m = string.rep('x', 1e9)}"],
  [
    "a join of one long string many times",
    "local s, t = string.rep('a', 1e5), {} for i = 1, 1e4 do t[i] = s end return {table.concat(t)}",
  ],
])("%s ends at a budget", (_, script) => {
  expect(codeOf(script)).toBe("LUA_BUDGET");
});

test("files, processes and the environment are out of reach", () => {
  expect(
    run("return {io == nil, os.execute == nil, os.exit == nil, dofile == nil, debug == nil, os.getenv('HOME') == nil}"),
  ).toEqual({
    kind: "table",
    value: [true, true, true, true, true, true],
  });
});

test("an error names the line and the key, in the words of Argo CD's interpreter", () => {
  expect(() => run("\nreturn obj.status.phase")).toThrow("<string>:2: attempt to index a non-table object(nil) with key 'phase'");
});

test("without the open libraries a string has no methods", () => {
  expect(() => run("return {m = ('x'):upper()}", false)).toThrow(InputError);
});
