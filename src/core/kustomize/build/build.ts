import type { KubernetesObject } from "../../manifest/object.js";
import type { Value } from "../../manifest/value.js";
import type { FileTree } from "../../render/file-tree.js";
import { emitYaml, type PrintedText } from "../../yaml/emit.js";
import { BuildSchemas } from "../model/custom-schema.js";
import { fieldSpec } from "../model/field-spec.js";
import type { ResMap } from "../model/res-map.js";
import type { KustomizeOptions, KustomizeResult, Warning } from "../options.js";
import { withOverrides } from "../overrides/overrides.js";
import { KustomizeSession } from "../session.js";
import { hashTransformer } from "../transformers/hash.js";
import { labelTransformer } from "../transformers/labels.js";
import { sortOrderTransformer } from "../transformers/sort-order.js";
import { Loader, NeedsError } from "../tree/loader.js";
import { Accumulator } from "./accumulator.js";
import { finished } from "./finished.js";
import { findKustomization } from "./kustomization-file.js";
import { dropLocal } from "./local-resources.js";
import { fixNameReferences } from "./name-references.js";
import { type BuildContext, Target, UnshareableError } from "./target.js";
import { resolveVars } from "./vars.js";

/** Builds the kustomization in `directory` of the tree; see buildKustomization. */
export function build(tree: FileTree, directory: string, options: KustomizeOptions): KustomizeResult {
  try {
    return buildOrAsk(tree, directory, options, true);
  } catch (error) {
    if (!(error instanceof UnshareableError)) throw error;
  }
  return buildOrAsk(tree, directory, options, false);
}

function buildOrAsk(tree: FileTree, directory: string, options: KustomizeOptions, isShared: boolean): KustomizeResult {
  const warnings: Warning[] = [];
  try {
    const result = buildOnce(tree, directory, options, { isShared, warnings });
    warnings.forEach((warning) => options.onWarning?.(warning));
    return result;
  } catch (error) {
    if (!(error instanceof UnshareableError)) warnings.forEach((warning) => options.onWarning?.(warning));
    if (error instanceof NeedsError) return { kind: "needs", needs: distinctNeeds(error) };
    throw error;
  }
}

function distinctNeeds({ needs }: NeedsError): NeedsError["needs"] {
  return [...new Map(needs.map((need) => [need.key, need])).values()];
}

type Attempt = Pick<BuildContext, "isShared" | "warnings">;

function buildOnce(tree: FileTree, directory: string, options: KustomizeOptions, attempt: Attempt): KustomizeResult {
  const { warnings } = attempt;
  const loader = Loader.at(tree, directory, {
    isRestricted: options.loadRestrictions !== "none",
    allowRemote: options.allowRemote ?? false,
    remotes: options.remotes ?? new Map(),
  });
  const session = options.session ?? new KustomizeSession();
  const found = findKustomization(loader, session, warnings);
  const kustomization = options.overrides ? { ...found, fields: withOverrides(found.fields, options.overrides, loader) } : found;
  const { buildMetadata = [] } = kustomization.fields;
  const context: BuildContext = { options, session, schemas: new BuildSchemas(), roots: new Set(), ...attempt };
  const origin = buildMetadata.length > 0 ? {} : undefined;
  const target = new Target(loader, kustomization, context, { buildMetadata, origin, helmNamespace: "" });
  const accumulator = target.accumulate(new Accumulator());
  const warn = (message: string): void => void warnings.push({ kind: "noEffect", message, file: kustomization.path });
  finish(accumulator, warn);
  const { map } = accumulator;
  order(map, target.fields, options, warn);
  if (options.managedByLabel || buildMetadata.includes("managedByLabel")) managedBy.transform(map, { warn: () => {} });
  const resources = map.resources.map((resource) => finished(resource, buildMetadata));
  return { kind: "built", resources, yaml: () => printResources(resources), warnings };
}

/** The last steps, once for a whole build: hashes, references, vars, local-only resources. */
function finish(accumulator: Accumulator, warn: (message: string) => void): void {
  const { map, config, vars } = accumulator;
  const context = { warn: () => {} };
  hashTransformer.transform(map, context);
  if (config.nameReference.length > 0) fixNameReferences(map, config.nameReference);
  resolveVars(map, vars, config.varReference, warn);
  dropLocal(map);
}

function order(map: ResMap, fields: Target["fields"], options: KustomizeOptions, warn: (message: string) => void): void {
  const context = { warn: () => {} };
  if (fields.sortOptions && options.reorder)
    warn("the order is set both in the kustomization (sortOptions) and by --reorder; the kustomization counts");
  if (fields.sortOptions) sortOrderTransformer(fields.sortOptions).transform(map, context);
  else if (options.reorder !== "none") sortOrderTransformer({ order: "legacy" }).transform(map, context);
}

/** The version whose behaviour and bytes are kept. */
const compatibleVersion = "v5.8.1";

const managedBy = labelTransformer({ "app.kubernetes.io/managed-by": `kustomize-${compatibleVersion}` }, [
  fieldSpec("metadata/labels", { create: true }),
]);

/** Results are immutable, so a part that many of them share has one text. */
const printed = new WeakMap<object, PrintedText>();

function printResources(resources: readonly KubernetesObject[]): string {
  const options = { style: "kustomize", printed } as const;
  return resources.map((resource) => emitYaml(resource as unknown as Value, options)).join("---\n");
}
