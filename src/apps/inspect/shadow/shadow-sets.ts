import { admitApplicationSet, decodeApplicationSet } from "../../../core/applicationset/index.js";
import { formatError } from "../../../core/errors.js";
import { changedFields } from "../../../core/impact/field-change.js";
import { asValue, type KubernetesObject } from "../../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../../../core/manifest/value.js";
import { type GenerateRoom, generateApplications } from "../../../engine/rooms/generate.js";
import type { ShadowDifference } from "./shadow-difference.js";

export interface ShadowSetsInput {
  readonly room: GenerateRoom;
  readonly sets: readonly KubernetesObject[];
  readonly applications: readonly KubernetesObject[];
  readonly clusterSecrets: readonly KubernetesObject[];
  readonly projects: ReadonlySet<string>;
  /** RFC 3339. */
  readonly now: string;
}

/** What a take-over would create, change and delete: our generators and policies against the Applications that Argo CD made. */
export async function shadowSets(input: ShadowSetsInput): Promise<readonly ShadowDifference[]> {
  const found: ShadowDifference[] = [];
  for (const set of input.sets) found.push(...(await shadowSet(input, set)));
  return found;
}

async function shadowSet(input: ShadowSetsInput, object: KubernetesObject): Promise<readonly ShadowDifference[]> {
  const subject = `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
  const theirs = conditionMessage(object);
  const failed = (message: string): readonly ShadowDifference[] =>
    theirs === undefined
      ? [{ kind: "generator-error", subject, argo: null, fleetwright: message, reason: "Argo CD's set has no error" }]
      : [];
  const admission = admitApplicationSet(asValue(object) as ValueObject);
  if (!admission.valid) return failed(admission.errors.join("; "));
  try {
    const { plan } = await generateApplications(input.room, {
      set: decodeApplicationSet(admission.manifest),
      clusterSecrets: input.clusterSecrets,
      projects: input.projects,
      existing: input.applications,
      now: input.now,
      maxAgeMs: 0,
    });
    if (plan.error !== undefined) return failed(plan.error);
    const set = `ApplicationSet ${object.metadata.name}`;
    const namespace = object.metadata.namespace ?? "";
    const named = (name: string): string => `${namespace}/${name}`;
    const extra = [...plan.deletes.map(({ name }) => name), ...(plan.held?.names ?? [])];
    return [
      ...(theirs === undefined
        ? []
        : [
            {
              kind: "generator-error" as const,
              subject,
              argo: theirs,
              fleetwright: null,
              reason: "Fleetwright generates this set without an error",
            },
          ]),
      ...plan.creates.map(({ metadata }) => ({
        kind: "application-missing" as const,
        subject: named(metadata.name),
        argo: null,
        fleetwright: metadata.name,
        reason: `${set} generates it here; Argo CD has none of that name`,
      })),
      ...extra.map((name) => ({
        kind: "application-extra" as const,
        subject: named(name),
        argo: name,
        fleetwright: null,
        reason: `${set} owns it in Argo CD and does not generate it here`,
      })),
      ...plan.updates.flatMap(({ name, result }) => fieldDifferences(input, named(name), set, result)),
    ];
  } catch (error) {
    return failed(formatError(error));
  }
}

/** Fields that an update would write; an operation that a rolling sync would start is no difference of what was generated. */
function fieldDifferences(
  { applications }: ShadowSetsInput,
  subject: string,
  set: string,
  result: KubernetesObject,
): readonly ShadowDifference[] {
  const live = applications.find(({ metadata }) => `${metadata.namespace ?? ""}/${metadata.name}` === subject);
  const parts = (object: KubernetesObject | undefined): Value => {
    const value = object ? (asValue(object) as ValueObject) : {};
    const { labels, annotations, finalizers } = objectAt(value, "metadata");
    return {
      metadata: { labels: labels ?? {}, annotations: annotations ?? {}, finalizers: finalizers ?? [] },
      spec: objectAt(value, "spec"),
    };
  };
  return changedFields(parts(live), parts(result)).map(({ path, before, after }) => ({
    kind: "application-field",
    subject,
    field: path,
    argo: before ?? null,
    fleetwright: after ?? null,
    reason: `${set} gives another value here`,
  }));
}

/** The message of a true ErrorOccurred condition. */
function conditionMessage(set: KubernetesObject): string | undefined {
  const conditions = listAt(objectAt(asValue(set) as ValueObject, "status"), "conditions").filter(isObject);
  const error = conditions.find((one) => stringAt(one, "type") === "ErrorOccurred" && stringAt(one, "status") === "True");
  return error && stringAt(error, "message");
}
