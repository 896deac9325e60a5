import { isDeepStrictEqual } from "node:util";
import type { Admission, GenerateResult, RolloutSteps } from "#src/core/applicationset/index.js";
import type { Value, ValueObject } from "#src/core/manifest/value.js";
import type { ApplicationSetCase, ExpectedGenerate, ExpectedReconcile } from "./case.js";

/** What differs, a line each; nothing where the result is as expected. */
export function compareAdmission(got: Admission, expected: ApplicationSetCase["expected"]["admission"]): readonly string[] {
  const { valid, errors, pruned, nullsDropped } = got;
  return differences(
    { valid, errors, pruned, nullsDropped },
    { errors: [], pruned: [], nullsDropped: [], ...expected },
    "admission",
  );
}

export function compareGenerate(
  got: Extract<GenerateResult, { kind: "generated" }>,
  validation: ReadonlyMap<string, string>,
  expected: ExpectedGenerate,
): readonly string[] {
  const problems = [...compareErrors(got, expected)];
  if (expected.panic === undefined) {
    const shown = got.applications.map(({ metadata, spec, operation }) => ({
      metadata,
      spec,
      ...(operation ? { operation } : {}),
    }));
    const wanted = expected.applications;
    problems.push(
      ...(expected.ordered
        ? differences(shown, wanted, "applications")
        : differences(byName(shown), byName(wanted), "applications")),
    );
  }
  const errors = Object.fromEntries(validation);
  const allowed = expected.validationErrorsAnyOf ?? [expected.validationErrors ?? {}];
  if (got.errors.length === 0 && !allowed.some((one) => isDeepStrictEqual(errors, one))) {
    problems.push(...differences(errors, allowed[0], "validationErrors"));
  }
  return problems;
}

function compareErrors(got: Extract<GenerateResult, { kind: "generated" }>, expected: ExpectedGenerate): readonly string[] {
  const first = got.errors[0];
  const wanted = expected.error ?? expected.panic;
  if (wanted === undefined) return first ? [`error: ${first.error.message}`] : [];
  if (!first) return [`no error, expected ${wanted}`];
  const problems: string[] = [];
  if (expected.reason !== undefined && first.reason !== expected.reason)
    problems.push(`reason: ${first.reason}, expected ${expected.reason}`);
  const texts = expected.errorAnyOf ?? (expected.error === undefined ? [] : [expected.error]);
  const message = first.error.message;
  if (texts.length > 0 && !texts.some((text) => sameText(message, text)))
    problems.push(`message: ${message}\n    expected ${texts[0]}`);
  return problems;
}

export function compareSteps(
  got: RolloutSteps,
  expected: NonNullable<ApplicationSetCase["expected"]["rolloutSteps"]>,
): readonly string[] {
  const steps = got.names.map((names) => [...names].sort());
  const stepByApplication = Object.fromEntries([...got.stepOf].map(([name, index]) => [name, index + 1]));
  return differences({ steps, stepByApplication }, expected, "rolloutSteps");
}

export function compareReconcile(
  got: ExpectedReconcile,
  wanted: ExpectedReconcile,
  { messageVaries = false, generate }: ApplicationSetCase["expected"],
): readonly string[] {
  const varies = messageVaries || generate.errorAnyOf !== undefined || generate.validationErrorsAnyOf !== undefined;
  const { step: _, applicationsSame: __, error, ...rest } = wanted;
  const { error: gotError, ...gotRest } = got;
  const problems: string[] = [];
  if ((error === undefined) !== (gotError === undefined)) problems.push(`error: got ${gotError}, expected ${error}`);
  else if (error !== undefined && !varies && !sameText(gotError!, error))
    problems.push(`error: got ${gotError}\n    expected ${error}`);
  const complete = { applicationStatus: [], resources: [], resourcesCount: 0, applications: [], ...rest };
  const withoutText = (entries: readonly ValueObject[]): readonly ValueObject[] =>
    entries.map(({ message: ___, ...other }) => other);
  const conditions = (entries: readonly ValueObject[], others: readonly ValueObject[]): readonly ValueObject[] =>
    varies ? withoutText(entries) : entries.map((entry, index) => ({ ...entry, message: sameMessage(entry, others[index]) }));
  problems.push(
    ...differences(
      { ...gotRest, conditions: conditions(got.conditions, wanted.conditions) },
      { ...complete, conditions: varies ? withoutText(wanted.conditions) : wanted.conditions },
      "reconcile",
    ),
  );
  return problems;
}

function sameMessage(got: ValueObject, wanted: ValueObject | undefined): Value {
  const message = got["message"] as string;
  const other = wanted?.["message"];
  return typeof other === "string" && sameText(message, other) ? other : message;
}

/** Texts that quote a Go library's own words (YAML and regexp parsers) are equal when they begin alike. */
function sameText(got: string, wanted: string): boolean {
  if (got === wanted) return true;
  const foreign = /(error converting YAML to JSON: |error parsing regexp: |error unmarshaling JSON: )/;
  const cut = wanted.search(foreign);
  return cut >= 0 && got.startsWith(wanted.slice(0, cut));
}

function byName(applications: readonly { readonly metadata: unknown }[]): readonly unknown[] {
  const key = (item: { readonly metadata: unknown }): string => JSON.stringify([(item.metadata as ValueObject)["name"], item]);
  return [...applications].sort((a, b) => (key(a) < key(b) ? -1 : 1));
}

/** Paths at which two values differ. */
export function differences(got: unknown, wanted: unknown, path: string): string[] {
  if (isDeepStrictEqual(got, wanted)) return [];
  if (isRecord(got) && isRecord(wanted)) {
    return [...new Set([...Object.keys(got), ...Object.keys(wanted)])].flatMap((key) =>
      differences(got[key], wanted[key], `${path}.${key}`),
    );
  }
  if (Array.isArray(got) && Array.isArray(wanted) && got.length === wanted.length) {
    return got.flatMap((item, index) => differences(item, wanted[index], `${path}[${index}]`));
  }
  return [`${path}: got ${JSON.stringify(got)?.slice(0, 400)}, expected ${JSON.stringify(wanted)?.slice(0, 400)}`];
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
