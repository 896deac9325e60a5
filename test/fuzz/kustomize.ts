import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { FleetwrightError } from "#src/core/errors.js";
import { helmRenderer } from "#src/core/helm/kustomize-renderer.js";
import { buildKustomization, KustomizeSession, memoryTree } from "#src/core/kustomize/index.js";
import { describeDifference, namesSameCulprit } from "../conformance/kustomize-compare.js";
import { findKustomize } from "../kustomize/binary.js";
import type { Fuzzer } from "./fuzzers.js";
import { writeCase } from "./kustomize-binary.js";
import type { BuildCase, Outcome } from "./kustomize-case.js";
import { caseMakers } from "./kustomize-makers.js";
import { type Oracle, openOracle } from "./kustomize-oracle.js";
import { Random } from "./random.js";

/** Every so many cases the binary itself is asked, where a quicker oracle answers the others. */
const binaryEvery = 50;

/** Cases of every maker through the original (KUSTOMIZE_BIN or PATH) and through ours; each case has a seed of its own. */
export const fuzzKustomize: Fuzzer = async ({ seconds, seed, only, keep }) => {
  const binary = findKustomize();
  if (binary === undefined) {
    process.stdout.write("kustomize: skipped, there is no kustomize binary (set KUSTOMIZE_BIN)\n");
    return 0;
  }
  const makers = caseMakers().filter(({ name }) => only === undefined || only.split(",").includes(name));
  const oracle = openOracle(binary);
  const deadline = Date.now() + seconds * 1000;
  const counts = { cases: 0, errors: 0, differences: 0 };
  let session = new KustomizeSession();
  for (let current = seed; Date.now() < deadline; current++) {
    const random = new Random(current);
    const maker = makers[current % makers.length]!;
    const found = maker.make(random);
    if (found === undefined) continue;
    if (current % 1000 === 0) session = new KustomizeSession();
    const expected = !oracle.isQuick || current % binaryEvery === 0 ? oracle.judge(found) : await oracle.answer(found);
    counts.cases += 1;
    if (expected.kind === "failed") counts.errors += 1;
    const actual = runOurs(found, session);
    const why = difference(expected, actual) && judged(oracle, twoFoldersDown(found), session);
    if (why === undefined || isSpoiltByComment(expected, oracle, found, session)) continue;
    counts.differences += 1;
    process.stdout.write(`DIFFERS ${maker.name} seed ${current}: ${why}\n`);
    if (keep !== undefined) keepCase(join(keep, `${maker.name}-${current}`), found);
  }
  oracle.close();
  const { cases, errors, differences } = counts;
  process.stdout.write(
    `kustomize: ${cases} cases (${errors} with an error) from seed ${seed} in ${seconds} s, ${differences} differences\n`,
  );
  return differences === 0 ? 0 : 1;
};

/** The binary's word counts; where its words vary from run to run, as its order of keys that are no strict order does, any of them. */
function judged(oracle: Oracle, found: BuildCase, session: KustomizeSession): string | undefined {
  const actual = runOurs(found, session);
  let why: string | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    why = difference(oracle.judge(found), actual);
    if (why === undefined) return undefined;
  }
  return why;
}

/** The original cannot read again what it printed with a patch's comment inside of a flow collection; without comments both must agree. */
function isSpoiltByComment(expected: Outcome, oracle: Oracle, found: BuildCase, session: KustomizeSession): boolean {
  if (!isUnreadable(expected)) return false;
  const texts = Object.entries(found.files).map(([path, text]) => [path, text.replace(commentText, "")]);
  const bare = twoFoldersDown({ ...found, files: Object.fromEntries(texts) });
  const answer = oracle.judge(bare);
  return !isUnreadable(answer) && difference(answer, runOurs(bare, session)) === undefined;
}

function isUnreadable(outcome: Outcome): boolean {
  return (
    outcome.kind === "failed" && /\byaml: (?:line \d+: )?(?:invalid map key|(?:did|could) not find expected)/.test(outcome.error)
  );
}

/** Up to the end of a line, of a line within a JSON string, or of that string. */
const commentText = /(?<=^|\s|\\n)#(?:(?!\\n|["\n]).)*/g;

/** Of two resources that fail, Go comes to the second first once in eight times. */
const attempts = 48;

