import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { FleetwrightError } from "#src/core/errors.js";
import { buildKustomization, KustomizeSession, memoryTree } from "#src/core/kustomize/index.js";
import { describeDifference, namesSameCulprit } from "../conformance/kustomize-compare.js";
import { findKustomize } from "../kustomize/binary.js";
import type { Fuzzer } from "./fuzzers.js";
import { randomKustomizations } from "./kustomize-cases.js";
import { Random } from "./random.js";

/** Random bases, overlays and components through the `kustomize` binary (KUSTOMIZE_BIN or PATH) and through ours. */
export const fuzzKustomize: Fuzzer = async ({ seconds, seed }) => {
  const binary = findKustomize();
  if (binary === undefined) {
    process.stdout.write("kustomize: skipped, there is no kustomize binary (set KUSTOMIZE_BIN)\n");
    return 0;
  }
  const deadline = Date.now() + seconds * 1000;
  const session = new KustomizeSession();
  let cases = 0;
  let errors = 0;
  let differences = 0;
  for (let current = seed; Date.now() < deadline; current++) {
    const { files, target } = randomKustomizations(new Random(current));
    const expected = runBinary(binary, files, target);
    const actual = runOurs(files, target, session);
    cases += 1;
    if ("error" in expected) errors += 1;
    const why = difference(expected, actual);
    if (why === undefined) continue;
    differences += 1;
    process.stdout.write(`DIFFERS seed ${current}: ${why}\n`);
  }
  process.stdout.write(
    `kustomize: ${cases} cases (${errors} with an error) from seed ${seed} in ${seconds} s, ${differences} differences\n`,
  );
  return differences === 0 ? 0 : 1;
};

type Outcome = { readonly output: string } | { readonly error: string };

function runBinary(binary: string, files: Readonly<Record<string, string>>, target: string): Outcome {
  const folder = mkdtempSync(join(tmpdir(), "kustomize-fuzz-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    const { status, stdout, stderr } = spawnSync(binary, ["build", join(folder, target)], {
      encoding: "utf8",
      maxBuffer: 64 << 20,
    });
    if (status === 0) return { output: stdout };
    return {
      error: stderr
        .replaceAll(folder, "")
        .replace(/^(?!Error: ).*\n/gm, "")
        .replace(/^Error: /, ""),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runOurs(files: Readonly<Record<string, string>>, target: string, session: KustomizeSession): Outcome {
  try {
    const result = buildKustomization(memoryTree(files), target, { session });
    return result.kind === "built" ? { output: result.yaml() } : { error: "needs" };
  } catch (error) {
    if (error instanceof FleetwrightError) return { error: error.message };
    return { error: `CRASH ${error instanceof Error ? error.stack : String(error)}` };
  }
}

function difference(expected: Outcome, actual: Outcome): string | undefined {
  if ("error" in actual && actual.error.startsWith("CRASH")) return actual.error;
  if ("error" in expected) {
    if (!("error" in actual)) return `no error, expected: ${expected.error}`;
    if (expected.error.startsWith(actual.error) || namesSameCulprit(expected.error, actual.error)) return undefined;
    return `error ${actual.error}\n  instead of ${expected.error}`;
  }
  if ("error" in actual) return `error ${actual.error}`;
  return actual.output === expected.output ? undefined : describeDifference(expected.output, actual.output);
}
