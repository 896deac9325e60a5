import { describe, expect, test } from "vitest";
import type { Value } from "../manifest/value.js";
import { compileDeletion } from "./delete.js";
import { JqError } from "./errors.js";
import { compileJq } from "./jq.js";

const pod: Value = {
  spec: {
    containers: [
      { name: "app", image: "a" },
      { name: "istio-proxy", image: "b" },
    ],
    replicas: 3,
  },
};
const run = (text: string, value: Value = null) => compileJq(text)(value);

describe("jq in gojq's dialect", () => {
  test("neither `//` nor a `?` further on hides the error of an earlier step", () => {
    expect(() => run(".a.x.y // 5", { a: { x: 1 } })).toThrow("expected an object but got: number (1)");
    expect(() => run(".a.x.y[]?", { a: { x: 1 } })).toThrow("expected an object but got: number (1)");
  });

  test.each<[string, Value, readonly Value[]]>([
    ["[.spec.containers[].name]", pod, [["app", "istio-proxy"]]],
    [".spec | to_entries | map(.key)", pod, [["containers", "replicas"]]],
    ["reduce .[] as $x (0; . + $x)", [1, 2, 3], [6]],
    ["[limit(3; range(10))]", null, [[0, 1, 2]]],
    ["label $out | 1, break $out, 2", null, [1]],
    ['try error("x") catch .', null, ["x"]],
    [".[] as [$a] ?// $a | [$a]", [[1], 2], [[1], [2]]],
    ["def f(g): g | g; f(. * 2)", 3, [12]],
    ['sub("(?<l>[a-z])"; "<\\(.l)>")', "ab", ["<a>b"]],
    [".a.b[1] = 5", {}, [{ a: { b: [null, 5] } }]],
    ["@base64", "hi", ["aGk="]],
    ["[.a?.x.y?, .a[.k]?]", { a: { x: 1 }, k: "x" }, [[]]],
    ["{a: .a and .b, c: 1 // 2}", { a: 1, b: null }, [{ a: false, c: 1 }]],
    ["[.[] | isinfinite, isnormal]", ["x", 1], [[false, false, false, true]]],
  ])("%s", (text, input, expected) => {
    expect(run(text, input)).toEqual(expected);
  });

  test("integers beyond 2^53 keep their digits", () => {
    expect(run("9007199254740993 + 1")).toEqual([9007199254740994n]);
  });

  test("what does not parse, or is not defined, is refused at once", () => {
    for (const text of [".[", "nofunc", "$undefined", "{a:}"]) {
      expect(() => compileJq(text)).toThrow(expect.objectContaining({ code: "JQ_SYNTAX" }));
    }
  });

  test("an expression that never ends, or grows without bounds, is stopped by its budget", () => {
    const stopped = expect.objectContaining({ code: "JQ_BUDGET" });
    expect(() => run("[recurse(.)]")).toThrow(stopped);
    expect(() => run("def f: f; f")).toThrow(stopped);
    expect(() => run('"x" * 1000000000')).toThrow(stopped);
    expect(() => compileJq("range(1000)", { outputs: 10 })(null)).toThrow(stopped);
  });

  test("an error at run time names what it was applied to", () => {
    expect(() => run(".a", [1])).toThrow(new JqError("expected an object but got: array ([1])"));
  });
});

describe("deleting what an expression names", () => {
  test("several paths go at once, without shifting one another", () => {
    const remove = compileDeletion('.spec.containers[] | select(.name | startswith("a", "i"))', {});
    expect(remove(pod)).toEqual({ spec: { containers: [], replicas: 3 } });
  });

  test("an expression that fails on the object leaves it alone", () => {
    expect(compileDeletion(".spec.replicas.x", {})(pod)).toBeUndefined();
  });
});
