import type { Value } from "../../manifest/value.js";
import type { FileTree } from "../../render/file-tree.js";
import { emitYaml } from "../../yaml/emit.js";
import type { PatchOperation } from "../filters/json-patch.js";
import { metaTexts, removedAnnotations, withMetaTexts } from "../model/annotations.js";
import { BuildSchemas } from "../model/custom-schema.js";
import { kustomizeError } from "../model/errors.js";
import { ResMap } from "../model/res-map.js";
import { Resource } from "../model/resource.js";
import { toJson } from "../nodes/json.js";
import type { NodeMap } from "../nodes/node.js";
import type { KustomizeOptions } from "../options.js";
import { readResources } from "../tree/documents.js";
import { Loader } from "../tree/loader.js";
import { loadPlugin } from "./plugins.js";

interface PluginRun extends Pick<KustomizeOptions, "enableHelm" | "renderHelm"> {
  /** The plugin's configuration. */
  readonly config: string;
  /** Resources for a transformer. */
  readonly input?: string;
}

/** Runs one builtin plugin and prints what comes of it; no names are hashed or fixed. */
export function runPlugin(tree: FileTree, directory: string, { config, input = "", ...options }: PluginRun): string {
  const schemas = new BuildSchemas();
  const loader = Loader.at(tree, directory, { isRestricted: true, allowRemote: false, remotes: new Map() });
  const resourceOf = (value: NodeMap): Resource => new Resource(value, schemas);
  const reader = {
    read: (path: string) => loader.load(path).bytes,
    resources: (text: string | Uint8Array, path: string | undefined) => readResources(text, path ?? "plugin").map(resourceOf),
    operations: (_text: string | Uint8Array, read: () => readonly PatchOperation[]) => read(),
  };
  const [plugin] = readResources(config, "plugin").map(resourceOf);
  if (plugin === undefined) throw kustomizeError("KUSTOMIZE_PLUGIN", "there is no plugin configuration");
  const loaded = loadPlugin(plugin, { loader, reader, options });
  const map = new ResMap();
  if (loaded.kind === "generator") map.appendAll(loaded.generate().map(resourceOf));
  else {
    map.appendAll(readResources(input, "input").map(resourceOf));
    loaded.transformer.transform(map, { warn: () => {} });
    map.dropEmpty();
  }
  return map.resources
    .map((resource) => emitYaml(toJson(withoutNotes(resource.value)) as Value, { style: "kustomize" }))
    .join("---\n");
}

function withoutNotes(value: NodeMap): NodeMap {
  const annotations = metaTexts(value, "annotations");
  if (Object.keys(annotations).length === 0) return value;
  for (const key of removedAnnotations) delete annotations[key];
  return withMetaTexts(value, "annotations", annotations);
}
