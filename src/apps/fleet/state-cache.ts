import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  fstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { deflateRawSync, inflateRawSync } from "node:zlib";
import { ExternalError, type FleetwrightError, InputError } from "../../core/errors.js";
import type { FleetApplicationSet, FleetProblem, FleetRender } from "../../core/impact/fleet-state.js";
import type { KeptApplication, KeptFleet } from "../../core/impact/kept-fleet.js";
import type { GenerationRun, WorkspaceSnapshot } from "../../core/impact/workspace.js";
import { once } from "../../core/once.js";
import { isReadSetValid, isReadSetValidAt, pathsAndParents, type ReadSet } from "../../core/render/recording-tree.js";
import { cacheFolder } from "../cache-folder.js";
import { readsReader, readsWriter, type StoredReads } from "./stored-reads.js";
import { type StoredStrings, stringReader, stringWriter } from "./stored-strings.js";

/** Fleet states on disk, by tree. Everything may be deleted at any time; what is damaged or half written is not used. */
export interface StateCache {
  /** Trees of which a state is kept, the last used first. */
  trees(): readonly string[];
  load(tree: string): WorkspaceSnapshot | undefined;
  save(tree: string, snapshot: WorkspaceSnapshot): void;
  close(): void;
}

const maxBytes = 512 << 20;
const maxStates = 24;
const maxPacks = 12;
const bodiesTogether = 16;
/** Part of every key: another program's notes are never read. */
const formatVersion = "5";

interface StoredRender extends Omit<FleetRender, "manifests" | "error" | "readSet"> {
  readonly error?: unknown;
  readonly readSet: number;
  /** Where the manifests are: index of the pack, first byte, length. */
  readonly at: readonly [pack: number, offset: number, length: number];
  readonly digest: string;
}

/** What makes resources and generator runs: one graph of objects, since the one is compared with the other by identity. */
type StoredResources = Pick<WorkspaceSnapshot, "findings" | "inventory"> & { readonly generated: ReadonlyMap<string, StoredRun> };
type StoredRun = Omit<GenerationRun, "readSet" | "errors"> & { readonly errors: readonly unknown[] };

/** Of one that nobody has looked at: the number of its reach. */
type StoredApplication = Omit<KeptApplication, "body"> & { readonly reach?: number };

interface StoredFleet extends Pick<KeptFleet, "gitUrls" | "buildOptions" | "clusterFiles"> {
  readonly findingPaths: readonly string[];
  readonly applications: readonly StoredApplication[];
  /** The bodies of the Applications, some together, compressed. */
  readonly bodies: readonly Uint8Array[];
  readonly applicationSets: readonly (Omit<FleetApplicationSet, "readSet" | "errors"> & {
    readonly readSet: number;
    readonly errors: readonly unknown[];
  })[];
  readonly problems: readonly (Omit<FleetProblem, "error"> & { readonly error: unknown })[];
}

interface StoredState {
  readonly packs: readonly { readonly name: string; readonly bytes: number }[];
  readonly strings: StoredStrings;
  readonly reads: StoredReads;
  readonly renders: ReadonlyMap<string, StoredRender>;
  /** Numbers of read-sets, as in `renders`: of what is not among the Applications. */
  readonly reaches: ReadonlyMap<string, number>;
  readonly generatorReads: ReadonlyMap<string, number>;
  /** StoredResources, compressed, made when they are looked at. */
  readonly resources: Uint8Array;
  readonly fleet?: StoredFleet;
}

/** Opens the states of one context: clone, options and version of the program. `cacheHome`: by the XDG rules. */
export function openStateCache(context: readonly string[], env: Readonly<Record<string, string | undefined>>): StateCache {
  const root = join(cacheFolder(env), "states");
  const folder = join(root, sha256(JSON.stringify([formatVersion, process.version, ...context])).slice(0, 32));
  const files: number[] = [];
  /** Renders that came from disk: they need not be written again. */
  const known = new WeakMap<FleetRender, { readonly pack: StoredState["packs"][number]; readonly stored: StoredRender }>();

  return {
    trees: () => {
      const states = listFiles(folder).filter(({ name }) => name.endsWith(".state"));
      return states.sort((a, b) => b.usedAt - a.usedAt).map(({ name }) => name.slice(0, -".state".length));
    },
    load(tree) {
      try {
        const file = join(folder, `${tree}.state`);
        const body = readChecked(file);
        if (!body) return undefined;
        const state = deserialize(body) as StoredState;
        const opened = state.packs.map((pack) => {
          const handle = openSync(join(folder, pack.name), "r");
          files.push(handle);
          if (fstatSync(handle).size !== pack.bytes) throw new Error("a pack of another size");
          return handle;
        });
        const now = new Date();
        utimesSync(file, now, now);
        const reads = readsReader(state.reads, stringReader(state.strings));
        const renders = new Map<string, FleetRender>();
        for (const [key, stored] of state.renders) {
          const render = lazyRender(stored, reads.readSet, opened[stored.at[0]]!, folder);
          known.set(render, { pack: state.packs[stored.at[0]]!, stored });
          renders.set(key, render);
        }
        return snapshotOf(state, renders, reads);
      } catch {
        return undefined;
      }
    },
    save(tree, snapshot) {
      try {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        const state = store(snapshot, known, folder);
        const body = serialize(state);
        writeAtomically(join(folder, `${tree}.state`), Buffer.concat([createHash("sha256").update(body).digest(), body]));
        evict(root, folder);
      } catch {
        // A cache that cannot be written is no reason to fail.
      }
    },
    close() {
      for (const handle of files.splice(0)) closeSync(handle);
    },
  };
}

