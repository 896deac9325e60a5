import { hideSecretData } from "../../core/diff/hide-secrets.js";
import type { DriftKind, FieldActor } from "../../core/drift/episode.js";
import { fieldActor } from "../../core/drift/field-actor.js";
import { changedFields } from "../../core/impact/field-change.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { Value, ValueObject } from "../../core/manifest/value.js";
import type { ComparedResource } from "../../engine/decide.js";

export interface FieldDifference {
  readonly path: string;
  readonly live: Value | undefined;
  readonly git: Value | undefined;
  /** Who wrote the live value. */
  readonly by: FieldActor | "unknown";
}

/** A resource that is not as git wants it; Secret values are plus signs. */
export interface ResourceDifference {
  readonly resource: ComparedResource;
  readonly difference: DriftKind;
  readonly fields: readonly FieldDifference[];
}

/** The resources that differ, and in which fields, from the live side to git's. */
export function resourceDifferences(resources: readonly ComparedResource[]): readonly ResourceDifference[] {
  return resources.filter(({ status }) => status === "OutOfSync").map(differenceOf);
}

/** Both sides for people: a Secret's values hidden. */
export function shown(pair: { readonly target: KubernetesObject | null; readonly live: KubernetesObject | null }): typeof pair {
  const object = pair.target ?? pair.live;
  return object?.kind === "Secret" && object.apiVersion === "v1" ? hideSecretData(pair) : pair;
}

function differenceOf(resource: ComparedResource): ResourceDifference {
  const { target, live, verdict } = resource;
  if (live === null) return { resource, difference: "missing", fields: [] };
  if (target === null) return { resource, difference: "extra", fields: [] };
  const pair = shown({
    target: (verdict.predictedLive ?? null) as unknown as KubernetesObject | null,
    live: (verdict.normalizedLive ?? null) as unknown as KubernetesObject | null,
  });
  const owners = live.metadata.managedFields as Value | undefined;
  const sides = [pair.live, pair.target].map((side) => (side ?? undefined) as unknown as Value | undefined);
  const fields = changedFields(sides[0], sides[1]).map(({ path, before, after }) => ({
    path,
    live: before,
    git: after,
    by: fieldActor(owners, path),
  }));
  return { resource, difference: "changed", fields };
}

/** A difference for programs; an absent side is left out. */
export function differenceValue({ resource, difference, fields }: ResourceDifference): ValueObject {
  const { group, kind, namespace, name } = resource;
  return {
    group,
    kind,
    namespace,
    name,
    difference,
    fields: fields.map(({ path, live, git, by }) => ({
      path,
      ...(live === undefined ? {} : { live }),
      ...(git === undefined ? {} : { git }),
      by: by === "unknown" ? by : { ...by },
    })),
  };
}
