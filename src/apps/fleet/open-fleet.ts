import { type Checkout, openCheckout } from "../../adapters/git/checkout.js";
import { clustersFromInventory } from "../../core/applicationset/index.js";
import { InputError } from "../../core/errors.js";
import type { FleetState, RenderApplication } from "../../core/impact/fleet-state.js";
import { FleetWorkspace } from "../../core/impact/workspace.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { normalizeRepositoryURL } from "../../core/render/repository-url.js";
import { parseYamlDocuments } from "../../core/yaml/parse.js";
import { chooseCheckoutUrls } from "./checkout-urls.js";
import { type FleetConfig, readFleetConfig } from "./fleet-config.js";
import { renderFromTrees } from "./render-from-trees.js";

export interface OpenFleetOptions {
  readonly directory: string;
  /** `URL=PATH`: clones of other repositories that sources name. */
  readonly repos: readonly string[];
  /** Told once each: what was assumed. */
  readonly note: (text: string) => void;
}

/** A fleet that is read from a clone, at any of its revisions; nothing else is asked. */
export interface OpenFleet {
  readonly checkout: Checkout;
  /** The fleet at a commit or at `checkout.worktree()`; only what differs from the state before is computed. */
  at(id: string): Promise<FleetState>;
  tree(id: string): Promise<FileTree>;
  config(id: string): Promise<FleetConfig>;
  close(): void;
}

/** Opens the clone around a directory. Throws InputError where there is none. */
export async function openFleet(options: OpenFleetOptions): Promise<OpenFleet> {
  const checkout = await openCheckout(options.directory);
  const others = new Map<string, FileTree>();
  const clones: Checkout[] = [];
  try {
    for (const given of options.repos) {
      const [url, path] = splitRepo(given);
      const clone = await openCheckout(path);
      clones.push(clone);
      others.set(normalizeRepositoryURL(url), await clone.tree(await clone.resolve("HEAD")));
    }
  } catch (error) {
    for (const clone of [checkout, ...clones]) clone.close();
    throw error;
  }
  const notes = new Set<string>();
  const note = (text: string): void => {
    if (notes.has(text)) return;
    notes.add(text);
    options.note(text);
  };
  const workspaces = new Map<string, { workspace: FleetWorkspace; at: string | undefined }>();
  const render: RenderApplication = renderFromTrees();

  const workspaceFor = (config: FleetConfig, tree: FileTree): { workspace: FleetWorkspace; at: string | undefined } => {
    // Another configuration searches other files: that fleet is computed on its own.
    const key = `${tree.read("fleetwright.yaml")?.id ?? ""} ${config.inventory.map((file) => tree.read(file)?.id ?? "").join(" ")}`;
    const known = workspaces.get(key);
    if (known) return known;
    const made = {
      at: undefined,
      workspace: new FleetWorkspace({
        render,
        checkoutUrls: (named) => {
          const choice = chooseCheckoutUrls(checkout.remotes, named, new Set(others.keys()));
          if (choice.note) note(choice.note);
          return choice.isCheckout;
        },
        otherTree: (repoURL) => others.get(normalizeRepositoryURL(repoURL)),
        isSearched: config.isSearched,
        ...(config.inventory.length === 0 ? {} : { inventory: config.inventory.flatMap((file) => inventoryAt(tree, file)) }),
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
      const changed = entry.at === undefined ? undefined : await checkout.changedPaths(entry.at, id);
      const state = entry.workspace.moveTo(tree, changed);
      entry.at = id;
      return state;
    },
    close() {
      for (const clone of [checkout, ...clones]) clone.close();
    },
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

function splitRepo(given: string): readonly [url: string, path: string] {
  const at = given.lastIndexOf("=");
  if (at <= 0) throw new InputError(`--repo ${given}: not of the form URL=PATH`, { code: "CLI_USAGE" });
  return [given.slice(0, at), given.slice(at + 1)];
}
