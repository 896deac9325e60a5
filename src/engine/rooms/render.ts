import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { stringAt, type ValueObject } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { recordReads } from "../../core/render/recording-tree.js";
import { type RemoteTreeNeed, renderSource, type ToolRenderers } from "../../core/render/render-source.js";
import { sourceDirectory } from "../../core/render/source-path.js";
import { type SourceType, sourceTypeOf } from "../../core/render/source-type.js";
import type { SourcePort } from "../../ports/source.js";
import type { Telemetry } from "../../ports/telemetry.js";
import type { RenderCache, RenderEntry } from "../render-cache.js";

export interface RenderRoom {
  readonly source: SourcePort;
  readonly cache: RenderCache;
  readonly renderers: ToolRenderers;
  readonly telemetry: Telemetry;
}

export interface RenderInput {
  readonly appName: string;
  /** Destination namespace. */
  readonly namespace: string;
  readonly sources: readonly ValueObject[];
  /** Commits to take instead of each source's targetRevision, by index. */
  readonly revisions?: readonly (string | undefined)[];
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
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
  /** Sources that were rendered rather than found in the cache. */
  readonly rendered: number;
}

const mostRounds = 20;

/**
 * Application and files → manifests. What a render read is recorded, and the render is used again for every commit where those reads give
 * the same: an unrelated commit costs none.
 */
export async function renderApplication(room: RenderRoom, input: RenderInput): Promise<RenderOutput> {
  const revisions: string[] = [];
  const manifests: KubernetesObject[] = [];
  const ids: string[] = [];
  let sourceType = "";
  let rendered = 0;
  for (const [index, source] of input.sources.entries()) {
    const wanted = input.revisions?.[index];
    const revision = wanted || stringAt(source, "targetRevision") || "HEAD";
    const repoURL = stringAt(source, "repoURL");
    if (repoURL === "") throw new InputError(`source ${index + 1} has no repoURL`, { code: "SOURCE_INCOMPLETE" });
    const { commit } = await room.source.resolve(repoURL, revision, { maxAgeMs: input.maxAgeMs });
    revisions.push(commit);
    // A source with only a ref lends its files to the others.
    if (stringAt(source, "ref") !== "" && !source["path"] && !source["chart"]) continue;
    const tree = await room.source.tree(repoURL, commit);
    const type = sourceTypeOf(source, tree, sourceDirectory(tree, stringAt(source, "path")));
    const key = renderKey(source, type, input);
    const found = input.force ? undefined : room.cache.find(key, commit, tree);
    room.telemetry.metrics.count(found === undefined ? "fleetwright_render_cache_misses_total" : "fleetwright_render_cache_hits_total", {});
    const entry = found ?? (await renderOne(room, input, source, { commit, tree, key }));
    if (found === undefined) rendered++;
    sourceType ||= entry.sourceType;
    manifests.push(...entry.manifests);
    ids.push(entry.id);
  }
  return { manifests, id: ids.join(","), revisions, sourceType, rendered };
}

/** What of an Application takes part in the rendering of a source, besides files: a chart knows its release, a plain directory nothing. */
function renderKey(source: ValueObject, type: SourceType, input: RenderInput): string {
  const text = JSON.stringify(source);
  const isPlain = (type === "Directory" || type === "Kustomize") && !text.includes("ARGOCD_");
  if (isPlain) return `${text}|${input.kubeVersion}`;
  return `${text}|${input.appName}|${input.namespace}|${input.kubeVersion}|${input.apiVersions.join(",")}`;
}

async function renderOne(
  room: RenderRoom,
  input: RenderInput,
  source: ValueObject,
  at: { readonly commit: string; readonly tree: FileTree; readonly key: string },
): Promise<RenderEntry> {
  const { appName, namespace, kubeVersion, apiVersions } = input;
  const remotes = new Map<string, FileTree>();
  for (let round = 0; round < mostRounds; round++) {
    const recorded = recordReads(at.tree);
    const result = renderSource({ tree: recorded.tree, source, appName, namespace, kubeVersion, apiVersions, remotes }, room.renderers);
    if (result.kind === "rendered") {
      const { manifests, sourceType } = result;
      // Remote bases may move without a commit here: such a render is not kept.
      const entry = room.cache.put(at.key, { commit: at.commit, readSet: recorded.readSet(), manifests, sourceType });
      if (remotes.size > 0) room.cache.drop(at.key);
      return entry;
    }
    await Promise.all(result.needs.map(async (need) => remotes.set(need.key, await fetchRemote(room.source, need))));
  }
  throw new InputError("remote bases refer to each other without end", { code: "RENDER_NEEDS" });
}

async function fetchRemote(source: SourcePort, need: RemoteTreeNeed): Promise<FileTree> {
  const { commit } = await source.resolve(need.repoURL, need.revision, { maxAgeMs: 60_000 });
  return await source.tree(need.repoURL, commit);
}
