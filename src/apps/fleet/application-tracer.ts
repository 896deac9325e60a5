import type { Cluster } from "../../core/applicationset/index.js";
import { InputError } from "../../core/errors.js";
import { expandGlob, isGlob } from "../../core/helm/index.js";
import type { FleetApplication, RenderApplication } from "../../core/impact/fleet-state.js";
import { FleetWorkspace } from "../../core/impact/workspace.js";
import { asObject, type KubernetesObject } from "../../core/manifest/object.js";
import { listAt, objectAt, stringAt, type Value } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { joinInside } from "../../core/render/memory-tree.js";
import { filesRead } from "../../core/render/recording-tree.js";
import { writtenSources } from "../../core/render/written-sources.js";

/** One Application, made anew from edited trees: by its file or its ApplicationSet, and rendered. */
export interface ApplicationTracer {
  /** All files that it can depend on. */
  readonly files: readonly string[];
  /** Of files that override what others set: those that make the Application (below 0), value files, the chart's own values. */
  readonly rankOf: (file: string) => number | undefined;
  /** What a file that makes the Application is. */
  readonly kindOf: (file: string) => string | undefined;
  /** Throws InputError where it is not made or not rendered any more. */
  readonly render: (tree: FileTree) => readonly KubernetesObject[];
  /** The Application itself. */
  readonly make: (tree: FileTree) => KubernetesObject;
}

export interface TracerOptions {
  readonly render: RenderApplication;
  readonly isCheckout: (repoURL: string) => boolean;
  readonly otherTree: (repoURL: string, revision: string) => FileTree | undefined;
  readonly clusterFiles: ReadonlyMap<string, string>;
  /** Clusters that the configuration names. */
  readonly inventory?: readonly Cluster[];
  /** Of Kustomize, as the fleet has them. */
  readonly buildOptions: string;
}

/** Follows an Application of the fleet at `tree` through edits of any file of it. */
export function traceApplication(application: FleetApplication, tree: FileTree, options: TracerOptions): ApplicationTracer {
  const makers = makersOf(application, options.clusterFiles, tree);
  const files = [...new Set([...makers, ...filesRead(application.render.readSet)])];
  const searched = new Set([application.origin.file, ...options.clusterFiles.values()]);
  const workspace = new FleetWorkspace({
    buildOptions: options.buildOptions,
    render: (made, treeFor, buildOptions) =>
      stringAt(made.metadata, "name") === application.name &&
      (stringAt(made.metadata, "namespace") || "argocd") === application.namespace
        ? options.render(made, treeFor, buildOptions)
        : { manifests: [], warnings: [] },
    checkoutUrls: () => options.isCheckout,
    otherTree: options.otherTree,
    isSearched: (path) => searched.has(path),
    ...(options.inventory ? { inventory: options.inventory } : {}),
  });
  workspace.moveTo(tree);
  const at = (edited: FileTree): FleetApplication => {
    const found = workspace.moveTo(edited, files).applications.get(application.key);
    if (!found) throw new InputError(`${application.name} is not made`, { code: "FLEET_NO_APPLICATION" });
    return found;
  };
  const valueFiles = valueFilesOf(application, tree);
  return {
    files,
    rankOf: (file) => {
      // A parameter says more than the template that takes it.
      if (makers.includes(file)) return file === application.origin.file ? -1 : -2;
      const layer = valueFiles.indexOf(file);
      return layer < 0 ? undefined : layer;
    },
    kindOf: (file) => {
      if (!makers.includes(file)) return undefined;
      if (file === application.origin.file) return application.origin.kind === "file" ? "Application" : "ApplicationSet";
      return [...options.clusterFiles.values()].includes(file) ? "cluster" : "parameters";
    },
    render: (edited) => {
      const { render } = at(edited);
      if (render.error) throw render.error;
      return render.manifests;
    },
    make: (edited) => {
      const { metadata, spec } = at(edited);
      return asObject({ apiVersion: "argoproj.io/v1alpha1", kind: "Application", metadata, spec } as Value);
    },
  };
}

/** The files from which the Application itself is made: its own, or its set's and those of its parameters. */
function makersOf({ origin }: FleetApplication, clusterFiles: ReadonlyMap<string, string>, tree: FileTree): readonly string[] {
  if (origin.kind === "file") return [origin.file];
  const parameters = origin.origins.flatMap(({ file, cluster }) => [
    file,
    cluster === undefined ? undefined : clusterFiles.get(cluster),
  ]);
  return [origin.file, ...parameters.filter((file): file is string => file !== undefined && tree.kind(file) === "file")];
}

/** Value files of a chart, the last applied first: those of the source from the last to the first, then the chart's own. */
function valueFilesOf({ spec }: FleetApplication, tree: FileTree): readonly string[] {
  return writtenSources(spec).flatMap((source) => {
    const path = stringAt(source, "path");
    const named = listAt(objectAt(source, "helm"), "valueFiles").map((name) => {
      const text = String(name).replace(/^\$[^/]*\//, "/");
      return joinInside(text.startsWith("/") ? text.slice(1) : `${path}/${text}`) ?? "";
    });
    // A file that is also named itself holds at that place.
    const found = named.flatMap((name) =>
      isGlob(name) ? expandGlob(tree, name).filter((file) => !named.includes(file)) : [name],
    );
    return [...found.reverse(), joinInside(`${path}/values.yaml`) ?? ""];
  });
}
