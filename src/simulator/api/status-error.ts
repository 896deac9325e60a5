import type { ValueObject } from "../../core/manifest/value.js";

/** One finding about a field, as in `Status.details.causes`. */
export interface FieldCause {
  readonly reason: string;
  readonly message: string;
  readonly field: string;
}

export interface StatusDetails {
  readonly name?: string;
  readonly group?: string;
  readonly kind?: string;
  readonly uid?: string;
  readonly causes?: readonly FieldCause[];
  readonly retryAfterSeconds?: number;
}

/** A refusal as the API server words it: becomes a `metav1.Status` with the HTTP code. */
export class StatusError extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: StatusDetails | undefined;

  constructor(code: number, reason: string, message: string, details?: StatusDetails) {
    super(message);
    this.name = "StatusError";
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  /** The `metav1.Status` of it. */
  toStatus(): ValueObject {
    return {
      kind: "Status",
      apiVersion: "v1",
      metadata: {},
      status: "Failure",
      message: this.message,
      ...(this.reason === "" ? {} : { reason: this.reason }),
      ...(this.details === undefined ? {} : { details: JSON.parse(JSON.stringify(this.details)) as ValueObject }),
      code: this.code,
    };
  }
}

interface Named {
  readonly group: string;
  readonly plural: string;
}

/** `deployments.apps`, or `pods` in the core group. */
export function qualified(type: Named): string {
  return type.group === "" ? type.plural : `${type.plural}.${type.group}`;
}

function details(type: Named, name: string, more: StatusDetails = {}): StatusDetails {
  return {
    ...(name === "" ? {} : { name }),
    ...(type.group === "" ? {} : { group: type.group }),
    kind: type.plural,
    ...more,
  };
}

export function notFound(type: Named, name: string): StatusError {
  return new StatusError(404, "NotFound", `${qualified(type)} "${name}" not found`, details(type, name));
}

export function alreadyExists(type: Named, name: string): StatusError {
  return new StatusError(409, "AlreadyExists", `${qualified(type)} "${name}" already exists`, details(type, name));
}

export function conflict(type: Named, name: string, why: string): StatusError {
  return new StatusError(
    409,
    "Conflict",
    `Operation cannot be fulfilled on ${qualified(type)} "${name}": ${why}`,
    details(type, name),
  );
}

/** The refusal of a stale resourceVersion. */
export function modified(type: Named, name: string): StatusError {
  return conflict(type, name, "the object has been modified; please apply your changes to the latest version and try again");
}

export function badRequest(message: string): StatusError {
  return new StatusError(400, "BadRequest", message);
}

export function forbidden(type: Named, name: string, why: string): StatusError {
  return new StatusError(403, "Forbidden", `${qualified(type)} "${name}" is forbidden: ${why}`, details(type, name));
}

/** 422 with one cause a finding; the message lists them as the real server does. */
export function invalid(
  kind: { readonly group: string; readonly kind: string },
  name: string,
  causes: readonly FieldCause[],
): StatusError {
  const texts = [...new Set(causes.map((cause) => (cause.field === "" ? cause.message : `${cause.field}: ${cause.message}`)))];
  const listed = texts.length === 1 ? texts[0]! : `[${texts.join(", ")}]`;
  const qualifiedKind = kind.group === "" ? kind.kind : `${kind.kind}.${kind.group}`;
  return new StatusError(422, "Invalid", `${qualifiedKind} "${name}" is invalid: ${listed}`, {
    ...(name === "" ? {} : { name }),
    ...(kind.group === "" ? {} : { group: kind.group }),
    kind: kind.kind,
    causes,
  });
}

export function expired(message: string): StatusError {
  return new StatusError(410, "Expired", message);
}

export function unsupportedMediaType(contentType: string, accepted: string): StatusError {
  return new StatusError(
    415,
    "UnsupportedMediaType",
    `the body of the request was in an unknown format - accepted media types include: ${accepted}${contentType === "" ? "" : ""}`,
  );
}

export function methodNotAllowed(): StatusError {
  return new StatusError(405, "MethodNotAllowed", "the server does not allow this method on the requested resource", {});
}

/** What the server says for a path that is no resource. */
export function pathNotFound(): StatusError {
  return new StatusError(404, "NotFound", "the server could not find the requested resource", {});
}
