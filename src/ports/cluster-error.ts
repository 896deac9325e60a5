import { type ErrorDetails, ExternalError } from "../core/errors.js";

/** `reason` as in `metav1.Status` ("NotFound", "Conflict", "Expired", "Invalid", "Forbidden", …), or "Unreachable" without an answer. */
export class ClusterError extends ExternalError {
  readonly reason: string;
  /** HTTP status; 0 without an answer. */
  readonly status: number;
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    details: Partial<ErrorDetails> & { readonly reason: string; readonly status: number; readonly retryAfterMs?: number },
  ) {
    super(message, { code: "CLUSTER_" + details.reason.toUpperCase(), ...details });
    this.reason = details.reason;
    this.status = details.status;
    this.retryAfterMs = details.retryAfterMs;
  }
}
