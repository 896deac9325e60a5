import { expect, test } from "vitest";
import { formatTable } from "./output.js";

test("an error of several lines stays in its row of a table", () => {
  const table = formatTable(
    ["NAME", "WHY"],
    [
      ["web", "cannot be read:\n  line 1\n\n  line 2"],
      ["db", "changed"],
    ],
  );
  expect(table).toBe("NAME  WHY\nweb   cannot be read: line 1 line 2\ndb    changed\n");
});
