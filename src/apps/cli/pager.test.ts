import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { recordingIo } from "../../../test/recorded-run.js";
import { pagerOf, pageText } from "./pager.js";
import { runProgram } from "./program.js";

let directory = "";
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "fleetwright-pager-"));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

test.each([
  [{}, "less"],
  [{ PAGER: "more" }, "more"],
  [{ PAGER: "more", FLEETWRIGHT_PAGER: "less -S" }, "less -S"],
  [{ PAGER: "" }, undefined],
  [{ PAGER: "cat" }, undefined],
])("with %j the pager is %s", (env, pager) => {
  expect(pagerOf(env)).toBe(pager);
});

test("the pager gets the text and the options that less needs for colours and short texts", async () => {
  const file = join(directory, "shown");
  await pageText("one\ntwo\n", { ...process.env, LESS: undefined, PAGER: `(echo "$LESS"; cat) > '${file}'` });
  expect(readFileSync(file, "utf8")).toBe("FRX\none\ntwo\n");
});

test("a pager that is left before the end is no error", async () => {
  await pageText("x\n".repeat(1_000_000), { ...process.env, PAGER: "true" });
});

test("without the pager's program the text is printed", async () => {
  const write = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    await pageText("shown", { ...process.env, PAGER: "no-such-pager 2>/dev/null" });
    expect(write.mock.calls.map(([text]) => text)).toContain("shown");
  } finally {
    write.mockRestore();
  }
});

test.each([
  [[], "paged"],
  [["--no-pager"], "printed"],
  [["-o", "json"], "printed"],
])("diff %j on a terminal is %s", { timeout: 60_000 }, async (options, how) => {
  const git = (...args: string[]): void =>
    void execFileSync("git", ["-C", directory, "-c", "user.name=t", "-c", "user.email=t@example.com", ...args]);
  git("init", "-q", "-b", "main", ".");
  for (const text of ["1", "2"]) {
    writeFileSync(join(directory, "README.md"), text);
    git("add", "-A");
    git("commit", "-qm", "change");
  }
  const { io, recorded } = recordingIo(directory, { XDG_CACHE_HOME: join(directory, ".git") });
  let paged = "";
  await runProgram({ ...io, columns: 80, page: async (text) => void (paged += text) }, ["diff", ...options]);
  const shown = { paged, printed: recorded.out };
  expect(shown[how as keyof typeof shown]).not.toBe("");
  expect(shown[how === "paged" ? "printed" : "paged"]).toBe("");
});
