import { FleetwrightError, formatError } from "#src/core/errors.js";
import { helmRenderer } from "#src/core/helm/kustomize-renderer.js";
import { buildKustomization, type KustomizeOptions, memoryTree } from "#src/core/kustomize/index.js";
import type { Area } from "./areas.js";
import { readCases } from "./jsonl.js";
import { describeDifference, namesSameCulprit } from "./kustomize-compare.js";
import { type FilterCase, missingInput, runFilterCase } from "./kustomize-filters.js";
import { type MergeCase, runMergeCase } from "./kustomize-merges.js";
import { type PluginCase, runPluginCase } from "./kustomize-plugins.js";

export interface CaseBase {
  readonly id: string;
  readonly needsHelm?: boolean;
  readonly expectedOutput?: string;
  readonly expectedError?: string;
  readonly expectedErrorCli?: string;
  readonly warnings?: readonly string[];
}

interface BuildCase extends CaseBase {
  readonly kind: "build";
  readonly files: Readonly<Record<string, string>>;
  readonly binaryFiles?: Readonly<Record<string, string>>;
  readonly symlinks?: Readonly<Record<string, string>>;
  readonly dirs?: readonly string[];
  readonly target: string;
  readonly options?: {
    readonly loadRestrictions?: "rootOnly" | "none";
    readonly enableHelm?: boolean;
    readonly helmKubeVersion?: string;
    readonly helmApiVersions?: readonly string[];
    readonly managedByLabel?: boolean;
    readonly enableAlphaPlugins?: boolean;
  };
  readonly expectedOutputUnordered?: string;
}

type Case = BuildCase | PluginCase | FilterCase | MergeCase;

/** Kustomize's own cases and those made for the corpus: the same bytes, or an error that names the same culprit. */
export const kustomize: Area = async (folder, { match }) => {
  let passed = 0;
  const failures: { id: string; why: string }[] = [];
  const skipped = new Map<string, number>();
  for (const found of readCases<Case>(folder, { match })) {
    const reason = found.kind === "filter" ? missingInput(found) : undefined;
    if (reason !== undefined) {
      skipped.set(reason, (skipped.get(reason) ?? 0) + 1);
      continue;
    }
    const why = judge(found);
    if (why === undefined) passed += 1;
    else failures.push({ id: found.id, why });
  }
  return { passed, failures, skipped };
};

/** undefined when the case passes, else what differs. */
function judge(found: Case): string | undefined {
  switch (found.kind) {
    case "build":
      return judgeBuild(found);
    case "transformerPlugin":
    case "generatorPlugin":
      return judgeOutcome(found, () => runPluginCase(found));
    case "filter":
      return judgeOutcome(found, () => runFilterCase(found));
    case "merge2":
    case "merge3":
      return judgeOutcome(found, () => runMergeCase(found));
  }
}

function judgeBuild(found: BuildCase): string | undefined {
  let warnings: string[] = [];
  const run = (reorder: "legacy" | "none"): string => {
    warnings = [];
    const result = buildKustomization(treeOf(found), found.target === "." ? "" : found.target, {
      ...optionsOf(found, reorder),
      onWarning: ({ kind, message }) => kind === "deprecation" && warnings.push(message),
    });
    if (result.kind === "needs") throw new Error(`needs ${JSON.stringify(result.needs)}`);
    return result.yaml();
  };
  const why = judgeOutcome(found, () => run("legacy"));
  if (why !== undefined) return why;
  if (found.warnings && JSON.stringify(found.warnings) !== JSON.stringify(warnings))
    return `warnings: ${JSON.stringify(warnings)} instead of ${JSON.stringify(found.warnings)}`;
  // The corpus leaves the unordered bytes out where they are the same, but also in a few cases where the binary prints others.
  // In one case it holds another build's documents.
  if (
    found.expectedOutput === undefined ||
    found.expectedOutputUnordered === undefined ||
    !isPermutation(found.expectedOutputUnordered, found.expectedOutput)
  )
    return undefined;
  return judgeOutcome({ ...found, expectedOutput: found.expectedOutputUnordered }, () => run("none"));
}

function isPermutation(a: string, b: string): boolean {
  const sorted = (text: string): string =>
    text
      .split("---\n")
      .map((part) => part.trimEnd())
      .sort()
      .join("\n");
  return sorted(a) === sorted(b);
}

function treeOf(found: BuildCase): ReturnType<typeof memoryTree> {
  const files: Record<string, string | Uint8Array> = { ...found.files };
  for (const [path, text] of Object.entries(found.binaryFiles ?? {})) files[path] = new Uint8Array(Buffer.from(text, "base64"));
  return memoryTree(files, {
    ...(found.symlinks ? { symlinks: found.symlinks } : {}),
    ...(found.dirs ? { directories: found.dirs } : {}),
  });
}

function optionsOf(found: BuildCase, reorder: "legacy" | "none"): KustomizeOptions {
  return { ...found.options, reorder, renderHelm: helmRenderer() };
}

function judgeOutcome(found: CaseBase, run: () => string | undefined): string | undefined {
  let output: string | undefined;
  try {
    output = run();
  } catch (error) {
    if (!(error instanceof FleetwrightError))
      return `crash: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
    const message = formatError(error);
    if (found.expectedError === undefined) return `unexpected error: ${message}`;
    if (error.message === found.expectedError.trimEnd() || error.message === found.expectedError) return undefined;
    const expected = [found.expectedError, ...(found.expectedErrorCli ? [found.expectedErrorCli] : [])];
    if (expected.some((text) => namesSameCulprit(text, message))) return undefined;
    return `error: ${message}\n  expected: ${found.expectedError}`;
  }
  if (found.expectedError !== undefined) return `no error, expected: ${found.expectedError}`;
  if (output === undefined || output === found.expectedOutput) return undefined;
  return describeDifference(found.expectedOutput ?? "", output);
}
