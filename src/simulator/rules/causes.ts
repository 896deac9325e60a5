import type { FieldCause } from "../api/status-error.js";

/** A cause of kind `Invalid value`. */
export function invalidField(field: string, value: unknown, message: string): FieldCause {
  return { reason: "FieldValueInvalid", message: `Invalid value: ${shown(value)}: ${message}`, field };
}

export function requiredField(field: string, message = ""): FieldCause {
  return { reason: "FieldValueRequired", message: message === "" ? "Required value" : `Required value: ${message}`, field };
}

export function forbiddenField(field: string, message: string): FieldCause {
  return { reason: "FieldValueForbidden", message: `Forbidden: ${message}`, field };
}

export function unsupportedValue(field: string, value: unknown, supported: readonly string[]): FieldCause {
  const listed = supported.map((item) => JSON.stringify(item)).join(", ");
  return { reason: "FieldValueNotSupported", message: `Unsupported value: ${shown(value)}: supported values: ${listed}`, field };
}

function shown(value: unknown): string {
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}
