import { type ComparePair, type Comparison, compareResource, dryRunTarget, needsDryRun } from "#src/core/diff/compare.js";
import type { IgnoreDifference, IgnoreStatus, ResourceOverride } from "#src/core/diff/ignore-rules.js";
import { applyMergePatch } from "#src/core/diff/json-merge.js";
import { type CompareOptions, type CompareSettings, compileCompareOptions } from "#src/core/diff/options.js";
import { appliedTarget } from "#src/core/diff/respect-ignores.js";
import { FleetwrightError } from "#src/core/errors.js";
import { valuesEqual } from "#src/core/manifest/equal.js";
import { asObject, asValue, type KubernetesObject, splitApiVersion } from "#src/core/manifest/object.js";
import { builtInSchemas } from "#src/core/manifest/schema/built-in.js";
import { applyServerSide } from "#src/core/manifest/smd/server-side-apply.js";
import type { Value, ValueObject } from "#src/core/manifest/value.js";
import { emitJson, parseJson } from "#src/core/yaml/json.js";
import { parseYaml } from "#src/core/yaml/parse.js";
import type { Area } from "./areas.js";
import { readCases } from "./jsonl.js";

interface StateDiffCase {
  readonly id: string;
  readonly input: ComparePair & {
    readonly ignoreDifferences?: readonly IgnoreDifference[] | null;
    readonly resourceOverrides?: {
      readonly [key: string]: {
        readonly ignoreDifferences?: string;
        readonly knownTypeFields?: ResourceOverride["knownTypeFields"];
      };
    };
    readonly ignoreResourceStatusField?: IgnoreStatus;
    readonly ignoreAggregatedRoles?: boolean;
    readonly trackingMethod?: string;
    readonly structuredMergeDiff?: boolean;
    readonly serverSideDiff?: boolean;
    readonly includeMutationWebhook?: boolean;
    readonly webhookPatch?: Value;
  };
  readonly expected: Partial<Comparison> & { readonly error?: unknown; readonly appliedTarget?: Value };
}

/** Runs the comparison over the diff corpus. */
export const diff: Area = async (folder, options) => {
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  const parse = (line: string) => parseJson(line, {});
  for (const one of readCases<StateDiffCase>(folder, { ...options, parse })) {
    const why = difference(one);
    if (why === undefined) passed++;
    else failures.push({ id: one.id, why });
  }
  return { passed, failures, skipped: new Map() };
};

function difference({ input, expected }: StateDiffCase): string | undefined {
  let actual: StateDiffCase["expected"];
  try {
    const options = compileCompareOptions(settingsOf(input));
    if (expected.appliedTarget !== undefined && input.target) {
      const applied = asValue(appliedTarget(input.target, input.live, options));
      if (valuesEqual(applied, expected.appliedTarget)) return undefined;
      return `appliedTarget: got ${emitJson(applied)}, want ${emitJson(expected.appliedTarget)}`;
    }
    actual = compareResource({ ...input, ...dryRunOf(input, options) }, options);
  } catch (error) {
    if (error instanceof FleetwrightError) actual = { error: error.message };
    else return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  if (expected.error !== undefined || actual.error !== undefined) {
    if (expected.error !== undefined && actual.error !== undefined) return undefined;
    return `error: got ${String(actual.error)}, want ${String(expected.error)}`;
  }
  for (const key of ["modified", "normalizedLive", "predictedLive"] as const) {
    const [got, want] = [actual[key] ?? null, expected[key] ?? null];
    if (!valuesEqual(got, want)) return `${key}: got ${emitJson(got)}, want ${emitJson(want)}`;
  }
  return undefined;
}

/** The dry run of the corpus: the field manager's own server-side apply, with a webhook's patch on top. */
function dryRunOf(input: StateDiffCase["input"], options: CompareOptions): { readonly dryRun?: KubernetesObject } {
  const target = needsDryRun(input, options) ? dryRunTarget(input, options) : null;
  if (!target || !input.live) return {};
  const { group, version } = splitApiVersion(target.apiVersion);
  const applied = applyServerSide(asValue(input.live), asValue(target), {
    manager: options.fieldManager,
    schema: builtInSchemas.schemaFor({ group, version, kind: target.kind }),
    force: true,
    now: "2024-01-01T00:00:00Z",
  });
  if (applied.kind !== "applied") throw new Error(applied.message);
  return {
    dryRun: asObject(input.webhookPatch ? applyMergePatch(applied.object, input.webhookPatch as ValueObject) : applied.object),
  };
}

function settingsOf(input: StateDiffCase["input"]): CompareSettings {
  const overrides = Object.entries(input.resourceOverrides ?? {}).map(([key, override]): [string, ResourceOverride] => {
    const text = override.ignoreDifferences;
    const ignoreDifferences = text ? (parseYaml(text, { dialect: "kubernetes" }) as IgnoreDifference) : null;
    return [key, { ignoreDifferences, knownTypeFields: override.knownTypeFields ?? null }];
  });
  return {
    ignoreDifferences: input.ignoreDifferences ?? [],
    resourceOverrides: new Map(overrides),
    ignoreStatus: input.ignoreResourceStatusField ?? "all",
    ignoreAggregatedRoles: input.ignoreAggregatedRoles ?? false,
    ...(input.trackingMethod !== undefined ? { trackingMethod: input.trackingMethod } : {}),
    structuredMergeDiff: input.structuredMergeDiff ?? false,
    serverSideDiff: input.serverSideDiff ?? false,
    includeMutationWebhook: input.includeMutationWebhook ?? false,
  };
}
