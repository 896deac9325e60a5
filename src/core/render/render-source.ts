import { InputError } from "../errors.js";
import type { KubernetesObject } from "../manifest/object.js";
import { isObject, objectAt, stringAt, type ValueObject } from "../manifest/value.js";
import { renderDirectory } from "./directory.js";
import type { FileTree } from "./file-tree.js";
import { sourceDirectory } from "./source-path.js";
import { type SourceType, sourceTypeOf } from "./source-type.js";

/** A repository outside the source's own that a render asks for. */
export interface RemoteTreeNeed {
  readonly key: string;
  readonly repoURL: string;
  readonly revision: string;
  /** A chart of the repository `repoURL` instead of its files; the revision is a version or a range. */
  readonly chart?: string;
}

export type RenderResult =
  | {
      readonly kind: "rendered";
      readonly manifests: readonly KubernetesObject[];
      readonly sourceType: SourceType;
      readonly warnings?: readonly string[];
    }
  | { readonly kind: "needs"; readonly needs: readonly RemoteTreeNeed[] };

export interface RenderSourceInput {
  readonly tree: FileTree;
  /** One entry of `spec.source(s)`. */
  readonly source: ValueObject;
  /** Name and destination namespace of the Application: a chart's release. */
  readonly appName: string;
  readonly namespace: string;
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
  /** Trees of the sources with `ref`, by name without the `$`: a chart's value files may lie there. */
  readonly refs?: ReadonlyMap<string, FileTree>;
  readonly project?: string;
  /** `kustomize.buildOptions` of argocd-cm, for example `--enable-helm`. */
  readonly kustomizeBuildOptions?: string;
  /** Seed of a chart's random functions; absent: they give something else in each render. */
  readonly stableRandom?: string;
  /** Commit of the source, for a chart that asks for it. */
  readonly revision?: string;
  /** Trees fetched for earlier needs, by their key. */
  readonly remotes: ReadonlyMap<string, FileTree>;
}

/** One tool's renderer; the directory given is inside the tree. */
export type ToolRenderer = (input: RenderSourceInput, directory: string) => RenderResult;

export type ToolRenderers = { readonly [Type in SourceType]?: ToolRenderer };

/** The manifests of one source by the tool that its options or its files ask for; pure. Throws InputErrors with the place. */
export function renderSource(input: RenderSourceInput, renderers: ToolRenderers): RenderResult {
  const { source, tree } = input;
  const directory = sourceDirectory(tree, stringAt(source, "path"));
  const type = sourceTypeOf(source, tree, directory);
  const renderer = renderers[type] ?? (type === "Directory" ? directoryRenderer : undefined);
  if (renderer === undefined)
    throw new InputError(`sources of type ${type} cannot be rendered here`, {
      code: "SOURCE_TYPE",
      location: { file: directory || "." },
    });
  return renderer(input, directory);
}

const directoryRenderer: ToolRenderer = ({ tree, source }, directory) => {
  const options = objectAt(source, "directory");
  if (isObject(options["jsonnet"]) && Object.keys(options["jsonnet"]).length > 0)
    throw new InputError("Jsonnet is not supported", { code: "DIRECTORY_JSONNET" });
  const manifests = renderDirectory(tree, directory, {
    recurse: options["recurse"] === true,
    include: stringAt(options, "include"),
    exclude: stringAt(options, "exclude"),
    anyExtension: options["disableExtensionFilter"] === true,
  });
  return { kind: "rendered", manifests, sourceType: "Directory" };
};
