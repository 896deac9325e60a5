import {
  type Admission,
  type Answers,
  admitApplicationSet,
  type Cluster,
  decodeApplicationSet,
  type GeneratorNeed,
  generate,
  type NeedAnswer,
  needKey,
} from "../applicationset/index.js";
import { FleetwrightError, InputError } from "../errors.js";
import { equalValues, objectAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { isReadSetValid, type ReadSet, recordReads } from "../render/recording-tree.js";
import { hasParameter } from "../render/repository-url.js";
import { emitJson } from "../yaml/json.js";
import { chooseBuildOptions } from "./build-options.js";
import { type FileFindings, type FoundResource, findResources, resourceError, walkFiles } from "./discover.js";
import type {
  ApplicationOrigin,
  FileTreeFor,
  FleetApplication,
  FleetApplicationSet,
  FleetProblem,
  FleetRender,
  FleetState,
  RenderApplication,
} from "./fleet-state.js";
import { type KeptFleet, WokenApplication } from "./kept-fleet.js";
import { isReachValid, type Reach, reachFinder } from "./reach.js";
import { ReadIndex } from "./read-index.js";

export interface WorkspaceOptions {
  readonly render: RenderApplication;
  /** Given every git URL that the tree's resources name, says which of them mean the tree itself. */
  readonly checkoutUrls: (named: ReadonlySet<string>) => (repoURL: string) => boolean;
  /** Trees of other repositories and charts, where they are at hand. Throws FleetwrightError: why one cannot be had. */
  readonly otherTree: (repoURL: string, revision: string, chart?: string) => FileTree | undefined;
  /** Files that are looked into for resources; absent: all. */
  readonly isSearched?: (path: string) => boolean;
  /** Clusters in place of those that the tree holds. */
  readonly inventory?: readonly Cluster[];
  /** The files of these, by name of the cluster. */
  readonly inventoryFiles?: ReadonlyMap<string, string>;
  /** Of Kustomize, in place of those that an `argocd-cm` in the tree has. */
  readonly buildOptions?: string;
}

/** All that a workspace knows, as plain values and Maps, to be kept for another process. Equal parts are the same objects. */
export interface WorkspaceSnapshot {
  readonly findings: ReadonlyMap<string, { readonly id: string; readonly found: FileFindings }>;
  readonly generated: ReadonlyMap<string, GenerationRun>;
  readonly renders: ReadonlyMap<string, FleetRender>;
  /** Of Applications that nobody has looked at yet: what their render can read. */
  readonly reaches: ReadonlyMap<string, Reach>;
  readonly inventory: readonly Cluster[];
  /** The state that all of this came to; absent where none was computed. */
  readonly fleet?: KeptFleet;
}

export interface GenerationRun {
  readonly manifest: ValueObject;
  readonly inventory: readonly Cluster[];
  readonly readSet: ReadSet;
  readonly applications: readonly {
    readonly metadata: ValueObject;
    readonly spec: ValueObject;
    readonly origin: ApplicationOrigin;
  }[];
  readonly errors: readonly FleetwrightError[];
}

/**
 * The fleet of one repository, moved from tree to tree. A move costs what it touches: unchanged files are not searched, generators and renders
 * whose read-sets hold are kept as the same objects, so that a comparison can skip them by identity.
 */
export class FleetWorkspace {
  readonly #options: WorkspaceOptions;
  readonly #findings = new Map<string, { readonly id: string; readonly found: FileFindings }>();
  readonly #generated = new Map<string, GenerationRun>();
  readonly #generatorReads = new ReadIndex();
  readonly #renders = new Map<string, KeptRender>();
  readonly #reaches = new Map<string, Reach>();
  readonly #findReach = reachFinder();
  /** Every spec is one Application's, and never changes. */
  #renderKeys = new WeakMap<ValueObject, string>();
  #buildOptions = "";
  readonly #renderReads = new ReadIndex();
  /** Renders and runs that asked for something outside of this tree. */
  readonly #outsideRenders = new Set<string>();
  readonly #outsideRuns = new Set<string>();
  #state: FleetState = { applications: new Map(), applicationSets: new Map(), problems: [], clusterFiles: new Map() };
  #inventory: readonly Cluster[] = [];
  #gitUrls: readonly string[] = [];
  /** What was taken over and nobody has needed yet. */
  #kept: WorkspaceSnapshot | undefined;
  #isCheckout: (repoURL: string) => boolean = () => false;
  #isEmpty = true;
  /** Whether `#state` is what the findings, generations and renders come to. */
  #isComputed = false;

  constructor(options: WorkspaceOptions) {
    this.#options = options;
  }

  snapshot(): WorkspaceSnapshot {
    this.#unpack();
    const renders = new Map<string, FleetRender>();
    const reaches = new Map(this.#reaches);
    for (const [key, kept] of this.#renders) {
      const render = madeRender(kept);
      if (render) renders.set(key, render);
      else if (kept.reach) reaches.set(key, kept.reach);
    }
    // What is elsewhere may be another one for the next process.
    for (const key of this.#outsideRenders) renders.delete(key);
    const generated = new Map([...this.#generated].filter(([key]) => !this.#outsideRuns.has(key)));
    const known = { findings: this.#findings, generated, renders, reaches, inventory: this.#inventory };
    const isOwn = this.#outsideRenders.size === 0 && this.#outsideRuns.size === 0;
    return this.#isComputed && isOwn ? { ...known, fleet: this.#keptFleet() } : known;
  }

  #keptFleet(): KeptFleet {
    const { applications, applicationSets, problems, clusterFiles } = this.#state;
    return {
      gitUrls: this.#gitUrls,
      buildOptions: this.#buildOptions,
      applications: [...applications.values()].map((application) => {
        const { key, name, namespace } = application;
        return { key, name, namespace, renderKey: this.#renderKey(key, application.spec), body: () => application };
      }),
      applicationSets,
      problems,
      clusterFiles,
      hasFindings: (path) => this.#findings.has(path),
      renderReads: { touching: (paths) => this.#renderReads.touchedBy(paths) },
      generatorReads: { touching: (paths) => this.#generatorReads.touchedBy(paths) },
      isRunValid: (key, tree, changed) => isReadSetValid(this.#generated.get(key)!.readSet, tree, changed),
    };
  }

  /** Takes over what another workspace knew; the next move says what may have changed since. Only before the first move. */
  restore(snapshot: WorkspaceSnapshot): void {
    for (const [key, render] of snapshot.renders) this.#renders.set(key, { render, reach: undefined });
    for (const [key, reach] of snapshot.reaches) this.#reaches.set(key, reach);
    const { fleet } = snapshot;
    if (fleet) {
      this.#kept = snapshot;
      this.#generatorReads.takeOver(fleet.generatorReads);
      this.#renderReads.takeOver(fleet.renderReads);
    } else {
      this.#takeOver(snapshot);
      for (const [key, run] of snapshot.generated) this.#generatorReads.set(key, run.readSet);
      for (const [key, render] of snapshot.renders) this.#renderReads.set(key, render.readSet);
      for (const [key, reach] of snapshot.reaches) this.#renderReads.set(key, reach);
    }
    this.#isEmpty = false;
  }

  /** The state that was taken over, at a tree that may differ from its own in what the move says. */
  #wake(fleet: KeptFleet, tree: FileTree): void {
    this.#gitUrls = fleet.gitUrls;
    const buildOptions = this.#setBuildOptions(fleet.buildOptions);
    const isCheckout = this.#options.checkoutUrls(new Set(fleet.gitUrls));
    this.#isCheckout = isCheckout;
    const applications = new Map<string, FleetApplication>();
    for (const kept of fleet.applications) {
      const { key, renderKey } = kept;
      const reach = this.#reaches.get(renderKey);
      if (reach && !this.#renders.has(renderKey)) {
        const run = (): FleetRender => this.#renderNow(kept.body(), tree, { isCheckout, renderKey, buildOptions });
        this.#renders.set(renderKey, { render: new PendingRender(run), reach });
      }
      const render = this.#renders.get(renderKey)?.render;
      if (!render) return;
      this.#reaches.delete(renderKey);
      applications.set(key, new WokenApplication(kept, render));
    }
    const { applicationSets, problems } = fleet;
    this.#state = { applications, applicationSets, problems, clusterFiles: this.#options.inventoryFiles ?? fleet.clusterFiles };
    this.#isComputed = true;
  }

  /** Whether resources and generator runs are at `tree` what they were. */
  #isKept(fleet: KeptFleet, tree: FileTree, changed: readonly string[]): boolean {
    for (const path of changed) {
      if (this.#options.isSearched?.(path) === false) continue;
      if (fleet.hasFindings(path)) return false;
      const file = tree.read(path);
      if (file && hasFindings(findResources(path, file))) return false;
    }
    for (const key of this.#generatorReads.touchedBy(changed)) if (!fleet.isRunValid(key, tree, changed)) return false;
    return true;
  }

  #takeOver(snapshot: WorkspaceSnapshot): void {
    for (const [path, entry] of snapshot.findings) this.#findings.set(path, entry);
    for (const [key, run] of snapshot.generated) this.#generated.set(key, run);
    this.#inventory = snapshot.inventory;
  }

  #unpack(): void {
    const kept = this.#kept;
    this.#kept = undefined;
    if (kept) this.#takeOver(kept);
  }

  get state(): FleetState {
    return this.#state;
  }

  get inventory(): readonly Cluster[] {
    this.#unpack();
    return this.#inventory;
  }

  /** The fleet at `tree`, where the workspace is already, with other clusters; the workspace stays where it was. */
  withInventory(tree: FileTree, inventory: readonly Cluster[]): FleetState {
    const own = this.#inventory;
    const state = this.#compute(tree, inventory);
    this.#inventory = own;
    this.#isComputed = false;
    return state;
  }

  /** Renders and generates again what asked for something outside of `tree`, where the workspace is: more of it is at hand now. */
  retryOutside(tree: FileTree): FleetState {
    for (const key of [...this.#outsideRenders]) this.#forgetRender(key);
    for (const key of this.#outsideRuns) {
      this.#generated.delete(key);
      this.#generatorReads.remove(key);
    }
    this.#outsideRuns.clear();
    this.#state = this.#compute(tree);
    this.#isComputed = true;
    return this.#state;
  }

  /** Moves to `tree`. `changedPaths` are all paths that may differ from the tree before; absent: everything may. */
  moveTo(tree: FileTree, changedPaths?: readonly string[]): FleetState {
    const changed = this.#isEmpty || changedPaths === undefined ? undefined : changedPaths;
    this.#isEmpty = false;
    const fleet = this.#kept?.fleet;
    if (fleet) {
      if (!this.#isComputed) this.#wake(fleet, tree);
      if (this.#isComputed && changed !== undefined && this.#isKept(fleet, tree, changed)) {
        this.#state = this.#renderAgain(this.#forgetStaleRenders(tree, changed), tree);
        return this.#state;
      }
      this.#unpack();
    }
    const hasNewResources = this.#search(tree, changed);
    const stale = this.#forgetStale(tree, changed);
    // Where resources and generations stand, so does every Application but those that were read anew.
    const isSameFleet = this.#isComputed && changed !== undefined && !hasNewResources && !stale.hasGenerators;
    this.#state = isSameFleet ? this.#renderAgain(stale.renders, tree) : this.#compute(tree);
    this.#isComputed = true;
    return this.#state;
  }

  /** The state before, with these renders made anew. */
  #renderAgain(keys: readonly string[], tree: FileTree): FleetState {
    if (keys.length === 0) return this.#state;
    const applications = new Map(this.#state.applications);
    for (const renderKey of keys) {
      const key = renderKey.slice(0, renderKey.indexOf(" "));
      const application = applications.get(key);
      if (!application) continue;
      const { name, namespace, metadata, spec, origin } = application;
      applications.set(key, { key, name, namespace, metadata, spec, origin, render: this.#render(key, application, tree) });
    }
    return { ...this.#state, applications };
  }

  /** Gives whether the resources are others than before. */
  #search(tree: FileTree, changed: readonly string[] | undefined): boolean {
    let isChanged = changed === undefined;
    const forget = (path: string): void => {
      if (this.#findings.delete(path)) isChanged = true;
    };
    const paths = changed ?? walkFiles(tree);
    if (changed === undefined) {
      const there = new Set(paths);
      for (const path of this.#findings.keys()) if (!there.has(path)) this.#findings.delete(path);
    }
    for (const path of paths) {
      if (this.#options.isSearched?.(path) === false) continue;
      const file = tree.read(path);
      if (file === undefined) forget(path);
      else if (this.#findings.get(path)?.id !== file.id) {
        const found = findResources(path, file);
        if (hasFindings(found)) {
          this.#findings.set(path, { id: file.id, found });
          isChanged = true;
        } else forget(path);
      }
    }
    return isChanged;
  }

  #forgetStale(
    tree: FileTree,
    changed: readonly string[] | undefined,
  ): { readonly hasGenerators: boolean; readonly renders: readonly string[] } {
    let hasGenerators = false;
    const generators = changed === undefined ? this.#generated.keys() : this.#generatorReads.touchedBy(changed);
    for (const key of [...generators]) {
      const run = this.#generated.get(key);
      if (run && !isReadSetValid(run.readSet, tree, changed)) {
        this.#generated.delete(key);
        this.#generatorReads.remove(key);
        hasGenerators = true;
      }
    }
    return { hasGenerators, renders: this.#forgetStaleRenders(tree, changed) };
  }

  #forgetStaleRenders(tree: FileTree, changed: readonly string[] | undefined): readonly string[] {
    const stale: string[] = [];
    const renders =
      changed === undefined ? [...this.#renders.keys(), ...this.#reaches.keys()] : [...this.#renderReads.touchedBy(changed)];
    for (const key of renders) {
      const kept = this.#renders.get(key);
      const made = kept && madeRender(kept);
      const reach = kept?.reach ?? this.#reaches.get(key);
      // Once it is rendered, what was read is known exactly.
      if (made ? isReadSetValid(made.readSet, tree, changed) : !reach || isReachValid(reach, tree)) continue;
      this.#forgetRender(key);
      stale.push(key);
    }
    return stale;
  }

  #forgetRender(key: string): void {
    this.#renders.delete(key);
    this.#reaches.delete(key);
    this.#renderReads.remove(key);
    this.#outsideRenders.delete(key);
  }

  #compute(tree: FileTree, inventory = this.#options.inventory): FleetState {
    this.#unpack();
    const problems: FleetProblem[] = [];
    const resources: FoundResource[] = [];
    const gitUrls = new Set<string>();
    for (const path of [...this.#findings.keys()].sort()) {
      const { found } = this.#findings.get(path)!;
      resources.push(...found.resources);
      for (const url of found.gitUrls) gitUrls.add(url);
      if (found.problem) problems.push({ error: found.problem, unreadable: path });
    }
    this.#inventory = this.#keepInventory(
      inventory ?? resources.flatMap((found) => (found.kind === "cluster" ? [found.cluster] : [])),
    );
    this.#gitUrls = [...gitUrls];
    this.#isCheckout = this.#options.checkoutUrls(gitUrls);
    const settings = chooseBuildOptions(resources, this.#options.buildOptions);
    if (settings.problem) problems.push({ error: settings.problem });
    this.#setBuildOptions(settings.buildOptions);
    const applicationSets = new Map<string, FleetApplicationSet>();
    const applications = new Map<string, FleetApplication>();
    const duplicates: Duplicate[] = [];
    const place = (made: { metadata: ValueObject; spec: ValueObject; origin: ApplicationOrigin }): string => {
      const key = keyOf({ metadata: made.metadata });
      const other = applications.get(key);
      // What does not count is not rendered either.
      if (other) duplicates.push({ application: made, other });
      else applications.set(key, this.#applicationOf(made, tree));
      return key;
    };
    for (const found of resources) {
      if (found.kind !== "applicationSet") continue;
      const key = keyOf(found.value);
      const run = this.#generate(found, tree);
      const made = run.applications.map(place);
      applicationSets.set(key, {
        key,
        file: found.file,
        document: found.document,
        manifest: found.value,
        applications: made,
        errors: run.errors,
        readSet: run.readSet,
      });
    }
    for (const found of resources) {
      if (found.kind !== "application") continue;
      const { file, document, value } = found;
      place({ metadata: objectAt(value, "metadata"), spec: objectAt(value, "spec"), origin: { kind: "file", file, document } });
    }
    problems.push(...duplicateProblems(duplicates));
    this.#dropUnused(applications, applicationSets);
    return { applications, applicationSets, problems, clusterFiles: this.#clusterFiles(resources) };
  }

  /** What was rendered with other options is of no use. */
  #setBuildOptions(buildOptions: string): string {
    if (buildOptions !== this.#buildOptions) this.#renderKeys = new WeakMap();
    this.#buildOptions = buildOptions;
    return buildOptions;
  }

  /** As the tree or the configuration has them, where the workspace is. */
  get buildOptions(): string {
    return this.#buildOptions;
  }

  #clusterFiles(resources: readonly FoundResource[]): ReadonlyMap<string, string> {
    const found = resources.flatMap((one) => (one.kind === "cluster" ? [[one.cluster.name, one.file] as const] : []));
    return this.#options.inventoryFiles ?? new Map(found);
  }

  /** The same list object as before where nothing changed, so that generations stay valid. */
  #keepInventory(inventory: readonly Cluster[]): readonly Cluster[] {
    const before = this.#inventory;
    const isSame =
      before.length === inventory.length && before.every((cluster, at) => equalValues(cluster as never, inventory[at] as never));
    return isSame ? before : inventory;
  }

  #generate(found: Extract<FoundResource, { value: ValueObject }>, tree: FileTree): GenerationRun {
    const key = `${found.file}#${found.document}`;
    const known = this.#generated.get(key);
    if (known && known.manifest === found.value && known.inventory === this.#inventory) return known;
    const recorder = recordReads(tree);
    this.#outsideRuns.delete(key);
    const run = {
      ...this.#runGenerators(found, recorder.tree, () => this.#outsideRuns.add(key)),
      manifest: found.value,
      inventory: this.#inventory,
      readSet: recorder.readSet(),
    };
    this.#generated.set(key, run);
    this.#generatorReads.set(key, run.readSet);
    return run;
  }

  #runGenerators(
    found: Extract<FoundResource, { value: ValueObject }>,
    tree: FileTree,
    askedOutside: () => void,
  ): Pick<GenerationRun, "applications" | "errors"> {
    const name = keyOf(found.value);
    try {
      const admission: Admission = admitApplicationSet(found.value);
      if (!admission.valid) {
        return {
          applications: [],
          errors: admission.errors.map((text) => resourceError(found, "APPSET_INVALID", `ApplicationSet ${name}: ${text}`)),
        };
      }
      const set = decodeApplicationSet(admission.manifest);
      const answers = new Map<string, NeedAnswer>();
      for (;;) {
        const result = generate(set, { clusters: this.#inventory, answers: answers as Answers });
        if (result.kind === "needs") {
          for (const need of result.needs) answers.set(needKey(need), this.#answer(need, tree, askedOutside));
          continue;
        }
        const errors = result.errors.map(({ error }) =>
          error instanceof FleetwrightError
            ? error
            : resourceError(found, "APPSET_GENERATE", `ApplicationSet ${name}: ${error.message}`),
        );
        const applications = result.applications.map(({ metadata, spec, provenance }) => ({
          metadata: metadata as unknown as ValueObject,
          spec,
          origin: { kind: "applicationSet", applicationSet: name, file: found.file, ...provenance } as const,
        }));
        return { applications, errors };
      }
    } catch (error) {
      if (error instanceof FleetwrightError) return { applications: [], errors: [error] };
      throw error;
    }
  }

  #answer(need: GeneratorNeed, tree: FileTree, askedOutside: () => void): NeedAnswer {
    if (need.kind === "git") {
      if (this.#isCheckout(need.repoURL)) return { kind: "answered", value: { tree } };
      askedOutside();
      return otherAnswer(() => this.#options.otherTree(need.repoURL, need.revision || "HEAD"), need.repoURL);
    }
    const what = {
      configMap: "a ConfigMap",
      secret: "a Secret",
      scm: "an SCM provider",
      pullRequests: "pull requests",
      plugin: "a plugin",
      resources: "a live cluster",
    };
    const error = new InputError(`this generator asks ${what[need.kind]}, which a commit does not hold`, {
      code: "IMPACT_NOT_IN_COMMIT",
    });
    return { kind: "failed", error };
  }

  #applicationOf(
    made: { metadata: ValueObject; spec: ValueObject; origin: ApplicationOrigin },
    tree: FileTree,
  ): FleetApplication {
    const name = stringAt(made.metadata, "name");
    const namespace = stringAt(made.metadata, "namespace") || "argocd";
    const key = `${namespace}/${name}`;
    return { key, name, namespace, ...made, render: this.#render(key, made, tree) };
  }

  #render(key: string, made: { metadata: ValueObject; spec: ValueObject }, tree: FileTree): FleetRender {
    const renderKey = this.#renderKey(key, made.spec);
    const known = this.#renders.get(renderKey);
    if (known) return known.render;
    const isCheckout = this.#isCheckout;
    const buildOptions = this.#buildOptions;
    const run = (): FleetRender => this.#renderNow(made, tree, { isCheckout, renderKey, buildOptions });
    const reach = this.#reaches.get(renderKey) ?? this.#findReach(made, tree, isCheckout);
    const kept = { render: reach ? new PendingRender(run) : run(), reach };
    this.#reaches.delete(renderKey);
    this.#renders.set(renderKey, kept);
    this.#renderReads.set(renderKey, reach ?? kept.render.readSet);
    return kept.render;
  }

  /** Equal keys read and render the same. */
  #renderKey(key: string, spec: ValueObject): string {
    let renderKey = this.#renderKeys.get(spec);
    if (renderKey === undefined) {
      const options = this.#buildOptions === "" ? "" : `${this.#buildOptions} `;
      renderKey = `${key} ${options}${textOf([spec["source"] ?? null, spec["sources"] ?? null, spec["destination"] ?? null])}`;
      this.#renderKeys.set(spec, renderKey);
    }
    return renderKey;
  }

  #renderNow(
    made: { readonly metadata: ValueObject; readonly spec: ValueObject },
    tree: FileTree,
    context: RenderContext,
  ): FleetRender {
    const recorder = recordReads(tree);
    return { ...this.#runRender(made, recorder.tree, context), readSet: recorder.readSet() };
  }

  #runRender(
    made: { metadata: ValueObject; spec: ValueObject },
    tree: FileTree,
    { isCheckout, renderKey, buildOptions }: RenderContext,
  ): Omit<FleetRender, "readSet"> {
    try {
      const treeFor: FileTreeFor = (repoURL, revision, chart) => {
        if (chart === undefined && isCheckout(repoURL)) return tree;
        this.#outsideRenders.add(renderKey);
        return this.#options.otherTree(repoURL, revision, chart);
      };
      return this.#options.render(made, treeFor, buildOptions);
    } catch (error) {
      if (error instanceof FleetwrightError) return { manifests: [], warnings: [], error };
      throw error;
    }
  }

  /** Renders and generations of what is no longer there go, so that memory follows the fleet and not its history. */
  #dropUnused(applications: ReadonlyMap<string, FleetApplication>, sets: ReadonlyMap<string, FleetApplicationSet>): void {
    const usedRuns = new Set([...sets.values()].map((set) => `${set.file}#${set.document}`));
    for (const key of this.#generated.keys()) {
      if (usedRuns.has(key)) continue;
      this.#generated.delete(key);
      this.#generatorReads.remove(key);
    }
    for (const key of [...this.#reaches.keys()]) this.#forgetRender(key);
    if (this.#renders.size <= applications.size) return;
    const used = new Set([...applications.values()].map((application) => application.render));
    for (const [key, { render }] of this.#renders) if (!used.has(render)) this.#forgetRender(key);
  }
}

function hasFindings(found: FileFindings): boolean {
  return found.resources.length > 0 || found.problem !== undefined;
}

/** How one Application is rendered: as all was when it was asked for. */
interface RenderContext {
  readonly isCheckout: (repoURL: string) => boolean;
  readonly renderKey: string;
  readonly buildOptions: string;
}

/** A render that was made, or one that is made when somebody looks at it. */
interface KeptRender {
  readonly render: FleetRender;
  /** Of one that may still wait: what it can read. */
  readonly reach: Reach | undefined;
}

/** What was rendered; undefined of one that waits. */
function madeRender({ render }: KeptRender): FleetRender | undefined {
  return render instanceof PendingRender ? render.made : render;
}

/**
 * Most of a fleet is never looked at: an Application that a change cannot reach is the same on both sides, rendered or not. A class, since making
 * getters anew for each Application of a fleet takes longer than all else of a small move.
 */
class PendingRender implements FleetRender {
  readonly #run: () => FleetRender;
  #made: FleetRender | undefined;

  constructor(run: () => FleetRender) {
    this.#run = run;
  }

  get made(): FleetRender | undefined {
    return this.#made;
  }

  get manifests(): FleetRender["manifests"] {
    return this.#render().manifests;
  }

  get warnings(): readonly string[] {
    return this.#render().warnings;
  }

  // Absent and undefined are the same to who reads it.
  get error(): FleetwrightError {
    return this.#render().error as FleetwrightError;
  }

  get readSet(): ReadSet {
    return this.#render().readSet;
  }

  #render(): FleetRender {
    this.#made ??= this.#run();
    return this.#made;
  }
}

function otherAnswer(find: () => FileTree | undefined, repoURL: string): NeedAnswer {
  try {
    const tree = find();
    return tree ? { kind: "answered", value: { tree } } : { kind: "failed", error: unknownRepository(repoURL) };
  } catch (error) {
    if (error instanceof FleetwrightError) return { kind: "failed", error };
    throw error;
  }
}

/** An error for a source whose repository is not at hand. */
export function unknownRepository(repoURL: string): InputError {
  if (hasParameter(repoURL))
    return new InputError(`the repository ${repoURL} is a parameter that no generator set`, {
      code: "IMPACT_REPOSITORY",
      hint: "clusters bring labels and annotations, elements values: inventory in fleetwright.yaml names files with clusters",
    });
  return new InputError(`the repository ${repoURL} is not this checkout`, {
    code: "IMPACT_REPOSITORY",
    hint: `give it with --repo ${repoURL}=PATH`,
  });
}

/** Equal texts are equal values; the order of keys is the file's. */
function textOf(value: Value): string {
  try {
    return JSON.stringify(value);
  } catch {
    // An integer that JavaScript's own JSON does not know.
    return emitJson(value);
  }
}

function keyOf(value: ValueObject): string {
  const metadata = objectAt(value, "metadata");
  return `${stringAt(metadata, "namespace") || "argocd"}/${stringAt(metadata, "name")}`;
}

interface Duplicate {
  /** The one that does not count. */
  readonly application: Pick<FleetApplication, "metadata" | "origin">;
  readonly other: FleetApplication;
}

/** One finding for each pair of sources, however many names they share. */
function duplicateProblems(duplicates: readonly Duplicate[]): readonly FleetProblem[] {
  const sourceOf = ({ origin }: Pick<FleetApplication, "origin">): string =>
    origin.kind === "applicationSet" ? `ApplicationSet ${origin.applicationSet}` : origin.file.split("/").slice(0, 1).join("/");
  const groups = new Map<string, Duplicate[]>();
  for (const duplicate of duplicates) {
    const key = `${sourceOf(duplicate.other)} ${sourceOf(duplicate.application)}`;
    groups.set(key, [...(groups.get(key) ?? []), duplicate]);
  }
  return [...groups.values()].map((group) => {
    const { application, other } = group[0]!;
    const where = (found: Pick<FleetApplication, "origin">): string =>
      found.origin.kind === "file" ? found.origin.file : sourceOf(found);
    const many = group.length === 1 ? "" : ` (and ${group.length - 1} more that both define)`;
    return {
      error: new InputError(
        `Application ${stringAt(application.metadata, "name")}${many} is defined by ${where(other)} and by ${where(application)}; the first one counts`,
        {
          code: "IMPACT_DUPLICATE",
          location: { file: application.origin.file },
          hint: "search.exclude in fleetwright.yaml leaves files out",
        },
      ),
    };
  });
}
