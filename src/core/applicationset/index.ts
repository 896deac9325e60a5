/** Fleetwright's ApplicationSets: generation, validation and the reconcile plan, as pure functions. */
export { type Admission, admitApplication, admitApplicationSet } from "./admission/admit.js";
export { type Cluster, clusterFromSecret, clustersFromInventory } from "./clusters.js";
export {
  type GenerateContext,
  type GeneratedApplication,
  type GenerateResult,
  type GenerationError,
  generate,
  type Provenance,
  type SourceState,
} from "./generate.js";
export type { GeneratorSettings } from "./generators/generator.js";
export { type ApplicationSet, decodeApplicationSet } from "./model/application-set.js";
export {
  type AnswerOf,
  type Answers,
  type GeneratorNeed,
  type NeedAnswer,
  needKey,
  type PluginRequest,
  type PullRequest,
  type PullRequestQuery,
  type ResourceQuery,
  type ScmQuery,
  type ScmRepository,
} from "./needs.js";
export type { Origin, Params } from "./params/params.js";
export { approvalAnnotation, budgetAnnotation } from "./reconcile/delete-proof.js";
export { reconcileApplicationSet, refreshAnnotation } from "./reconcile/reconcile.js";
export { type RolloutSteps, rolloutSteps } from "./reconcile/rollout-steps.js";
export { standingStatus } from "./reconcile/standing.js";
export type {
  ApplicationDelete,
  ApplicationUpdate,
  Generated,
  HeldDeletions,
  ReconcileInput,
  ReconcilePlan,
  ReconcileSettings,
  Rename,
} from "./reconcile/types.js";
export { qualifiedName, validateApplications } from "./validate.js";
