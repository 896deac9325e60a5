import { formatValue } from "../../../core/impact/format-value.js";
import { formatResourceKey } from "../../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../../../core/manifest/value.js";
import type { Application } from "../../../engine/application.js";
import type { ComparedResource } from "../../../engine/decide.js";
import { resourceDifferences } from "../../cli/resource-difference.js";
import type { Inspection } from "../open-inspector.js";
import type { ShadowDifference } from "./shadow-difference.js";

const errorConditions = new Set(["ComparisonError", "InvalidSpecError", "UnknownError"]);

/** The commits that Argo CD compared with, a source each; absent where it has not compared yet. */
export function comparedRevisions({ status, hasMultipleSources }: Application): readonly string[] | undefined {
  const sync = objectAt(status, "sync");
  const several = listAt(sync, "revisions").filter((one): one is string => typeof one === "string");
  if (hasMultipleSources) return several.length > 0 ? several : undefined;
  const revision = stringAt(sync, "revision");
  return revision === "" ? undefined : [revision];
}

/** Argo CD's own message for an Application that it cannot compare. */
export function argoError({ status }: Application): string | undefined {
  const found = listAt(status, "conditions")
    .filter(isObject)
    .find((condition) => errorConditions.has(stringAt(condition, "type")));
  return found && stringAt(found, "message");
}

/** Our comparison against Argo CD's: which resources there are, how each stands, and for a verdict that differs, in which fields. */
export function shadowApplication(inspection: Inspection): readonly ShadowDifference[] {
  const { app } = inspection;
  const subject = app.key;
  const differences: ShadowDifference[] = [];
  const theirType = stringAt(app.status, "sourceType") || String(listAt(app.status, "sourceTypes")[0] ?? "");
  if (theirType !== "" && inspection.sourceType !== "" && theirType !== inspection.sourceType)
    differences.push({
      kind: "source-type",
      subject,
      argo: theirType,
      fleetwright: inspection.sourceType,
      reason: "the tool is chosen by other files or options",
    });
  const theirs = new Map(
    listAt(app.status, "resources")
      .filter(isObject)
      .filter((one) => one["hook"] !== true)
      .map((one) => [keyOf(one), one]),
  );
  const ours = new Map(inspection.resources.filter(({ isHook }) => !isHook).map((one) => [one.key, one]));
  const fields = new Map(
    resourceDifferences(inspection.resources).map(({ resource, difference, fields: changed }) => [
      resource.key,
      difference === "changed"
        ? changed.map(({ path, live, git }) => `${path}: live ${formatValue(live)}, git ${formatValue(git)}`).join("; ")
        : difference === "missing"
          ? "it is not in the cluster"
          : "it is not in git",
    ]),
  );
  const at = stringAt(app.status, "reconciledAt");
  const when = at === "" ? "" : ` (Argo CD compared at ${at})`;
  for (const [key, one] of theirs) {
    const own = ours.get(key);
    if (own) differences.push(...verdictDifferences(subject, one, own, `${fields.get(key) ?? "no field differs here"}${when}`));
    else
      differences.push({
        kind: "resource-missing",
        subject,
        resource: key,
        argo: stringAt(one, "status"),
        fleetwright: null,
        reason: `it is neither rendered here nor live with this Application's mark${when}`,
      });
  }
  for (const [key, own] of ours) {
    if (theirs.has(key)) continue;
    const reason = own.target === null ? "it is live with this Application's mark" : "it is rendered here";
    differences.push({
      kind: "resource-extra",
      subject,
      resource: key,
      argo: null,
      fleetwright: own.status,
      reason: `${reason}${when}`,
    });
  }
  const status = stringAt(objectAt(app.status, "sync"), "status");
  // The resources say it already where one of them stands otherwise.
  if (status !== "" && status !== inspection.status && differences.length === 0)
    differences.push({
      kind: "sync-status",
      subject,
      argo: status,
      fleetwright: inspection.status,
      reason: `every resource stands alike${when}`,
    });
  return differences;
}

function verdictDifferences(
  subject: string,
  theirs: ValueObject,
  ours: ComparedResource,
  reason: string,
): readonly ShadowDifference[] {
  const status = stringAt(theirs, "status");
  const health = stringAt(objectAt(theirs, "health"), "status");
  const own = ours.health?.status ?? "";
  return [
    ...(status === ours.status
      ? []
      : [{ kind: "sync-status" as const, subject, resource: ours.key, argo: status, fleetwright: ours.status, reason }]),
    // Argo CD 3 keeps the health of resources in its cache unless it is told to persist it.
    ...(health === "" || health === own || ours.live === null
      ? []
      : [
          {
            kind: "health-status" as const,
            subject,
            resource: ours.key,
            argo: health,
            fleetwright: own,
            reason: ours.health?.message || "no message",
          },
        ]),
  ];
}

function keyOf(resource: ValueObject): string {
  const [group, kind, namespace, name] = ["group", "kind", "namespace", "name"].map((field) => stringAt(resource, field));
  return formatResourceKey({ group: group!, kind: kind!, namespace: namespace!, name: name! });
}
