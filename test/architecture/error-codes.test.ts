import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { errorCodes } from "../../scripts/generate-error-codes.mjs";

test("every error code is documented", () => {
  const documented = readFileSync(join(import.meta.dirname, "../../docs/errors.md"), "utf8");
  const missing = [...errorCodes().keys()].filter((code) => !documented.includes(`\`${code}\``));
  expect(missing).toEqual([]);
});