/** The same case where a path that leads out of it ends in an empty folder on both sides: ours stops at the root of its tree. */
function twoFoldersDown(found: BuildCase): BuildCase {
  const down = (path: string): string => (path === "" ? "two/down" : `two/down/${path}`);
  const moved = <T>(entries: Readonly<Record<string, T>> = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(entries).map(([path, content]) => [down(path), content]));
  const { files, binaryFiles, symlinks, dirs = [], target } = found;
  return {
    ...found,
    files: moved(files),
    binaryFiles: moved(binaryFiles),
    symlinks: moved(symlinks),
    dirs: dirs.map(down),
    target: down(target),
  };
}

function keepCase(folder: string, found: BuildCase): void {
  mkdirSync(folder, { recursive: true });
  writeCase(folder, { ...found, files: { ...found.files, "case.json": JSON.stringify(found) } });
}

const renderHelm = helmRenderer();

function runOurs(found: BuildCase, session: KustomizeSession): Outcome {
  const { files, binaryFiles = {}, symlinks = {}, dirs = [], target, options } = found;
  const bytes = Object.entries(binaryFiles).map(([path, text]) => [path, new Uint8Array(Buffer.from(text, "base64"))]);
  const tree = memoryTree({ ...files, ...Object.fromEntries(bytes) }, { symlinks, directories: dirs });
  const deprecations: string[] = [];
  try {
    const result = buildKustomization(tree, target, {
      ...options,
      session,
      renderHelm,
      onWarning: ({ kind, message }) => void (kind === "deprecation" && deprecations.push(message)),
    });
    if (result.kind === "needs") return { kind: "failed", error: "needs" };
    return { kind: "built", output: result.yaml(), deprecations };
  } catch (error) {
    if (error instanceof FleetwrightError) return { kind: "failed", error: error.message };
    return { kind: "failed", error: `CRASH ${error instanceof Error ? error.stack : String(error)}` };
  }
}

function difference(expected: Outcome, actual: Outcome): string | undefined {
  if (actual.kind === "failed" && actual.error.startsWith("CRASH")) return actual.error;
  if (expected.kind === "failed") {
    if (isPanic(expected.error) || isUnprintable(expected.error)) return undefined;
    if (actual.kind === "built") return `no error, expected: ${expected.error}`;
    if (expected.error.includes(actual.error)) return undefined;
    const isSame =
      namesSameCulprit(expected.error, actual.error) ||
      isSyntaxErrorOfSameFile(expected.error, actual.error) ||
      isOfSameRepeatedKey(expected.error, actual.error) ||
      isOfSameKeyWithoutText(expected.error, actual.error);
    return isSame ? undefined : `error ${actual.error}\n  instead of ${expected.error.slice(0, 1500)}`;
  }
  if (actual.kind === "failed") return `error ${actual.error}`;
  if (actual.output !== expected.output) return describeDifference(expected.output, actual.output);
  const [warned, wanted] = [actual.deprecations.join("\n"), expected.deprecations.join("\n")];
  return warned === wanted ? undefined : `warnings ${warned} instead of ${wanted}`;
}

/** Which of a text's mistakes is told first depends on how far ahead a reader looks. */
function isSyntaxErrorOfSameFile(expected: string, actual: string): boolean {
  const [wanted, got] = [expected, actual].map((error) => /MalformedYAMLError: .* in File: (\S+)$/ms.exec(error.trim())?.[1]);
  return wanted !== undefined && wanted === got;
}

/** A key that a map has twice is told when a file is read here, at times when it is printed there. */
function isOfSameRepeatedKey(expected: string, actual: string): boolean {
  const [wanted, got] = [expected, actual].map((error) => /mapping key ("[^"]*") already defined/.exec(error)?.[1]);
  return wanted !== undefined && wanted === got;
}

/** The original dumps the whole resource where a key is no text; ours names the key. */
function isOfSameKeyWithoutText(expected: string, actual: string): boolean {
  return /json: unsupported type: map\[interface/.test(expected) && /json: unsupported type: map\[interface/.test(actual);
}

/** The original dumps a resource that it has built and cannot print: a patch's comment landed inside of a flow collection. Ours has no comments. */
function isUnprintable(error: string): boolean {
  return /^map\[string\]interface \{\}\{.*: yaml: (?:line \d+: )?(?:invalid map key|(?:did|could) not find expected)/s.test(
    error,
  );
}

/** Where the original breaks down, anything will do. */
function isPanic(error: string): boolean {
  return /^panic: |^goroutine |\bruntime error: |^\d{4}\/\d\d\/\d\d /m.test(error);
}
