import { InputError } from "../errors.js";
import { labelKeyProblems, labelValueProblems } from "../manifest/label-rules.js";
import type { LabelSelector } from "./model/application-set.js";

export type Matches = (labels: Readonly<Record<string, string>>) => boolean;

interface SelectorRules {
  /** How the message calls an unknown operator's selector. */
  readonly noun: "pod" | "label";
  /** Whether values must be label values; generator selectors also match URLs and the like. */
  readonly checksValues: boolean;
}

/** The selector of a generator: label rules for keys, anything for values. Throws `InputError` code APPSET_SELECTOR. */
export function compileGeneratorSelector(selector: LabelSelector): Matches {
  return compile(selector, { noun: "pod", checksValues: false });
}

/** A Kubernetes label selector. Throws `InputError` code APPSET_SELECTOR. */
export function compileLabelSelector(selector: LabelSelector): Matches {
  return compile(selector, { noun: "label", checksValues: true });
}

export function isEmptySelector(selector: LabelSelector | undefined): boolean {
  return Object.keys(selector?.matchLabels ?? {}).length + (selector?.matchExpressions?.length ?? 0) === 0;
}

function compile(selector: LabelSelector, rules: SelectorRules): Matches {
  const requirements: Matches[] = [];
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    check(key, [value], rules);
    requirements.push((labels) => Object.hasOwn(labels, key) && labels[key] === value);
  }
  for (const { key, operator, values = [] } of selector.matchExpressions ?? [])
    requirements.push(requirement(key, operator, values, rules));
  return (labels) => requirements.every((matches) => matches(labels));
}

function requirement(key: string, operator: string, values: readonly string[], rules: SelectorRules): Matches {
  const has = (labels: Readonly<Record<string, string>>): boolean => Object.hasOwn(labels, key);
  switch (operator) {
    case "In":
    case "NotIn":
      check(
        key,
        values,
        rules,
        values.length === 0 ? `values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty` : undefined,
      );
      return operator === "In"
        ? (labels) => has(labels) && values.includes(labels[key]!)
        : (labels) => !has(labels) || !values.includes(labels[key]!);
    case "Exists":
    case "DoesNotExist":
      check(
        key,
        values,
        rules,
        values.length > 0
          ? `values: Invalid value: ${goList(values)}: values set must be empty for exists and does not exist`
          : undefined,
      );
      return operator === "Exists" ? has : (labels) => !has(labels);
    default:
      throw invalid(`"${operator}" is not a valid ${rules.noun} selector operator`);
  }
}

function check(key: string, values: readonly string[], rules: SelectorRules, problem?: string): void {
  const keyProblems = labelKeyProblems(key);
  const problems: string[] = [];
  if (keyProblems.length > 0) problems.push(`key: Invalid value: ${JSON.stringify(key)}: ${keyProblems.join("; ")}`);
  if (problem) problems.push(problem);
  if (rules.checksValues) {
    values.forEach((value, index) => {
      const found = labelValueProblems(value);
      if (found.length > 0)
        problems.push(`values[${index}][${key}]: Invalid value: ${JSON.stringify(value)}: ${found.join("; ")}`);
    });
  }
  if (problems.length === 1) throw invalid(problems[0]!);
  if (problems.length > 1) throw invalid(`[${problems.join(", ")}]`);
}

function goList(values: readonly string[]): string {
  return JSON.stringify(values);
}

function invalid(message: string): InputError {
  return new InputError(message, { code: "APPSET_SELECTOR" });
}
