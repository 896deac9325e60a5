import type { ResourceType } from "../api/resource-type.js";
import { type Draft, ensure, part, text } from "../draft.js";
import { type ResourceExchange, readValue, sendJson } from "./exchange.js";

const reviewKinds = new Set([
  "SelfSubjectReview",
  "TokenReview",
  "LocalSubjectAccessReview",
  "SelfSubjectAccessReview",
  "SelfSubjectRulesReview",
  "SubjectAccessReview",
]);

export function isReview(type: ResourceType): boolean {
  return reviewKinds.has(type.kind);
}

const user = { username: "admin", uid: "admin", groups: ["system:masters", "system:authenticated"] };

/** Reviews are answered, never stored. The one user of a simulated cluster may do everything. */
export async function serveReview(exchange: ResourceExchange): Promise<void> {
  const review = (await readValue(exchange)) as Draft;
  ensure(review, "metadata")["creationTimestamp"] ??= null;
  ensure(review, "spec");
  review["status"] = statusOf(exchange.type.kind, review);
  sendJson(exchange, 201, review);
}

function statusOf(kind: string, review: Draft): Draft {
  switch (kind) {
    case "SelfSubjectReview":
      return { userInfo: user };
    case "TokenReview":
      return text(part(review, "spec"), "token") === "" ? { authenticated: false } : { authenticated: true, user };
    case "SelfSubjectRulesReview":
      return {
        resourceRules: [{ verbs: ["*"], apiGroups: ["*"], resources: ["*"] }],
        nonResourceRules: [{ verbs: ["*"], nonResourceURLs: ["*"] }],
        incomplete: false,
      };
    default:
      return { allowed: true, reason: "the simulator allows everything" };
  }
}
