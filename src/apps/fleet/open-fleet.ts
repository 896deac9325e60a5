import { type Checkout, openCheckout } from "../../adapters/git/checkout.js";
import { type Cluster, clustersFromInventory } from "../../core/applicationset/index.js";
import { InputError, withoutPasswords } from "../../core/errors.js";
import type { FleetApplication, FleetState, RenderApplication } from "../../core/impact/fleet-state.js";
import { FleetWorkspace } from "../../core/impact/workspace.js";
import type { Selection } from "../../core/kustomize/index.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { hasParameter } from "../../core/render/repository-url.js";
import { parseYamlDocuments } from "../../core/yaml/parse.js";
import { type ApplicationTracer, traceApplication } from "./application-tracer.js";
import { chooseCheckoutUrls } from "./checkout-urls.js";
import { type FleetConfig, readFleetConfig } from "./fleet-config.js";
import { openOtherRepositories } from "./other-repositories.js";
import { programVersion } from "./program-version.js";
import { renderFromTrees } from "./render-from-trees.js";
import { openStateCache, type StateCache } from "./state-cache.js";

export interface OpenFleetOptions {
  readonly directory: string;
  /** `URL=PATH`: clones of other repositories that sources name. */
  readonly repos: readonly string[];
  /** Told once each: what was assumed. */
  readonly note: (text: string) => void;
  /** Where states are kept for the next process; absent: nowhere. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Other repositories that sources name are fetched; absent: only those that were given are read. */
  readonly fetches?: { readonly allowFileRepositories: boolean };
  /** Hears what patches and replacements select. Everything is rendered anew then: nothing kept by another process is taken over. */
  readonly onSelection?: (selection: Selection) => void;
}

/** A fleet that is read from a clone, at any of its revisions; nothing else is asked. */
export interface OpenFleet {
  readonly checkout: Checkout;
  /** The fleet at a commit or at `checkout.worktree()`; only what differs from the state before is computed. */
  at(id: string): Promise<FleetState>;
  /** The fleet at `id` as it would be with another inventory; the state before is left alone. */
  withInventory(id: string, change: (inventory: readonly Cluster[]) => readonly Cluster[]): Promise<FleetState>;
  /** Tells what the fleet at `id` would be in another tree that differs in `changed`; the fleet itself stays at `id`. */
  preview(id: string): Promise<(tree: FileTree, changed: readonly string[]) => FleetState>;
  /** The clusters that destinations of the fleet at `id` can mean. */
  inventory(id: string): Promise<readonly Cluster[]>;
  /** Follows one Application of the fleet at `id` through edits of its files. */
  tracer(id: string, application: FleetApplication): Promise<ApplicationTracer>;
  tree(id: string): Promise<FileTree>;
  config(id: string): Promise<FleetConfig>;
  /** Keeps what is new for the next process. What was not looked at until then cannot be any more. */
  close(): void;
}

/** Remote bases lead to others. */
const mostRounds = 20;

