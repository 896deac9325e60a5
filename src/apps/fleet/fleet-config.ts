import { InputError } from "../../core/errors.js";
import { compileDoublestar } from "../../core/glob/doublestar.js";
import { isObject, listAt, objectAt, type Value, type ValueObject } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { parseYaml } from "../../core/yaml/parse.js";

/** `fleetwright.yaml` at the top of a repository; every part may be left out. */
export interface FleetConfig {
  /** Files that are looked into for ApplicationSets, Applications, AppProjects and cluster Secrets. */
  readonly isSearched: (path: string) => boolean;
  /** Files of the inventory, in place of the cluster Secrets in the tree. */
  readonly inventory: readonly string[];
  /** As written, for the guard. */
  readonly budgets: readonly ValueObject[];
  readonly lint: ValueObject;
  /** `kustomize.buildOptions`, in place of what an `argocd-cm` in the tree says. */
  readonly buildOptions?: string;
}

export const configFile = "fleetwright.yaml";
const fields = new Set(["search", "inventory", "budgets", "lint", "kustomize"]);

/** Reads the configuration at a tree. Throws InputError with the place for a field that is not known. */
export function readFleetConfig(tree: FileTree): FleetConfig {
  const file = tree.read(configFile);
  const value: Value = file ? parseYaml(file.bytes, { dialect: "kubernetes", file: configFile }) : {};
  const config = isObject(value) ? value : {};
  const unknown = Object.keys(config).find((key) => !fields.has(key));
  if (unknown !== undefined) {
    throw new InputError(`unknown field "${unknown}"`, {
      code: "CONFIG_FIELD",
      location: { file: configFile },
      hint: `it may have ${[...fields].join(", ")}`,
    });
  }
  const search = objectAt(config, "search");
  const included = globsOf(search, "include");
  const excluded = globsOf(search, "exclude");
  return {
    isSearched: (path) =>
      (included.length === 0 || included.some((matches) => matches(path))) && !excluded.some((matches) => matches(path)),
    inventory: stringsOf(config, "inventory"),
    budgets: listAt(config, "budgets").filter(isObject),
    lint: objectAt(config, "lint"),
    ...buildOptionsOf(config),
  };
}

function buildOptionsOf(config: ValueObject): Pick<FleetConfig, "buildOptions"> {
  const kustomize = objectAt(config, "kustomize");
  const { buildOptions } = kustomize;
  const unknown = Object.keys(kustomize).find((key) => key !== "buildOptions");
  if (unknown !== undefined || (buildOptions !== undefined && typeof buildOptions !== "string")) {
    throw new InputError(unknown === undefined ? "kustomize.buildOptions is no text" : `unknown field "kustomize.${unknown}"`, {
      code: "CONFIG_FIELD",
      location: { file: configFile },
      hint: 'for example kustomize: {buildOptions: "--enable-helm"}',
    });
  }
  return buildOptions === undefined ? {} : { buildOptions };
}

function globsOf(value: ValueObject, key: string): readonly ((path: string) => boolean)[] {
  return stringsOf(value, key).map((pattern) => compileDoublestar(pattern));
}

function stringsOf(value: ValueObject, key: string): readonly string[] {
  return listAt(value, key).filter((item): item is string => typeof item === "string");
}
