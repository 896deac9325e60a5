import { ExternalError, InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { type ReadSet, recordReads } from "../../core/render/recording-tree.js";
import {
  type RemoteTreeNeed,
  type RenderResult,
  type RenderSourceInput,
  renderSource,
  type ToolRenderers,
} from "../../core/render/render-source.js";
import { sourceDirectory } from "../../core/render/source-path.js";
import { type SourceType, sourceTypeOf } from "../../core/render/source-type.js";
import { emitJson } from "../../core/yaml/json.js";
import type { ChartRegistryPort, ChartRequest } from "../../ports/registry.js";
import type { RenderWorkers } from "../../ports/render-workers.js";
import type { SourcePort } from "../../ports/source.js";
import type { Telemetry } from "../../ports/telemetry.js";
import type { RefReads, RefTree, RemoteRead, RenderCache, RenderEntry } from "../render-cache.js";
import type { SharedRenders } from "../shared-renders.js";

export interface RenderRoom {
  readonly source: SourcePort;
  /** Charts of repositories and registries; absent: such sources cannot be rendered. */
  readonly charts?: ChartRegistryPort;
  readonly cache: RenderCache;
  /** Renders of other replicas and of before a restart. */
  readonly shared?: SharedRenders;
  readonly renderers: ToolRenderers;
  /** Threads for long renders. */
  readonly workers?: RenderWorkers;
  /** argocd-cm's `kustomize.buildOptions`, "" for none. */
  readonly kustomizeBuildOptions?: () => string;
  readonly telemetry: Telemetry;
}

export interface RenderInput {
  /** The Application's queue key, and its project: whose turn it is among renders that wait. */
  readonly application: string;
  readonly project: string;
  readonly appName: string;
  /** Destination namespace. */
  readonly namespace: string;
  readonly sources: readonly ValueObject[];
  /** Commits to take instead of each source's targetRevision, by index. */
  readonly revisions?: readonly (string | undefined)[];
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
  /** Seed of charts' random functions (the annotation `fleetwright.dev/stable-random`). */
  readonly stableRandom?: string | undefined;
  /** How old the knowledge of a repository's branches may be. */
  readonly maxAgeMs: number;
  /** Render even where nothing that was read has changed. */
  readonly force: boolean;
}

export interface RenderOutput {
  readonly manifests: readonly KubernetesObject[];
  /** Changes when the manifests do. */
  readonly id: string;
  /** A commit for each source. */
  readonly revisions: readonly string[];
  readonly sourceType: string;
  /** Where each render is kept, by repository. */
  readonly renders: readonly RenderPlace[];
  /** What renderers say beside the manifests. */
  readonly warnings: readonly string[];
  /** Sources that were rendered rather than found in the cache. */
  readonly rendered: number;
  /** Whether all of it lies in repositories whose commits are followed: no chart of a registry, no remote base. */
  readonly isFollowed: boolean;
}

/** Where a render is kept, for a repository that it read; `ref` where that is not its own but one it borrowed from. */
export interface RenderPlace {
  readonly repoURL: string;
  readonly key: string;
  readonly ref?: string;
}

const mostRounds = 20;
/** Nothing announces a new version of a chart: knowledge of them grows no older than this. */
const chartVersionsMs = 60_000;
const remoteBasesMs = 60_000;

/**
 * Application and files → manifests. What a render read is recorded, and the render is used again for every commit where those reads give
 * the same: an unrelated commit costs none.
 */
export async function renderApplication(room: RenderRoom, input: RenderInput): Promise<RenderOutput> {
  const located = await resolveSources(room, input);
  const revisions = located.map(({ revision }) => revision);
  const refs = await refTrees(input, located);
  const manifests: KubernetesObject[] = [];
  const ids: string[] = [];
  const renders: RenderPlace[] = [];
  const warnings: string[] = [];
  let sourceType = "";
  let rendered = 0;
  let isFollowed = true;
  for (const [index, source] of input.sources.entries()) {
    // A source with only a ref lends its files to the others.
    if (isLender(source) && !source["path"] && !source["chart"]) continue;
    const repoURL = stringAt(source, "repoURL");
    const { content: commit, tree: read } = located[index]!;
    const tree = await read();
    const type = sourceTypeOf(source, tree, sourceDirectory(tree, stringAt(source, "path")));
    const buildOptions = type === "Kustomize" ? (room.kustomizeBuildOptions?.() ?? "") : "";
    const key = renderKey(source, { type, commit, input, buildOptions });
    const at = { commit, tree, key, refs, buildOptions };
    // Nothing is awaited between a miss and its render here: of Applications that share a render, one makes it.
    let own = input.force ? undefined : room.cache.find(key, commit, tree, refs);
    if (own?.remotes && !(await areCurrent(room, own.remotes))) own = undefined;
    const found = own ?? (input.force || room.shared === undefined ? undefined : await findShared(room, room.shared, at));
    room.telemetry.metrics.count(
      found === undefined ? "fleetwright_render_cache_misses_total" : "fleetwright_render_cache_hits_total",
      {},
    );
    const entry = found ?? (await renderOne(room, input, source, at));
    if (found === undefined) rendered++;
    // A chart's version range and a remote base move without a commit that anybody announces.
    if (source["chart"] || entry.remotes) isFollowed = false;
    sourceType ||= entry.sourceType;
    manifests.push(...entry.manifests);
    warnings.push(...entry.warnings);
    ids.push(entry.id);
    renders.push({ repoURL, key });
    for (const ref of entry.refs.keys()) renders.push({ repoURL: lenderOf(input, ref), key, ref });
  }
  return { manifests, id: ids.join(","), renders, revisions, sourceType, rendered, warnings, isFollowed };
}

interface RenderAt {
  readonly commit: string;
  readonly tree: FileTree;
  readonly key: string;
  readonly refs: ReadonlyMap<string, RefTree>;
  readonly buildOptions: string;
}

/** A render of another process that still holds, or one that was made here while that was asked for. */
async function findShared(
  room: RenderRoom,
  renders: SharedRenders,
  { key, commit, tree, refs }: RenderAt,
): Promise<RenderEntry | undefined> {
  const shared = await renders.find(key, commit, tree, refs);
  const result = shared === undefined ? "miss" : "hit";
  room.telemetry.metrics.count("fleetwright_shared_cache_requests_total", { result });
  return room.cache.find(key, commit, tree, refs) ?? (shared && room.cache.put(key, shared));
}

/** Where a source's files are. */
interface LocatedSource {
  /** The commit, or the chart's version. */
  readonly revision: string;
  /** Names the files: another one means that they may differ. */
  readonly content: string;
  tree(): Promise<FileTree>;
}

async function resolveSources(room: RenderRoom, input: RenderInput): Promise<readonly LocatedSource[]> {
  const located: LocatedSource[] = [];
  for (const [index, source] of input.sources.entries()) {
    const repoURL = stringAt(source, "repoURL");
    if (repoURL === "") throw new InputError(`source ${index + 1} has no repoURL`, { code: "SOURCE_INCOMPLETE" });
    const asked = input.revisions?.[index] || stringAt(source, "targetRevision");
    const chart = stringAt(source, "chart");
    located.push(
      chart === ""
        ? await locateFiles(room, repoURL, asked || "HEAD", input.maxAgeMs)
        : await locateChart(room, { repoURL, chart, revision: asked, ...passing(source) }, input.maxAgeMs),
    );
  }
  return located;
}

/** Helm's `--pass-credentials`: archives on other hosts than the repository's index are asked for with its credentials too. */
function passing(source: ValueObject): Pick<ChartRequest, "passCredentials"> {
  return objectAt(source, "helm")["passCredentials"] === true ? { passCredentials: true } : {};
}

async function locateFiles(room: RenderRoom, repoURL: string, asked: string, maxAgeMs: number): Promise<LocatedSource> {
  const { commit } = await room.source.resolve(repoURL, asked, { maxAgeMs });
  return { revision: commit, content: commit, tree: () => room.source.tree(repoURL, commit) };
}

async function locateChart(room: RenderRoom, request: ChartRequest, maxAgeMs: number): Promise<LocatedSource> {
  const { charts } = room;
  if (charts === undefined) throw new InputError("charts of repositories are not fetched here", { code: "SOURCE_CHART" });
  const resolved = await charts.resolve(request, { maxAgeMs: Math.min(maxAgeMs, chartVersionsMs) });
  return { revision: resolved.version, content: resolved.id, tree: () => charts.tree(resolved) };
}

/** The trees of the sources with `ref`, by that name. */
async function refTrees(input: RenderInput, located: readonly LocatedSource[]): Promise<ReadonlyMap<string, RefTree>> {
  const refs = new Map<string, RefTree>();
  for (const [index, source] of input.sources.entries()) {
    if (!isLender(source)) continue;
    const { content, tree } = located[index]!;
    refs.set(stringAt(source, "ref"), { commit: content, tree: await tree() });
  }
  return refs;
}

function isLender(source: ValueObject): boolean {
  return stringAt(source, "ref") !== "";
}

function lenderOf(input: RenderInput, ref: string): string {
  return stringAt(
    input.sources.find((source) => stringAt(source, "ref") === ref),
    "repoURL",
  );
}

/** What of an Application takes part in the rendering of a source, besides files: a chart knows its release, a plain directory nothing. */
function renderKey(
  source: ValueObject,
  of: { readonly type: SourceType; readonly commit: string; readonly input: RenderInput; readonly buildOptions: string },
): string {
  const { type, commit, input, buildOptions } = of;
  // With sorted keys: an operation has a source's fields in another order than the Application.
  const text = `${emitJson(source)}${buildOptions === "" ? "" : `|${buildOptions}`}`;
  const isPlain = (type === "Directory" || type === "Kustomize") && !text.includes("ARGOCD_");
  if (isPlain) return `${text}|${input.kubeVersion}`;
  const lenders = input.sources.filter(isLender).map((lender) => [lender["ref"], lender["repoURL"]]);
  // A source that names its commit is another one at each commit.
  const named = text.includes("ARGOCD_APP_REVISION") ? commit : "";
  return `${text}|${input.appName}|${input.namespace}|${input.kubeVersion}|${input.apiVersions.join(",")}|${JSON.stringify(lenders)}|${named}|${input.project}|${input.stableRandom ?? ""}`;
}

async function renderOne(room: RenderRoom, input: RenderInput, source: ValueObject, at: RenderAt): Promise<RenderEntry> {
  const { appName, namespace, kubeVersion, apiVersions, project, stableRandom } = input;
  const chosen = {
    project,
    ...(stableRandom === undefined ? {} : { stableRandom }),
    ...(at.buildOptions === "" ? {} : { kustomizeBuildOptions: at.buildOptions }),
  };
  const remotes = new Map<string, FileTree>();
  const remoteReads: RemoteRead[] = [];
  for (let round = 0; round < mostRounds; round++) {
    const recorded = recordReads(at.tree);
    const lent = new Map([...at.refs].map(([name, { tree }]) => [name, recordReads(tree)]));
    const refs = new Map([...lent].map(([name, { tree }]) => [name, tree]));
    const order = {
      tree: recorded.tree,
      source,
      appName,
      namespace,
      kubeVersion,
      apiVersions,
      remotes,
      refs,
      revision: at.commit,
      ...chosen,
    };
    // Most renders are over sooner than a thread is told of them; those that took long the last time go to one.
    const result = room.workers?.takes(at.key)
      ? await room.workers.run(order, { key: at.key, tenant: input.project, application: input.application })
      : renderHere(room, order, at.key);
    if (result.kind === "rendered") {
      const { manifests, sourceType, warnings = [] } = result;
      const read = new Map<string, RefReads>();
      for (const [name, { readSet }] of lent)
        if (!isEmptyReadSet(readSet())) read.set(name, { commit: at.refs.get(name)!.commit, readSet: readSet() });
      const readSet = recorded.readSet();
      const made = { commit: at.commit, readSet, manifests, sourceType, warnings, refs: read };
      // What lies elsewhere may move without a commit here: it is asked for again when the render is.
      if (remoteReads.length > 0) return room.cache.put(at.key, { ...made, remotes: remoteReads });
      void room.shared?.keep(at.key, made);
      return room.cache.put(at.key, made);
    }
    await Promise.all(
      result.needs.map(async (need) => {
        const { content, tree } = await locateRemote(room, need);
        remotes.set(need.key, await tree());
        remoteReads.push({ need, content });
      }),
    );
  }
  throw new InputError("remote bases refer to each other without end", { code: "RENDER_NEEDS" });
}

function renderHere({ workers, renderers }: RenderRoom, input: RenderSourceInput, key: string): RenderResult {
  const render = (): RenderResult => renderSource(input, renderers);
  return workers === undefined ? render() : workers.here(key, render);
}

function isEmptyReadSet({ files, listings, kinds }: ReadSet): boolean {
  return files.size === 0 && listings.size === 0 && kinds.size === 0;
}

/** Where what a need asks for is now. */
async function locateRemote(room: RenderRoom, need: RemoteTreeNeed): Promise<LocatedSource> {
  if (need.chart === undefined) return await locateFiles(room, need.repoURL, need.revision, remoteBasesMs);
  return await locateChart(room, { repoURL: need.repoURL, chart: need.chart, revision: need.revision }, chartVersionsMs);
}

/** Whether what a render took from elsewhere is still what is there; what cannot be asked at the moment is taken for unchanged. */
async function areCurrent(room: RenderRoom, remotes: readonly RemoteRead[]): Promise<boolean> {
  const current = await Promise.all(
    remotes.map(async ({ need, content }) => {
      try {
        return (await locateRemote(room, need)).content === content;
      } catch (error) {
        if (error instanceof ExternalError) return true;
        throw error;
      }
    }),
  );
  return !current.includes(false);
}
