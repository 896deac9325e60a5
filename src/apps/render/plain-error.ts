import { ExternalError, FleetwrightError, InputError, InvariantError } from "../../core/errors.js";
import type { PlainError } from "./render-messages.js";

export function plainError(error: unknown): PlainError {
  if (error instanceof FleetwrightError) {
    const { kind, message, code, location, hint } = error;
    return { kind, message, code, location, hint };
  }
  return { kind: "other", message: error instanceof Error ? error.message : String(error), code: "" };
}

/** The error again, of the kind that it was. */
export function errorOf({ kind, message, code, location, hint }: PlainError): Error {
  const details = { code, ...(location === undefined ? {} : { location }), ...(hint === undefined ? {} : { hint }) };
  switch (kind) {
    case "input":
      return new InputError(message, details);
    case "external":
      return new ExternalError(message, details);
    case "invariant":
      return new InvariantError(message, details);
    case "other":
      return new Error(message);
  }
}