function store(
  snapshot: WorkspaceSnapshot,
  known: WeakMap<FleetRender, { readonly pack: StoredState["packs"][number]; readonly stored: StoredRender }>,
  folder: string,
): StoredState {
  const strings = stringWriter();
  const reads = readsWriter(strings.numberOf);
  const packs: { name: string; bytes: number }[] = [];
  const kept = new Set([...snapshot.renders.values()].flatMap((render) => known.get(render)?.pack.name ?? []));
  // Too many small packs are gathered into one.
  const isFresh = kept.size >= maxPacks;
  const chunks: Buffer[] = [];
  let length = 0;
  const renders = new Map<string, StoredRender>();
  const own = { name: `${randomBytes(12).toString("hex")}.pack`, bytes: 0 };
  const added: [FleetRender, StoredRender][] = [];
  const packIndex = (pack: { name: string; bytes: number }): number => {
    const found = packs.findIndex(({ name }) => name === pack.name);
    return found >= 0 ? found : packs.push(pack) - 1;
  };
  for (const [key, render] of snapshot.renders) {
    const before = isFresh ? undefined : known.get(render);
    const readSet = reads.add(render.readSet);
    if (before) {
      renders.set(key, { ...before.stored, readSet, at: [packIndex(before.pack), before.stored.at[1], before.stored.at[2]] });
      continue;
    }
    const bytes = serialize(render.manifests);
    const stored: StoredRender = {
      warnings: render.warnings,
      ...(render.error ? { error: plainError(render.error) } : {}),
      readSet,
      at: [packIndex(own), length, bytes.length],
      digest: sha256(bytes).slice(0, 16),
    };
    chunks.push(bytes);
    length += bytes.length;
    renders.set(key, stored);
    added.push([render, stored]);
  }
  if (length > 0) writeAtomically(join(folder, own.name), Buffer.concat(chunks));
  own.bytes = length;
  for (const [render, stored] of added) known.set(render, { pack: own, stored });
  const allReaches = new Map([...snapshot.reaches].map(([key, reach]) => [key, reads.add(reach)]));
  const generatorReads = new Map([...snapshot.generated].map(([key, { readSet }]) => [key, reads.add(readSet)]));
  const fleet =
    snapshot.fleet && storeFleet(snapshot.fleet, { findingPaths: snapshot.findings.keys(), reaches: allReaches, reads });
  const named = new Set(fleet?.applications.map(({ renderKey }) => renderKey));
  const reaches = new Map([...allReaches].filter(([key]) => !named.has(key)));
  return {
    packs,
    renders,
    reaches,
    generatorReads,
    resources: compressed(storeResources(snapshot)),
    ...(fleet ? { fleet } : {}),
    reads: reads.written(),
    strings: strings.written(),
  };
}

function storeResources({ findings, generated, inventory }: WorkspaceSnapshot): StoredResources {
  return {
    findings: new Map(
      [...findings].map(([path, { id, found }]) => [
        path,
        { id, found: found.problem ? { ...found, problem: plainError(found.problem) as FleetwrightError } : found },
      ]),
    ),
    generated: new Map(
      [...generated].map(([key, { manifest, inventory: clusters, applications, errors }]) => [
        key,
        { manifest, inventory: clusters, applications, errors: errors.map(plainError) },
      ]),
    ),
    inventory,
  };
}

