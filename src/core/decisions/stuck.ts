import type { KubernetesObject } from "../manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../manifest/value.js";
import { isAutomated, isDeletionConfirmed, parseRfc3339Ms, requestedRefresh } from "../tracking/application-flags.js";

/** Something that keeps an Application from getting on, and what to do about it. */
export interface StuckFinding {
  /** `blocks`: nothing goes on until it is gone. `waits`: it goes on by itself. */
  readonly kind: "blocks" | "waits" | "note";
  readonly what: string;
  readonly hint: string;
}

export interface StuckInput {
  readonly app: KubernetesObject;
  readonly nowMs: number;
  readonly project: KubernetesObject | undefined;
  /** Whether the destination is a registered cluster. */
  readonly isClusterKnown: boolean;
  /** Whether its project's windows let it sync now, by itself and when asked for. */
  readonly window: { readonly automated: boolean; readonly manual: boolean };
  /** The replica that works on it and how long ago its Lease was renewed; undefined where replicas do not use Leases. */
  readonly owner: { readonly identity: string; readonly silentMs: number | undefined; readonly leaseMs: number } | undefined;
  /** Pauses generation; undefined where no ApplicationSet made it. */
  readonly applicationSet: KubernetesObject | undefined;
}

/** Why an Application does not get on, the hardest reason first; from what stands in Kubernetes alone. */
export function explainStuck(input: StuckInput): readonly StuckFinding[] {
  const findings = [
    ...ofOwner(input),
    ...ofSpec(input),
    ...ofDeletion(input),
    ...ofConditions(input),
    ...ofOperation(input),
    ...ofPolicy(input),
    ...ofResources(input),
    ...ofSet(input),
  ];
  const order = { blocks: 0, waits: 1, note: 2 } as const;
  return findings.sort((a, b) => order[a.kind] - order[b.kind]);
}

function ofOwner({ owner }: StuckInput): readonly StuckFinding[] {
  if (owner === undefined) return [];
  if (owner.silentMs === undefined)
    return [
      blocks(
        `replica ${owner.identity} works on it by the view, but has no Lease`,
        "`fleetwright admin shards`; the view changes within the lease time",
      ),
    ];
  if (owner.silentMs > owner.leaseMs)
    return [
      blocks(
        `replica ${owner.identity} has been silent for ${seconds(owner.silentMs)}`,
        "its share moves to the others within the lease time; look at its log and `fleetwright admin shards`",
      ),
    ];
  return [note(`replica ${owner.identity} works on it`, "`fleetwright admin queue` shows whether it waits there")];
}

function ofSpec({ app, project, isClusterKnown }: StuckInput): readonly StuckFinding[] {
  const spec = specOf(app);
  const name = stringAt(spec, "project") || "default";
  const destination = objectAt(spec, "destination");
  return [
    ...(project === undefined ? [blocks(`its project ${name} does not exist`, "create the AppProject or name another one")] : []),
    ...(isClusterKnown
      ? []
      : [
          blocks(
            `its destination ${stringAt(destination, "server") || stringAt(destination, "name") || "(none)"} is not a registered cluster`,
            "`fleetwright cluster list`; register it with `fleetwright cluster add`",
          ),
        ]),
  ];
}

function ofDeletion({ app }: StuckInput): readonly StuckFinding[] {
  const since = parseRfc3339Ms(app.metadata.deletionTimestamp ?? "");
  if (since === undefined) return [];
  const finalizers = app.metadata.finalizers ?? [];
  const foreign = finalizers.filter((finalizer) => !finalizer.startsWith("resources-finalizer.argocd.argoproj.io"));
  const unapproved = conditionsOf(app).some(
    (condition) => stringAt(condition, "type") === "DeletionError" && stringAt(condition, "message").includes("confirmation"),
  );
  if (unapproved && !isDeletionConfirmed(app, since))
    return [
      blocks(
        "its deletion waits for a person's approval",
        "annotate it with argocd.argoproj.io/deletion-approved and the time of now (RFC 3339)",
      ),
    ];
  return [
    waits(
      "it is being deleted: its resources go first, the highest wave first",
      "`fleetwright app resources` shows what is left",
    ),
    ...(foreign.length > 0
      ? [blocks(`finalizers of others hold it: ${foreign.join(", ")}`, "their controllers must take them off")]
      : []),
  ];
}

function ofConditions({ app }: StuckInput): readonly StuckFinding[] {
  return conditionsOf(app).map((condition) => {
    const type = stringAt(condition, "type");
    const text = `${type}: ${stringAt(condition, "message")}`;
    return type.endsWith("Error")
      ? blocks(text, hints[type] ?? "the message says what is wrong")
      : note(text, "a warning, nothing waits for it");
  });
}

const hints: Readonly<Record<string, string>> = {
  ComparisonError:
    "`fleetwright render` renders it here; repositories and clusters that do not answer are tried again by themselves",
  InvalidSpecError: "correct the Application's spec or its AppProject",
  SyncError: "a sync of this commit failed and is not tried again by itself: fix the cause and commit, or `fleetwright app sync`",
  DeletionError: "what cannot be deleted is named in the message",
};

