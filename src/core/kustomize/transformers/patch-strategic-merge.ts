import { kustomizeError } from "../model/errors.js";
import type { Resource } from "../model/resource.js";
import type { PatchReader } from "../tree/patch-reader.js";
import { mergeIntoSelected } from "./patch-apply.js";
import type { Transformer } from "./transformer.js";

export interface PatchStrategicMergeArgs {
  /** Files, or patches written out. */
  readonly paths?: readonly string[];
  readonly patches?: string;
}

/** PatchStrategicMergeTransformer: merges patches into the resources that they name (`patchesStrategicMerge`). */
export function patchStrategicMergeTransformer(args: PatchStrategicMergeArgs, reader: PatchReader): Transformer {
  const { paths = [], patches = "" } = args;
  if (paths.length === 0 && patches === "") throw kustomizeError("KUSTOMIZE_PATCH", "empty file path and empty patch content");
  const loaded: Resource[] = paths.flatMap((path) => loadPatch(path, reader));
  if (patches !== "") loaded.push(...reader.resources(patches, undefined));
  if (loaded.length === 0)
    throw kustomizeError("KUSTOMIZE_PATCH", `patch appears to be empty; files=[${paths.join(" ")}], Patch=${patches}`);
  return {
    kind: "PatchStrategicMergeTransformer",
    transform(map, context) {
      for (const patch of loaded) mergeIntoSelected(map, [map.positionById(patch.orgId)], patch, context);
    },
  };
}

/** Nothing that could be read as a patch: one plain scalar. */
const isPlainFileName = /^[A-Za-z0-9_.][A-Za-z0-9_./-]*\.(?:ya?ml|json)$/;

/** For legacy reasons an entry is first tried as a patch itself. */
function loadPatch(path: string, reader: PatchReader): readonly Resource[] {
  if (!isPlainFileName.test(path))
    try {
      return reader.resources(path, undefined);
    } catch {
      // It is a path after all.
    }
  return reader.resources(reader.read(path), path);
}