function storeFleet(
  fleet: KeptFleet,
  known: {
    readonly findingPaths: Iterable<string>;
    readonly reaches: ReadonlyMap<string, number>;
    readonly reads: ReturnType<typeof readsWriter>;
  },
): StoredFleet {
  const bodies: Uint8Array[] = [];
  for (let at = 0; at < fleet.applications.length; at += bodiesTogether)
    bodies.push(
      compressed(
        fleet.applications.slice(at, at + bodiesTogether).map(({ body }) => {
          const { metadata, spec, origin } = body();
          return { metadata, spec, origin };
        }),
      ),
    );
  const applications = fleet.applications.map(({ key, name, namespace, renderKey }): StoredApplication => {
    const reach = known.reaches.get(renderKey);
    return { key, name, namespace, renderKey, ...(reach === undefined ? {} : { reach }) };
  });
  const applicationSets = [...fleet.applicationSets.values()].map((set) => ({
    ...set,
    readSet: known.reads.add(set.readSet),
    errors: set.errors.map(plainError),
  }));
  const problems = fleet.problems.map((problem) => ({ ...problem, error: plainError(problem.error) }));
  return {
    gitUrls: fleet.gitUrls,
    buildOptions: fleet.buildOptions,
    clusterFiles: fleet.clusterFiles,
    findingPaths: [...known.findingPaths],
    applications,
    bodies,
    applicationSets,
    problems,
  };
}

type Reads = ReturnType<typeof readsReader>;

function snapshotOf(state: StoredState, renders: ReadonlyMap<string, FleetRender>, reads: Reads): WorkspaceSnapshot {
  let made: Pick<WorkspaceSnapshot, "findings" | "generated" | "inventory"> | undefined;
  const resources = (): NonNullable<typeof made> => (made ??= reviveResources(state, reads));
  const { fleet } = state;
  const reaches = reachesOf(state);
  return {
    get findings() {
      return resources().findings;
    },
    get generated() {
      return resources().generated;
    },
    get inventory() {
      return resources().inventory;
    },
    renders,
    reaches: new Map([...reaches].map(([key, number]) => [key, reads.reach(number)])),
    ...(fleet ? { fleet: reviveFleet(fleet, { state, reaches, reads }) } : {}),
  };
}

function reachesOf({ reaches, fleet }: StoredState): ReadonlyMap<string, number> {
  const all = new Map(reaches);
  for (const { renderKey, reach } of fleet?.applications ?? []) if (reach !== undefined) all.set(renderKey, reach);
  return all;
}

function reviveResources(state: StoredState, reads: Reads): Pick<WorkspaceSnapshot, "findings" | "generated" | "inventory"> {
  const { findings, generated, inventory } = decompressed(state.resources) as StoredResources;
  const runs = [...generated].map(([key, run]): readonly [string, GenerationRun] => [
    key,
    { ...run, readSet: reads.readSet(state.generatorReads.get(key)!), errors: run.errors.map(reviveError) },
  ]);
  return { findings: reviveFindings(findings), generated: new Map(runs), inventory };
}

function reviveFleet(
  fleet: StoredFleet,
  {
    state,
    reaches,
    reads,
  }: { readonly state: StoredState; readonly reaches: ReadonlyMap<string, number>; readonly reads: Reads },
): KeptFleet {
  const { gitUrls, buildOptions, clusterFiles, findingPaths } = fleet;
  let paths: ReadonlySet<string> | undefined;
  const made = fleet.bodies.map((bodies) => once(() => decompressed(bodies) as readonly ReturnType<KeptApplication["body"]>[]));
  const applications = fleet.applications.map(
    ({ key, name, namespace, renderKey }, index): KeptApplication => ({
      key,
      name,
      namespace,
      renderKey,
      body: () => made[Math.floor(index / bodiesTogether)]!()[index % bodiesTogether]!,
    }),
  );
  const sets = fleet.applicationSets.map(({ readSet, errors, ...set }): readonly [string, FleetApplicationSet] => {
    let made: ReadSet | undefined;
    const lazy = {
      ...set,
      errors: errors.map(reviveError),
      get readSet() {
        made ??= reads.readSet(readSet);
        return made;
      },
    };
    return [set.key, lazy];
  });
  return {
    gitUrls,
    buildOptions,
    clusterFiles,
    applications,
    applicationSets: new Map(sets),
    problems: fleet.problems.map((problem) => ({ ...problem, error: reviveError(problem.error) })),
    hasFindings: (path) => (paths ??= new Set(findingPaths)).has(path),
    renderReads: reads.frozen(new Map([...[...state.renders].map(([key, { readSet }]) => [key, readSet] as const), ...reaches])),
    generatorReads: reads.frozen(state.generatorReads),
    isRunValid(key, tree, changed) {
      const number = state.generatorReads.get(key)!;
      const touched = reads.readSetOf(number, pathsAndParents(changed));
      return isReadSetValidAt(touched, tree, changed) ?? isReadSetValid(reads.readSet(number), tree, changed);
    },
  };
}

