import { sha256Hex } from "../../../platform/hash.js";
import type { KubernetesObject } from "../../manifest/object.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, objectAt, stringAt } from "../../manifest/value.js";
import { emitJson } from "../../yaml/json.js";
import type { GeneratedApplication, SourceState } from "../generate.js";
import type { ApplicationSet } from "../model/application-set.js";
import type { DeleteBudget, HeldDeletions, Rename } from "./types.js";

/** Its value is the hash of the held deletions; it lets exactly them through, once. */
export const approvalAnnotation = "fleetwright.dev/approve-plan";
/** `25%`, `5`, `25%,5` or `none`: overrides the controller's budget for one set. */
export const budgetAnnotation = "fleetwright.dev/delete-budget";

export interface DeleteDecision {
  readonly deletes: readonly KubernetesObject[];
  readonly held: HeldDeletions | undefined;
  readonly renames: readonly Rename[];
  /** An approval was used. */
  readonly approved: boolean;
}

interface DeleteQuestion {
  readonly set: ApplicationSet;
  readonly owned: readonly KubernetesObject[];
  readonly desired: readonly GeneratedApplication[];
  readonly sourceState: SourceState;
  readonly budget: DeleteBudget;
}

/**
 * Which of the set's Applications may go. A failed source deletes nothing; an empty one, or more than the budget, is held until the set carries
 * the approval of exactly this plan. Renames count with the others: the Application object goes, though its resources stay.
 */
export function decideDeletes({ set, owned, desired, sourceState, budget }: DeleteQuestion): DeleteDecision {
  const nothing = { deletes: [], held: undefined, renames: [], approved: false };
  if (sourceState === "failed") return nothing;
  const wanted = new Set(desired.map((application) => application.metadata.name));
  const gone = owned.filter((application) => !wanted.has(application.metadata.name));
  if (gone.length === 0) return nothing;
  const renames = findRenames(gone, desired, owned);
  const leaving = gone.filter((application) => application.metadata.deletionTimestamp === undefined);
  const why = holdReason(leaving.length, owned.length, sourceState, budgetOf(set, budget));
  if (why === undefined) return { deletes: gone, held: undefined, renames, approved: false };
  const names = leaving.map((application) => application.metadata.name).sort();
  const hash = planHash(set, leaving, why);
  if (set.metadata.annotations?.[approvalAnnotation] === hash) return { deletes: gone, held: undefined, renames, approved: true };
  return { deletes: [], held: { hash, why, names, total: owned.length }, renames, approved: false };
}

function holdReason(
  count: number,
  total: number,
  sourceState: SourceState,
  budget: DeleteBudget | "none",
): HeldDeletions["why"] | undefined {
  if (count === 0 || budget === "none") return undefined;
  if (sourceState === "empty") return "emptyResult";
  return count > budget.count && count * 100 > budget.percent * total ? "overBudget" : undefined;
}

/** The set's own budget over the controller's; what cannot be read changes nothing. */
function budgetOf(set: ApplicationSet, budget: DeleteBudget): DeleteBudget | "none" {
  const text = set.metadata.annotations?.[budgetAnnotation]?.trim();
  if (text === undefined) return budget;
  if (text === "none") return "none";
  const parts = text.split(",").map((part) => part.trim());
  if (!parts.every((part) => /^\d+%?$/.test(part))) return budget;
  const percent = parts.find((part) => part.endsWith("%"));
  const count = parts.find((part) => !part.endsWith("%"));
  // A single number is the only limit.
  return { percent: percent === undefined ? 0 : Number.parseInt(percent, 10), count: count === undefined ? 0 : Number(count) };
}

function planHash(set: ApplicationSet, leaving: readonly KubernetesObject[], why: string): string {
  const identity = leaving.map(({ metadata }) => [metadata.name, metadata.uid ?? ""]).sort((a, b) => (a[0]! < b[0]! ? -1 : 1));
  const { namespace, name, uid = "" } = set.metadata;
  return sha256Hex(emitJson({ set: [namespace, name, uid], why, delete: identity } as Value));
}

/** Pairs a vanishing Application with a new one that has its destination and source. */
function findRenames(
  gone: readonly KubernetesObject[],
  desired: readonly GeneratedApplication[],
  owned: readonly KubernetesObject[],
): readonly Rename[] {
  const known = new Set(owned.map((application) => application.metadata.name));
  const fresh = new Map<string, string[]>();
  for (const application of desired) {
    const name = application.metadata.name ?? "";
    if (known.has(name)) continue;
    const key = identityOf(application.spec);
    fresh.set(key, [...(fresh.get(key) ?? []), name]);
  }
  return gone.flatMap((application) => {
    const spec = isObject(application["spec"]) ? application["spec"] : {};
    const to = fresh.get(identityOf(spec))?.shift();
    return to === undefined ? [] : [{ from: application.metadata.name, to }];
  });
}

function identityOf(spec: ValueObject): string {
  const destination = objectAt(spec, "destination");
  const sources = Array.isArray(spec["sources"]) && spec["sources"].length > 0 ? spec["sources"] : [spec["source"] ?? null];
  const places = (sources as readonly Value[]).map((source) =>
    isObject(source) ? [stringAt(source, "repoURL"), stringAt(source, "path"), stringAt(source, "chart")] : source,
  );
  return emitJson([stringAt(destination, "server"), stringAt(destination, "name"), stringAt(destination, "namespace"), places]);
}
