import { isObject } from "../../core/manifest/value.js";
import { ClusterError } from "../../ports/cluster-error.js";

const reasons: Readonly<Record<number, string>> = {
  400: "BadRequest",
  401: "Unauthorized",
  403: "Forbidden",
  404: "NotFound",
  405: "MethodNotAllowed",
  406: "NotAcceptable",
  409: "Conflict",
  410: "Expired",
  413: "RequestEntityTooLarge",
  415: "UnsupportedMediaType",
  422: "Invalid",
  429: "TooManyRequests",
  500: "InternalError",
  503: "ServiceUnavailable",
  504: "Timeout",
};

/** An answer of 400 or above, or the Status object of an ERROR watch event, as a ClusterError. */
export function statusError(status: number, body: unknown, retryAfter?: string): ClusterError {
  const object = isObject(body) ? body : {};
  const code = typeof object["code"] === "number" ? object["code"] : status;
  const given = typeof object["reason"] === "string" && object["reason"] !== "" ? object["reason"] : undefined;
  const reason = given === "Gone" || code === 410 ? "Expired" : (given ?? reasons[code] ?? "Unknown");
  const message =
    typeof object["message"] === "string" && object["message"] !== "" ? object["message"] : `the API server answered ${code}`;
  const details = isObject(object["details"]) ? object["details"] : {};
  const seconds = Number(retryAfter ?? details["retryAfterSeconds"]);
  return new ClusterError(message, { reason, status: code, ...(seconds > 0 ? { retryAfterMs: seconds * 1000 } : {}) });
}

/** No answer at all. */
export function unreachable(server: string, cause: unknown): ClusterError {
  const text = cause instanceof Error ? cause.message || (cause as { code?: string }).code || cause.name : String(cause);
  return new ClusterError(`${server} cannot be reached: ${text}`, { reason: "Unreachable", status: 0, cause });
}
