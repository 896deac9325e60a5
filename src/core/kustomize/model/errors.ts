import { InputError, type Location } from "../../errors.js";

/** Every code that this renderer raises; docs/kustomize.md explains them. */
export type KustomizeCode =
  | "KUSTOMIZE_FILE"
  | "KUSTOMIZE_LOAD_RESTRICTED"
  | "KUSTOMIZE_CYCLE"
  | "KUSTOMIZE_REMOTE"
  | "KUSTOMIZE_FIELD"
  | "KUSTOMIZE_RESOURCE"
  | "KUSTOMIZE_DUPLICATE"
  | "KUSTOMIZE_PATCH"
  | "KUSTOMIZE_REPLACEMENT"
  | "KUSTOMIZE_REFERENCE"
  | "KUSTOMIZE_GENERATOR"
  | "KUSTOMIZE_PLUGIN"
  | "KUSTOMIZE_HELM"
  | "KUSTOMIZE_TOO_LARGE"
  | "KUSTOMIZE_BUILD";

export interface KustomizeErrorDetails {
  readonly location?: Location | undefined;
  readonly hint?: string | undefined;
  readonly cause?: unknown;
}

export function kustomizeError(code: KustomizeCode, message: string, details: KustomizeErrorDetails = {}): InputError {
  return new InputError(message, {
    code,
    ...(details.location ? { location: details.location } : {}),
    ...(details.hint ? { hint: details.hint } : {}),
    cause: details.cause,
  });
}

/** `prefix: message`, with the code and the location of the error below; anything but an InputError passes unchanged. */
export function prefixError(error: unknown, prefix: string, location?: Location): unknown {
  return rewordError(error, (message) => `${prefix}: ${message}`, location);
}

/** The same error with other words, keeping code and (innermost) location. */
export function rewordError(error: unknown, reword: (message: string) => string, location?: Location): unknown {
  if (!(error instanceof InputError)) return error;
  const where = error.location ?? location;
  return new InputError(reword(error.message), {
    code: error.code,
    ...(where ? { location: where } : {}),
    ...(error.hint ? { hint: error.hint } : {}),
    cause: error,
    others: error.others,
  });
}

/** Runs `action`; what it throws is prefixed. */
export function withPrefix<T>(prefix: string | (() => string), action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw prefixError(error, typeof prefix === "string" ? prefix : prefix());
  }
}

/** Go's %q. */
export { quote as quoteGo } from "../../gotemplate/fmt/quote.js";