function ofOperation({ app, nowMs, window }: StuckInput): readonly StuckFinding[] {
  const state = objectAt(statusOf(app), "operationState");
  const phase = stringAt(state, "phase");
  const asked = (app as unknown as ValueObject)["operation"];
  if (phase !== "Running" && phase !== "Terminating") {
    const findings: StuckFinding[] = [];
    if (isObject(asked)) {
      const isManual = objectAt(asked, "initiatedBy")["automated"] !== true;
      findings.push(
        (isManual ? window.manual : window.automated)
          ? waits("an operation is asked for and not begun yet", "its replica begins it when it comes to this Application")
          : blocks("an operation is asked for, and a sync window forbids it now", "`fleetwright proj windows` shows them"),
      );
    }
    if (phase === "Failed" || phase === "Error")
      findings.push(note(`its last operation ended with ${phase}: ${stringAt(state, "message")}`, "`fleetwright app history`"));
    return findings;
  }
  const startedMs = parseRfc3339Ms(stringAt(state, "startedAt")) ?? nowMs;
  const results = listAt(objectAt(state, "syncResult"), "resources").filter(isObject);
  const running = results.filter((result) => ["Running", ""].includes(stringAt(result, "hookPhase")));
  const failed = results.filter((result) => stringAt(result, "status") === "SyncFailed");
  const message = stringAt(state, "message");
  return [
    waits(
      `an operation runs for ${seconds(nowMs - startedMs)}${message ? `: ${message}` : ""}`,
      phase === "Terminating" ? "it is being ended" : "`fleetwright app sync --terminate` ends it",
    ),
    ...failed.map((result) =>
      blocks(`${nameOf(result)} failed: ${stringAt(result, "message")}`, "fix it in git; the operation ends or is retried"),
    ),
    ...running
      .filter((result) => stringAt(result, "hookType") !== "" || stringAt(result, "hookPhase") === "Running")
      .map((result) =>
        waits(
          `it waits for ${nameOf(result)}: ${stringAt(result, "message") || "running"}`,
          "look at the resource in its cluster",
        ),
      ),
  ];
}

function ofPolicy({ app, window }: StuckInput): readonly StuckFinding[] {
  const sync = stringAt(objectAt(statusOf(app), "sync"), "status");
  const refresh = requestedRefresh(app);
  const findings: StuckFinding[] = [];
  if (refresh !== undefined)
    findings.push(waits(`a ${refresh} refresh is asked for and not served yet`, "its replica serves it first of all"));
  if (sync === "") findings.push(waits("it was never compared", "its replica has not come to it yet: `fleetwright admin queue`"));
  if (sync !== "OutOfSync") return findings;
  if (!isAutomated(specOf(app)))
    findings.push(blocks("it is OutOfSync and has no automated sync", "`fleetwright app diff`, then `fleetwright app sync`"));
  else if (!window.automated)
    findings.push(blocks("it is OutOfSync and a sync window forbids automated syncs now", "`fleetwright proj windows`"));
  else if (objectAt(objectAt(specOf(app), "syncPolicy"), "automated")["selfHeal"] !== true)
    findings.push(
      note("it does not heal itself: what was changed in the cluster stays until the next commit", "set automated.selfHeal"),
    );
  return findings;
}

function ofResources({ app }: StuckInput): readonly StuckFinding[] {
  return listAt(statusOf(app), "resources")
    .filter(isObject)
    .flatMap((resource) => {
      const health = objectAt(resource, "health");
      const status = stringAt(health, "status");
      const text = `${nameOf(resource)} is ${status}${stringAt(health, "message") ? `: ${stringAt(health, "message")}` : ""}`;
      if (status === "Degraded") return [blocks(text, "waves and hooks after it do not begin")];
      if (status === "Progressing") return [waits(text, "waves and hooks after it begin when it is Healthy")];
      if (resource["requiresPruning"] === true)
        return [
          note(
            `${nameOf(resource)} is not in git any more and is not pruned`,
            "`fleetwright app sync --prune`, or automated.prune",
          ),
        ];
      return [];
    });
}

function ofSet({ applicationSet }: StuckInput): readonly StuckFinding[] {
  if (applicationSet === undefined) return [];
  const { name } = applicationSet.metadata;
  return listAt(objectAt(applicationSet as unknown as ValueObject, "status"), "conditions")
    .filter(isObject)
    .filter((condition) => stringAt(condition, "type") === "ErrorOccurred" && stringAt(condition, "status") === "True")
    .map((condition) =>
      note(
        `its ApplicationSet ${name} has an error: ${stringAt(condition, "message")}`,
        "its Applications stay as they are until it is fixed",
      ),
    );
}

const blocks = (what: string, hint: string): StuckFinding => ({ kind: "blocks", what, hint });
const waits = (what: string, hint: string): StuckFinding => ({ kind: "waits", what, hint });
const note = (what: string, hint: string): StuckFinding => ({ kind: "note", what, hint });

function specOf(app: KubernetesObject): ValueObject {
  return objectAt(app as unknown as ValueObject, "spec");
}

function statusOf(app: KubernetesObject): ValueObject {
  return objectAt(app as unknown as ValueObject, "status");
}

function conditionsOf(app: KubernetesObject): readonly ValueObject[] {
  return listAt(statusOf(app), "conditions").filter(isObject);
}

function nameOf(resource: ValueObject): string {
  return `${stringAt(resource, "kind")} ${stringAt(resource, "namespace") ? `${stringAt(resource, "namespace")}/` : ""}${stringAt(resource, "name")}`;
}

function seconds(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1000))} s`;
}
