import fc from "fast-check";
import { expect, test } from "vitest";
import { isObject, type ValueObject } from "#src/core/manifest/value.js";
import { mergePatchBetween, sameValue } from "./merge-patch.js";

function applied(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const made: Record<string, unknown> = isObject(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete made[key];
    else made[key] = applied(made[key], value);
  }
  return made;
}

const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean());
const object = fc.dictionary(
  fc.constantFrom("a", "b", "c", "d"),
  fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.constantFrom("x", "y"), leaf)),
);

test("the patch between two objects turns the one into the other, and there is none between equal ones", () => {
  fc.assert(
    fc.property(object, object, (before, after) => {
      const patch = mergePatchBetween(before as ValueObject, after as ValueObject);
      expect(sameValue(applied(before, patch ?? {}), after)).toBe(true);
      expect(mergePatchBetween(after as ValueObject, after as ValueObject)).toBeUndefined();
    }),
  );
});

test("only what changed is in the patch", () => {
  expect(mergePatchBetween({ a: { x: 1, y: 2 }, b: [1], c: "gone" }, { a: { x: 1, y: 3 }, b: [1] })).toEqual({
    a: { y: 3 },
    c: null,
  });
});
