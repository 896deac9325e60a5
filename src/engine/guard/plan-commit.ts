import {
  admitApplicationSet,
  decodeApplicationSet,
  type GeneratedApplication,
  type HeldDeletions,
} from "../../core/applicationset/index.js";
import { FleetwrightError } from "../../core/errors.js";
import type { FleetApplication, FleetRender } from "../../core/impact/fleet-state.js";
import type { Budget } from "../../core/impact/guard.js";
import { planRollout, type RolloutPlan } from "../../core/impact/rollout-plan.js";
import { asValue, type KubernetesObject } from "../../core/manifest/object.js";
import { isObject, objectAt, stringAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import { memoryTree } from "../../core/render/memory-tree.js";
import { recordReads } from "../../core/render/recording-tree.js";
import { sameRepositoryURL } from "../../core/render/repository-url.js";
import type { ResolvedRevision, SourcePort } from "../../ports/source.js";
import { applicationOf } from "../application.js";
import { keyOfObject } from "../object-key.js";
import type { GenerateInput, GenerateRoom } from "../rooms/generate.js";
import { generateApplications } from "../rooms/generate.js";
import { type RenderOutput, type RenderRoom, renderApplication } from "../rooms/render.js";
import type { GuardedPlace } from "./guard-record.js";

export interface PlanCommitContext {
  readonly generate: Omit<GenerateRoom, "source">;
  readonly render: Omit<RenderRoom, "source">;
  readonly source: SourcePort;
  /** The commit that another place is at: plans are about one place only. */
  readonly currentOf: (resolved: ResolvedRevision) => string;
  /** Whole ones: all of the fleet, whoever works on them. */
  readonly applications: () => Promise<readonly KubernetesObject[]>;
  readonly applicationSets: () => readonly KubernetesObject[];
  readonly generateInput: () => Pick<GenerateInput, "clusterSecrets" | "projects" | "now">;
  /** Lets others work between two pieces of work. */
  readonly pause: () => Promise<void>;
}

export interface CommitPlan extends RolloutPlan {
  /** Deletions that a set would hold by itself; the approval of the plan covers them. */
  readonly deletions: readonly { readonly set: KubernetesObject; readonly held: HeldDeletions }[];
  /** Keys of the sets whose Applications change. */
  readonly applicationSets: readonly string[];
}

interface Wanted {
  readonly metadata: ValueObject;
  readonly spec: ValueObject;
  readonly set: string | undefined;
}

/** What a plan assumes of clusters that it does not ask: a version that comes and goes must not change the plan. */
const kubeVersion = "v1.33.0";

/**
 * What the move of a place from one commit to another would do: its ApplicationSets are generated and its Applications rendered at both, by what the
 * hub holds now. What cannot be generated at the new commit changes nothing, as in the set's own reconcile.
 */
export async function planCommit(
  context: PlanCommitContext,
  move: GuardedPlace & { readonly from: string; readonly to: string },
  budgets: readonly Budget[],
): Promise<CommitPlan> {
  const [before, after] = [sourceAt(context, move, move.from), sourceAt(context, move, move.to)];
  const wanted = { before: new Map<string, Wanted>(), after: new Map<string, Wanted>() };
  const applications = await context.applications();
  for (const object of applications) {
    if (!readsPlace(applicationOf(object).sources, move)) continue;
    const own = {
      metadata: wantedMetadata(objectAt(asValue(object), "metadata")),
      spec: objectAt(asValue(object), "spec"),
      set: undefined,
    };
    wanted.before.set(keyOfObject(object), own);
    wanted.after.set(keyOfObject(object), own);
  }
  const deletions: CommitPlan["deletions"][number][] = [];
  for (const object of context.applicationSets()) {
    if (!generatesFrom(asValue(object)["spec"] ?? null, move)) continue;
    const older = await generateAt(context, { object, applications }, before);
    const newer = older && (await generateAt(context, { object, applications }, after));
    if (!older || !newer) continue;
    if (newer.held) deletions.push({ set: object, held: newer.held });
    const key = keyOfObject(object);
    for (const [name, made] of older.made) wanted.before.set(name, { ...made, set: key });
    for (const name of older.made.keys()) if (!newer.made.has(name)) wanted.after.delete(name);
    for (const [name, made] of newer.made) {
      wanted.after.set(name, { ...made, set: key });
      // An Application that was written by hand until now is not new.
      if (!older.made.has(name) && wanted.before.get(name)?.set === undefined) wanted.before.delete(name);
    }
  }
  const renders = new Renders(context);
  const plan = planRollout(
    { before: await renders.of(wanted.before, before), after: await renders.of(wanted.after, after) },
    budgets,
    move,
  );
  const changed = new Set(plan.changes.map(({ application }) => application));
  const sets = [...wanted.before, ...wanted.after].flatMap(([key, { set }]) =>
    set !== undefined && changed.has(key) ? [set] : [],
  );
  return { ...plan, deletions, applicationSets: [...new Set(sets)].sort() };
}

/** Everything as it is, but the place at one commit. */
function sourceAt({ source, currentOf }: PlanCommitContext, place: GuardedPlace, commit: string): SourcePort {
  return {
    tree: (repoURL, of) => source.tree(repoURL, of),
    changedPaths: (repoURL, from, to) => source.changedPaths(repoURL, from, to),
    describe: (repoURL, of) => source.describe(repoURL, of),
    async resolve(repoURL, revision, options) {
      if (sameRepositoryURL(repoURL, place.repoURL) && (revision || "HEAD") === place.revision)
        return { repoURL, revision, commit };
      const resolved = await source.resolve(repoURL, revision, options);
      return { ...resolved, commit: currentOf({ ...resolved, repoURL, revision }) };
    },
  };
}

function readsPlace(sources: readonly ValueObject[], place: GuardedPlace): boolean {
  return sources.some(
    (source) =>
      stringAt(source, "chart") === "" &&
      sameRepositoryURL(stringAt(source, "repoURL"), place.repoURL) &&
      (stringAt(source, "targetRevision") || "HEAD") === place.revision,
  );
}

/** Whether a generator of the set reads the place, or its template makes Applications that may. */
function generatesFrom(value: Value, place: GuardedPlace): boolean {
  if (Array.isArray(value)) return value.some((item: Value) => generatesFrom(item, place));
  if (!isObject(value)) return false;
  const { repoURL } = value;
  if (typeof repoURL === "string" && (repoURL.includes("{{") || sameRepositoryURL(repoURL, place.repoURL))) return true;
  return Object.values(value).some((item) => generatesFrom(item, place));
}

interface GeneratedAt {
  readonly made: ReadonlyMap<string, Omit<Wanted, "set">>;
  readonly held: HeldDeletions | undefined;
}

async function generateAt(
  context: PlanCommitContext,
  { object, applications }: { readonly object: KubernetesObject; readonly applications: readonly KubernetesObject[] },
  source: SourcePort,
): Promise<GeneratedAt | undefined> {
  const admission = admitApplicationSet(asValue(object));
  if (!admission.valid || object.metadata.deletionTimestamp !== undefined) return undefined;
  try {
    const { generated, plan } = await generateApplications(
      { ...context.generate, source },
      {
        set: decodeApplicationSet(admission.manifest),
        existing: applications,
        ...context.generateInput(),
        maxAgeMs: Number.POSITIVE_INFINITY,
      },
    );
    if (!generated || generated.errors.length > 0) return undefined;
    const made = new Map(generated.applications.map((application) => [generatedKey(application), wantedOf(application)]));
    return { made, held: plan.held };
  } catch (error) {
    if (error instanceof FleetwrightError) return undefined;
    throw error;
  }
}

function generatedKey({ metadata }: GeneratedApplication): string {
  return `${metadata.namespace}/${metadata.name ?? ""}`;
}

function wantedOf({ metadata, spec }: GeneratedApplication): Omit<Wanted, "set"> {
  return { metadata: wantedMetadata(metadata as unknown as ValueObject), spec };
}

/** Without what the API server and the controllers write. */
function wantedMetadata(metadata: ValueObject): ValueObject {
  const { name, namespace, labels, finalizers } = metadata;
  return Object.fromEntries(
    Object.entries({ name, namespace, labels, finalizers }).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  );
}

/** In place of what was read: renders are told apart by what they come to. */
function readSetOf(id: string): FleetRender["readSet"] {
  return { ...recordReads(memoryTree({})).readSet(), files: new Map([["", id]]) };
}
const pauseEvery = 20;

/** Renders of one plan: equal ones are the same object, so that the comparison skips them. */
class Renders {
  private readonly known = new Map<string, FleetRender>();
  private count = 0;

  constructor(private readonly context: PlanCommitContext) {}

  async of(wanted: ReadonlyMap<string, Wanted>, source: SourcePort): Promise<ReadonlyMap<string, FleetApplication>> {
    const fleet = new Map<string, FleetApplication>();
    for (const [key, { metadata, spec }] of wanted) {
      if (++this.count % pauseEvery === 0) await this.context.pause();
      const name = stringAt(metadata, "name");
      const namespace = stringAt(metadata, "namespace");
      const render = await this.one(key, name, spec, source);
      fleet.set(key, { key, name, namespace, metadata, spec, origin: { kind: "file", file: "", document: 0 }, render });
    }
    return fleet;
  }

  private async one(key: string, appName: string, spec: ValueObject, source: SourcePort): Promise<FleetRender> {
    const { sources, destination, project } = applicationOf({
      apiVersion: "",
      kind: "",
      metadata: { name: appName },
      spec,
    } as KubernetesObject);
    try {
      const output: RenderOutput = await renderApplication(
        { ...this.context.render, source },
        {
          application: key,
          project,
          appName,
          namespace: destination.namespace,
          sources,
          kubeVersion,
          apiVersions: [],
          maxAgeMs: Number.POSITIVE_INFINITY,
          force: false,
        },
      );
      const id = `${key} ${output.id}`;
      const known = this.known.get(id);
      if (known) return known;
      const render = { manifests: output.manifests, warnings: output.warnings, readSet: readSetOf(id) };
      this.known.set(id, render);
      return render;
    } catch (error) {
      if (!(error instanceof FleetwrightError)) throw error;
      // The same failure at both commits is no change.
      const id = `${key} failed ${error.message}`;
      const known = this.known.get(id) ?? { manifests: [], warnings: [], readSet: readSetOf(id), error };
      this.known.set(id, known);
      return known;
    }
  }
}
