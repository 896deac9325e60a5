import { expect, test } from "vitest";
import { InputError } from "../errors.js";
import { readHead } from "./manifest-head.js";

const read = (text: string) => readHead("c/templates/a.yaml", text);

test("a document's head is read, annotations with it", () => {
  expect(read('apiVersion: v1\nkind: A\nmetadata:\n  name: a\n  annotations:\n    x: "1"\nspec:\n- a\n# end\n')).toEqual({
    apiVersion: "v1",
    kind: "A",
    name: "a",
    annotations: { x: "1" },
  });
});

test.each([
  ["anchors across sections", "a: &x 1\nkind: A\nb: *x\n"],
  ["a flow mapping", "{kind: A}"],
  ["a quoted key", '"kind": A\n'],
  ["text in quotes that begins lines with keys", 'a: "x\n  y"\nkind: A\n'],
  ["a key twice, of which the last counts", "kind: B\nkind: A\n"],
  ["JSON over several lines", '{\n"kind": "A"\n}\n'],
  ["an explicit end", "kind: A\n...\n: : no yaml"],
  ["a comment before all", "# first\nkind: A\n"],
])("%s is read as a whole", (_, text) => {
  expect(read(text).kind).toBe("A");
  expect(read(text).kind).toBe("A");
});

test.each([
  ["kind: A\nspec: [1,\n", "line"],
  ["kind: A\nspec:\n  a: b\n c: d\n", "line"],
  ["kind: A\nspec: a: b\n", "line 2"],
  ["kind: [A]\n", "cannot unmarshal array into Go struct field util.SimpleHead.kind"],
])("%j is refused, the second time as well", (text, words) => {
  for (const _ of [1, 2]) {
    try {
      read(text);
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InputError);
      expect(error).toMatchObject({ code: "HELM_MANIFEST", message: expect.stringContaining(words) });
    }
  }
});
