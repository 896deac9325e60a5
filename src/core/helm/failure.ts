import { InputError } from "../errors.js";

/** An error with Helm's message: what `helm template` prints after `Error: `. */
export function helmError(
  message: string,
  details: { readonly code?: string; readonly file?: string; readonly cause?: unknown } = {},
): InputError {
  const { code = "HELM_CHART", file, cause } = details;
  return new InputError(message, { code, ...(file !== undefined && { location: { file } }), cause });
}

/** The same failure with words before its message, keeping code and place. */
export function prefixed(prefix: string, error: unknown): unknown {
  if (!(error instanceof InputError)) return error;
  const { code, location, hint } = error;
  return new InputError(prefix + error.message, { code, ...(location && { location }), ...(hint && { hint }), cause: error });
}
