import {
  type ApplicationSet,
  type Cluster,
  clusterFromSecret,
  type Generated,
  type GeneratorNeed,
  generate,
  type NeedAnswer,
  needKey,
  type ReconcilePlan,
  type ResourceQuery,
  reconcileApplicationSet,
} from "../../core/applicationset/index.js";
import { InputError } from "../../core/errors.js";
import { asValue, type KubernetesObject } from "../../core/manifest/object.js";
import { secretData } from "../../core/manifest/secret-data.js";
import type { ValueObject } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { isReadSetValid, type ReadSet, recordReads } from "../../core/render/recording-tree.js";
import type { GeneratorServices } from "../../ports/generator-services.js";
import type { SourcePort } from "../../ports/source.js";

export interface GenerateRoom {
  readonly source: SourcePort;
  readonly controllerNamespace: string;
  /** A ConfigMap or Secret of the control plane's namespace, for plug-ins and cluster decision resources. */
  readonly configMap: (name: string) => KubernetesObject | undefined;
  readonly secret: (name: string) => Promise<KubernetesObject | undefined>;
  /** Objects that a cluster decision resource generator lists in the control plane's namespace. */
  readonly resources: (query: ResourceQuery) => Promise<readonly ValueObject[]>;
  /** SCM hosts and plug-ins; without them their generators fail, which deletes nothing. */
  readonly services?: GeneratorServices;
}

export interface GenerateInput {
  readonly set: ApplicationSet;
  readonly clusterSecrets: readonly KubernetesObject[];
  readonly projects: ReadonlySet<string>;
  readonly existing: readonly KubernetesObject[];
  readonly now: string;
  readonly maxAgeMs: number;
  readonly refusals?: ReadonlyMap<string, string>;
  /** How many Applications the set's status lists; 0 for all. */
  readonly statusCount?: number;
  /** Why a commit that would change what the set generates is held. */
  readonly rolloutHeld?: string;
}

/** What a git generator read, and where: a commit that changes none of it needs no new generation. */
export interface GeneratorReads {
  readonly repoURL: string;
  readonly revision: string;
  readonly readSet: ReadSet;
  readonly commit: string | undefined;
}

export interface GenerateOutput {
  readonly plan: ReconcilePlan;
  readonly reads: readonly GeneratorReads[];
  /** What the generators gave; absent while the set is being deleted. */
  readonly generated?: Generated;
  /** Whether all that was asked for lies in repositories whose commits are followed: nothing of it changes unannounced. */
  readonly isFollowed: boolean;
  /** Calls again with what the API server refused. */
  readonly replan: (refusals: ReadonlyMap<string, string>) => ReconcilePlan;
}

const mostRounds = 20;

/** ApplicationSet, clusters and files → Applications to create, update and delete. What core needs to know is fetched and core asked again. */
export async function generateApplications(room: GenerateRoom, input: GenerateInput): Promise<GenerateOutput> {
  const { set } = input;
  const clusters = input.clusterSecrets
    .map((secret) => clusterFromSecret(asValue(secret)))
    .filter((cluster): cluster is Cluster => cluster !== undefined);
  const answers = new Map<string, NeedAnswer>();
  const trees = new Map<
    string,
    { readonly repoURL: string; readonly revision: string; readonly readSet: () => ReadSet; commit: string | undefined }
  >();
  const { rolloutHeld } = input;
  const common = {
    set,
    existing: input.existing,
    clusters,
    projects: input.projects,
    now: input.now,
    settings: { maxResourcesStatusCount: input.statusCount ?? 0 },
    ...(rolloutHeld === undefined ? {} : { rolloutHeld }),
  };
  if (set.metadata.deletionTimestamp !== undefined) {
    const replan = (refusals: ReadonlyMap<string, string>): ReconcilePlan =>
      reconcileApplicationSet({ ...common, generated: undefined, refusals });
    return { plan: replan(new Map()), reads: [], isFollowed: false, replan };
  }
  let isFollowed = true;
  for (let round = 0; round < mostRounds; round++) {
    const result = generate(set, {
      clusters,
      projects: input.projects,
      answers,
      settings: { controllerNamespace: room.controllerNamespace },
    });
    if (result.kind === "generated") {
      const replan = (refusals: ReadonlyMap<string, string>): ReconcilePlan =>
        reconcileApplicationSet({ ...common, generated: result, refusals });
      const reads = [...trees.values()].map(({ repoURL, revision, readSet, commit }) => ({
        repoURL,
        revision,
        readSet: readSet(),
        commit,
      }));
      return { plan: replan(new Map()), reads, generated: result, isFollowed, replan };
    }
    if (result.needs.some(({ kind }) => kind !== "git")) isFollowed = false;
    await Promise.all(
      result.needs.map(async (need) => {
        answers.set(
          needKey(need),
          await answer(room, need, input.maxAgeMs, (tree, commit) => {
            if (need.kind !== "git") return tree;
            const recorded = recordReads(tree);
            trees.set(needKey(need), { repoURL: need.repoURL, revision: need.revision, readSet: recorded.readSet, commit });
            return recorded.tree;
          }),
        );
      }),
    );
  }
  throw new InputError("the generators ask without end", { code: "APPSET_NEEDS" });
}

/** Whether a generation would read the same in the trees that there are now. */
export async function areReadsValid(source: SourcePort, reads: readonly GeneratorReads[]): Promise<boolean> {
  for (const { repoURL, revision, readSet } of reads) {
    const { commit } = await source.resolve(repoURL, revision, { maxAgeMs: Number.POSITIVE_INFINITY });
    if (!isReadSetValid(readSet, await source.tree(repoURL, commit))) return false;
  }
  return true;
}

async function answer(
  room: GenerateRoom,
  need: GeneratorNeed,
  maxAgeMs: number,
  record: (tree: FileTree, commit: string) => FileTree,
): Promise<NeedAnswer> {
  try {
    switch (need.kind) {
      case "git": {
        const { commit } = await room.source.resolve(need.repoURL, need.revision || "HEAD", { maxAgeMs });
        return { kind: "answered", value: { tree: record(await room.source.tree(need.repoURL, commit), commit), commit } };
      }
      case "configMap": {
        const object = room.configMap(need.name);
        return { kind: "answered", value: object && { data: (object["data"] ?? {}) as Readonly<Record<string, string>> } };
      }
      case "secret": {
        const object = await room.secret(need.name);
        return { kind: "answered", value: object && { data: secretData(object) } };
      }
      case "scm":
        return { kind: "answered", value: await servicesOf(room, need.kind).scm.repositories(need.provider) };
      case "pullRequests":
        return { kind: "answered", value: await servicesOf(room, need.kind).scm.pullRequests(need.provider) };
      case "plugin":
        return { kind: "answered", value: await servicesOf(room, need.kind).plugin(need.request) };
      case "resources":
        return { kind: "answered", value: await room.resources(need.query) };
    }
  } catch (error) {
    return { kind: "failed", error: error instanceof Error ? error : new Error(String(error)) };
  }
}

function servicesOf(room: GenerateRoom, generator: string): GeneratorServices {
  if (room.services) return room.services;
  throw new InputError(`the generator ${generator} needs services that this controller was started without`, {
    code: "APPSET_GENERATOR_UNSUPPORTED",
  });
}