/** The manifests are read when somebody looks at them; most of a fleet is never looked at. */
function lazyRender(stored: StoredRender, readSetAt: (number: number) => ReadSet, handle: number, folder: string): FleetRender {
  let manifests: FleetRender["manifests"] | undefined;
  let readSet: ReadSet | undefined;
  return {
    warnings: stored.warnings,
    ...(stored.error ? { error: reviveError(stored.error) } : {}),
    get readSet() {
      readSet ??= readSetAt(stored.readSet);
      return readSet;
    },
    get manifests() {
      if (manifests) return manifests;
      const [, offset, length] = stored.at;
      const bytes = Buffer.allocUnsafe(length);
      const count = readSync(handle, bytes, 0, length, offset);
      if (count !== length || sha256(bytes).slice(0, 16) !== stored.digest) {
        rmSync(folder, { recursive: true, force: true });
        throw new ExternalError("the cache was damaged and is removed", { code: "CACHE_DAMAGED", hint: "run the command again" });
      }
      manifests = deserialize(bytes) as FleetRender["manifests"];
      return manifests;
    },
  };
}

/** What is seldom looked at, at a tenth of its size: all of a state is read and checked at each start. */
function compressed(value: unknown): Uint8Array {
  return deflateRawSync(serialize(value), { level: 1 });
}

function decompressed(bytes: Uint8Array): unknown {
  return deserialize(inflateRawSync(bytes));
}

function reviveFindings(findings: WorkspaceSnapshot["findings"]): WorkspaceSnapshot["findings"] {
  const revived = new Map(findings);
  for (const [path, { id, found }] of findings)
    if (found.problem) revived.set(path, { id, found: { ...found, problem: reviveError(found.problem) } });
  return revived;
}

function plainError(error: FleetwrightError): unknown {
  return { message: error.message, code: error.code, location: error.location, hint: error.hint };
}

function reviveError(stored: unknown): FleetwrightError {
  const { message, ...details } = stored as { message: string; code: string };
  return new InputError(message, details);
}

/** The bytes behind a digest, where they still are what was written. */
function readChecked(file: string): Buffer | undefined {
  const bytes = readFileSync(file);
  const body = bytes.subarray(32);
  return createHash("sha256").update(body).digest().equals(bytes.subarray(0, 32)) ? body : undefined;
}

/** Readers see the old file or the whole new one. */
function writeAtomically(file: string, bytes: Buffer): void {
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeFileSync(temporary, bytes, { mode: 0o600 });
    renameSync(temporary, file);
  } catch (error) {
    rmSync(temporary, { force: true });
    throw error;
  }
}

/** Drops the longest unused states of this context, then whole contexts, until the bound holds. A process that has a pack open keeps it. */
function evict(root: string, folder: string): void {
  const states = listFiles(folder).filter(({ name }) => name.endsWith(".state"));
  for (const { name } of states.sort((a, b) => b.usedAt - a.usedAt).slice(maxStates)) rmSync(join(folder, name), { force: true });
  const oldest = Math.min(...states.slice(0, maxStates).map(({ usedAt }) => usedAt));
  const contexts = readdirSync(root).map((name) => {
    const files = listFiles(join(root, name));
    return {
      name,
      bytes: files.reduce((sum, file) => sum + file.bytes, 0),
      usedAt: Math.max(0, ...files.map((file) => file.usedAt)),
    };
  });
  let total = contexts.reduce((sum, { bytes }) => sum + bytes, 0);
  if (total <= maxBytes) {
    // Packs that no state of the last weeks can need.
    for (const file of listFiles(folder))
      if (!file.name.endsWith(".state") && file.usedAt < oldest - 30 * 86_400_000)
        rmSync(join(folder, file.name), { force: true });
    return;
  }
  for (const context of contexts.sort((a, b) => a.usedAt - b.usedAt)) {
    if (total <= maxBytes) return;
    rmSync(join(root, context.name), { recursive: true, force: true });
    total -= context.bytes;
  }
}

function listFiles(folder: string): readonly { readonly name: string; readonly bytes: number; readonly usedAt: number }[] {
  try {
    return readdirSync(folder).flatMap((name) => {
      const found = statSync(join(folder, name), { throwIfNoEntry: false });
      return found?.isFile() ? [{ name, bytes: found.size, usedAt: found.mtimeMs }] : [];
    });
  } catch {
    return [];
  }
}

function sha256(data: string | Uint8Array): string {
  return createHash("sha256").update(data).digest("hex");
}
