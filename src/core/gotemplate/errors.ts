import { InputError } from "../errors.js";

/**
 * A failed parse, execution or function, with Go's chain of wrapped errors. Thrown inside the engine only: what leaves the public
 * functions is an InputError.
 */
export class TemplateFailure {
  constructor(
    readonly message: string,
    readonly details: {
      readonly kind: "parse" | "exec" | "function";
      readonly cause?: TemplateFailure | undefined;
      readonly at?: { readonly file: string; readonly line: number; readonly column?: number };
      /** Overrides the code of the InputError: a budget that ran out. */
      readonly code?: string;
    } = { kind: "function" },
  ) {}
}

/** An error returned (or a panic raised) by a template function. */
export function functionError(message: string, cause?: TemplateFailure): TemplateFailure {
  return new TemplateFailure(message, { kind: "function", cause });
}

const codes = { parse: "TEMPLATE_PARSE", exec: "TEMPLATE_EXECUTE", function: "TEMPLATE_FUNCTION" } as const;

/** The failure as callers see it: the message of the original, the place of the innermost template. */
export function toInputError(failure: TemplateFailure): InputError {
  let place = failure.details.at;
  let code = failure.details.code;
  for (let inner = failure.details.cause; inner; inner = inner.details.cause) {
    place = inner.details.at ?? place;
    code = inner.details.code ?? code;
  }
  return new InputError(failure.message, {
    code: code ?? codes[failure.details.kind],
    ...(place && {
      location: { ...place, ...(place.column === undefined ? {} : { column: place.column + 1 }) },
    }),
    cause: failure,
  });
}
