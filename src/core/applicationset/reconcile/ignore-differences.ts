import { InputError } from "../../errors.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import type { IgnoreRule } from "../model/application-set.js";
import { deleteByJq } from "./jq-delete.js";

type Remove = (application: ValueObject) => ValueObject;

/**
 * Takes the ignored fields out of an Application, as `ignoreApplicationDifferences` names them for it. A pointer or expression that fits nothing
 * changes nothing. Throws `InputError` code APPSET_IGNORE_RULE for an expression that jq cannot parse.
 */
export function ignoreRules(rules: readonly IgnoreRule[]): (name: string) => Remove {
  if (rules.length === 0) return () => (application) => application;
  return (name) => {
    // Every expression is compiled, also the ones for other Applications: as in the original one bad expression fails all.
    const removes = rules.flatMap((rule) => {
      const compiled = removesOf(rule);
      return rule.name === undefined || rule.name === name ? compiled : [];
    });
    return (application) => removes.reduce((value, remove) => remove(value), application);
  };
}

function removesOf(rule: IgnoreRule): Remove[] {
  const byPointer = (rule.jsonPointers ?? []).map(
    (pointer): Remove =>
      (value) =>
        removePointer(value, pointer),
  );
  const byJq = (rule.jqPathExpressions ?? []).map(compileJq);
  return [...byPointer, ...byJq];
}

function compileJq(expression: string): Remove {
  try {
    return deleteByJq(expression);
  } catch (error) {
    throw new InputError(
      `failed to apply ignore differences: failed to normalize application spec: ${(error as Error).message}`,
      {
        code: "APPSET_IGNORE_RULE",
        hint: `correct the jq expression ${expression}`,
        cause: error,
      },
    );
  }
}

/** Removes what a JSON pointer names; a pointer that names nothing changes nothing. */
export function removePointer(value: ValueObject, pointer: string): ValueObject {
  if (!pointer.startsWith("/")) return value;
  const path = pointer
    .slice(1)
    .split("/")
    .map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"));
  const removed = removeAt(value, path);
  return isObject(removed) ? removed : value;
}

function removeAt(value: Value | undefined, [key, ...rest]: readonly string[]): Value | undefined {
  if (key === undefined || value === undefined) return value;
  if (Array.isArray(value)) {
    const index = /^\d+$/.test(key) ? Number(key) : key === "-1" ? value.length - 1 : -1;
    if (index < 0 || index >= value.length) return value;
    if (rest.length === 0) return value.filter((_, at) => at !== index);
    return value.map((item: Value, at) => (at === index ? removeAt(item, rest)! : item));
  }
  if (!isObject(value) || !Object.hasOwn(value, key)) return value;
  if (rest.length > 0) return { ...value, [key]: removeAt(value[key], rest)! };
  const { [key]: _, ...kept } = value;
  return kept;
}
