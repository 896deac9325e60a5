import { InputError } from "../errors.js";
import type { FunctionSetName } from "./funcs/tables.js";
import { compileTemplate, type ExecuteOptions, executeTemplate } from "./render.js";

/*
 * For tests: a fixed clock and randomness of a counter.
 */

const fixed: ExecuteOptions = {
  now: () => 1_700_000_000_000_000_000n,
  random: (count) => Uint8Array.from({ length: count }, (_, index) => (index * 37 + 11) % 256),
};

/** The output of a template under a function set, "argo" unless told. */
export function render(
  template: string,
  data: unknown = {},
  options: ExecuteOptions & { readonly functions?: FunctionSetName } = {},
): string {
  const { functions = "argo", ...execute } = options;
  return executeTemplate(compileTemplate("base", template, { functions }), data, { ...fixed, ...execute });
}

/** The message of the InputError that a template ends in. */
export function failureOf(
  template: string,
  data: unknown = {},
  options: ExecuteOptions & { readonly functions?: FunctionSetName } = {},
): string {
  try {
    return `no failure but ${render(template, data, options)}`;
  } catch (error) {
    if (error instanceof InputError) return error.message;
    throw error;
  }
}
