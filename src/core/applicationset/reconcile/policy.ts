import type { ApplicationSetSpec } from "../model/application-set.js";
import type { ReconcileSettings } from "./types.js";

export interface Policy {
  readonly allowsUpdate: boolean;
  readonly allowsDelete: boolean;
}

/** The policy in force: the set's own where the controller lets it count, else the controller's. */
export function policyOf(spec: ApplicationSetSpec, settings: ReconcileSettings): Policy {
  const own = settings.enablePolicyOverride ? spec.syncPolicy?.applicationsSync : undefined;
  const policy = own ?? (settings.policy === "" ? "sync" : settings.policy);
  return {
    allowsUpdate: policy === "sync" || policy === "create-update",
    allowsDelete: policy === "sync" || policy === "create-delete",
  };
}