/** Opens the clone around a directory. Throws InputError where there is none. */
export async function openFleet(options: OpenFleetOptions): Promise<OpenFleet> {
  const checkout = await openCheckout(options.directory);
  const notes = new Set<string>();
  const note = (text: string): void => {
    if (notes.has(text)) return;
    notes.add(text);
    options.note(withoutPasswords(text));
  };
  const others = await openOtherRepositories({
    given: options.repos,
    ...(options.fetches ? { fetch: { ...options.fetches, env: options.env ?? {}, note } } : {}),
  }).catch((error: unknown) => {
    checkout.close();
    throw error;
  });
  const workspaces = new Map<string, Entry>();
  const { onSelection } = options;
  const render: RenderApplication = renderFromTrees(onSelection ? { onSelection } : {});

  const otherTree = (repoURL: string, revision: string, chart?: string): FileTree | undefined =>
    hasParameter(repoURL) ? undefined : others.tree({ repoURL, revision, ...(chart === undefined ? {} : { chart }) });
  /** The state with all that it asks of other repositories, which may make it ask for more. */
  const withOthers = async (state: FleetState, workspace: FleetWorkspace, tree: FileTree): Promise<FleetState> => {
    let found = state;
    for (let round = 0; round < mostRounds && (await others.bring()); round++) found = workspace.retryOutside(tree);
    return found;
  };
  const workspaceFor = (config: FleetConfig, tree: FileTree): Entry => {
    // Another configuration searches other files: that fleet is computed on its own.
    const key = `${tree.read("fleetwright.yaml")?.id ?? ""} ${config.inventory.map((file) => tree.read(file)?.id ?? "").join(" ")}`;
    const known = workspaces.get(key);
    if (known) return known;
    const context = [checkout.directory, ...checkout.remotes, ...options.repos, programVersion(), key];
    const made: Entry = {
      at: undefined,
      newCount: 0,
      cache: options.env && !onSelection ? openStateCache(context, options.env) : undefined,
      workspace: new FleetWorkspace({
        render: (application, treeFor, buildOptions) => {
          made.newCount++;
          return render(application, treeFor, buildOptions);
        },
        checkoutUrls: (named) => {
          const choice = chooseCheckoutUrls(checkout.remotes, named, others.given);
          if (choice.note) note(choice.note);
          made.isCheckout = choice.isCheckout;
          return choice.isCheckout;
        },
        otherTree,
        isSearched: config.isSearched,
        ...(config.buildOptions === undefined ? {} : { buildOptions: config.buildOptions }),
        ...givenInventory(config.inventory, tree),
      }),
    };
    workspaces.set(key, made);
    return made;
  };

  return {
    checkout,
    tree: (id) => checkout.tree(id),
    config: async (id) => readFleetConfig(await checkout.tree(id)),
    async at(id) {
      const tree = await checkout.tree(id);
      const entry = workspaceFor(readFleetConfig(tree), tree);
      entry.at ??= await restoreNearest(entry, id, checkout);
      const changed = entry.at === undefined ? undefined : await checkout.changedPaths(entry.at, id);
      const state = await withOthers(entry.workspace.moveTo(tree, changed), entry.workspace, tree);
      // Who wants to hear of every render must not wait for somebody to look at it.
      if (options.onSelection) for (const { render } of state.applications.values()) void render.manifests;
      entry.at = await checkout.treeId(id);
      entry.newCount += changed === undefined ? Number.POSITIVE_INFINITY : changed.length / 10;
      return state;
    },
    async preview(id) {
      const tree = await checkout.tree(id);
      const { workspace } = workspaceFor(readFleetConfig(tree), tree);
      return (other, changed) => {
        const state = workspace.moveTo(other, changed);
        workspace.moveTo(tree, changed);
        return state;
      };
    },
    async tracer(id, application) {
      const tree = await checkout.tree(id);
      const config = readFleetConfig(tree);
      const { workspace, isCheckout } = workspaceFor(config, tree);
      const { buildOptions } = workspace;
      const { clusterFiles } = workspace.state;
      const { inventory } = givenInventory(config.inventory, tree);
      const options = { render, isCheckout: (url: string) => isCheckout?.(url) === true, otherTree, clusterFiles, buildOptions };
      return traceApplication(application, tree, { ...options, ...(inventory ? { inventory } : {}) });
    },
    async inventory(id) {
      const tree = await checkout.tree(id);
      return workspaceFor(readFleetConfig(tree), tree).workspace.inventory;
    },
    async withInventory(id, change) {
      const tree = await checkout.tree(id);
      const { workspace } = workspaceFor(readFleetConfig(tree), tree);
      const inventory = change(await withOthers(workspace.moveTo(tree), workspace, tree).then(() => workspace.inventory));
      let state = workspace.withInventory(tree, inventory);
      for (let round = 0; round < mostRounds && (await others.bring()); round++) {
        workspace.retryOutside(tree);
        state = workspace.withInventory(tree, inventory);
      }
      return state;
    },
    close() {
      for (const { cache, workspace, at, newCount } of workspaces.values()) {
        // A little that is new is sooner computed again than written.
        if (at !== undefined && newCount > Math.max(10, workspace.state.applications.size / 20))
          cache?.save(at, workspace.snapshot());
        cache?.close();
      }
      checkout.close();
      others.close();
    },
  };
}

interface Entry {
  readonly workspace: FleetWorkspace;
  readonly cache: StateCache | undefined;
  /** The tree that the workspace is at. */
  at: string | undefined;
  /** How much there is that the cache does not know: renders, and a tenth of each changed path. */
  newCount: number;
  /** What was decided of the URLs that the fleet names. */
  isCheckout?: (repoURL: string) => boolean;
}

/** Takes over the kept state of this tree, or else one whose tree git still knows; gives its tree. */
async function restoreNearest({ workspace, cache }: Entry, id: string, checkout: Checkout): Promise<string | undefined> {
  if (!cache) return undefined;
  const own = await checkout.treeId(id);
  const candidates = cache.trees();
  for (const tree of candidates.includes(own) ? [own] : candidates.slice(0, 5)) {
    const snapshot = tree === own || checkout.holds(tree) ? cache.load(tree) : undefined;
    if (!snapshot) continue;
    workspace.restore(snapshot);
    return tree;
  }
  return undefined;
}

function givenInventory(
  files: readonly string[],
  tree: FileTree,
): { readonly inventory?: readonly Cluster[]; readonly inventoryFiles?: ReadonlyMap<string, string> } {
  if (files.length === 0) return {};
  const found = files.flatMap((file) => inventoryAt(tree, file).map((cluster) => ({ file, cluster })));
  return {
    inventory: found.map(({ cluster }) => cluster),
    inventoryFiles: new Map(found.map(({ file, cluster }) => [cluster.name, file])),
  };
}

function inventoryAt(tree: FileTree, file: string): ReturnType<typeof clustersFromInventory> {
  const found = tree.read(file);
  if (!found)
    throw new InputError(`the inventory ${file} is not there`, {
      code: "CONFIG_INVENTORY",
      location: { file: "fleetwright.yaml" },
    });
  return clustersFromInventory(parseYamlDocuments(found.bytes, { dialect: "kubernetes", file }), file);
}
