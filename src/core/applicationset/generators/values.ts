import { InputError } from "../../errors.js";
import type { Value } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { markTyped, type Params } from "../params/params.js";
import type { GeneratorRun } from "./generator.js";

/**
 * Adds a generator's `values`, rendered with its own parameters: under `values` for Go templates, as `values.NAME` otherwise. A value sees the
 * parameters but no other value, so no value can blow up another.
 */
export function withValues(params: Params, values: Value | undefined, run: GeneratorRun): Params {
  if (!isObject(values) || Object.keys(values).length === 0) return params;
  const rendered: Record<string, string> = {};
  for (const key of Object.keys(values).sort()) {
    try {
      rendered[key] = run.text.replace(values[key] as string, params);
    } catch (error) {
      throw wrapError("failed to replace templated string: failed to replace templated string with rendered values", error);
    }
  }
  if (run.set.spec.goTemplate) return { ...params, values: markTyped(rendered, "stringMap") };
  const made: Record<string, Value> = { ...params };
  for (const [key, value] of Object.entries(rendered)) made[`values.${key}`] = value;
  return made;
}

/** `context: message`, keeping code, place and hint. */
export function wrapError(context: string, error: unknown): InputError {
  if (!(error instanceof Error))
    return new InputError(`${context}: ${String(error)}`, { code: "APPSET_GENERATOR", cause: error });
  const known = error instanceof InputError ? error : undefined;
  return new InputError(`${context}: ${error.message}`, {
    code: known?.code ?? "APPSET_GENERATOR",
    ...(known?.location ? { location: known.location } : {}),
    ...(known?.hint ? { hint: known.hint } : {}),
    cause: error,
  });
}
