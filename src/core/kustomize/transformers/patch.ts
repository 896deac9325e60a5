import type { PatchOperation } from "../filters/json-patch.js";
import type { PatchArgs, SelectorArgs } from "../kustomization/fields.js";
import { buildAnnotations, metaTexts, withMetaTexts } from "../model/annotations.js";
import { kustomizeError, quoteGo, rewordError, withPrefix } from "../model/errors.js";
import { withStoredId } from "../model/history.js";
import { formatId } from "../model/res-id.js";
import type { Resource } from "../model/resource.js";
import { formatSelector, selectPositions } from "../model/selector.js";
import type { PatchReader } from "../tree/patch-reader.js";
import { mergeInto, mergeIntoSelected, patchInto, touchMerged } from "./patch-apply.js";
import { readOperations } from "./patch-text.js";
import type { Transformer } from "./transformer.js";

/** PatchTransformer: a strategic merge or a JSON patch, inline or in a file, with or without a target (`patches`). */
export function patchTransformer(args: PatchArgs, reader: PatchReader, configText: () => string): Transformer {
  const patch = (args.patch ?? "").trim();
  const fail = (message: string): Error => kustomizeError("KUSTOMIZE_PATCH", message);
  if (patch === "" && !args.path) throw fail(`must specify one of patch and path in\n${configText()}`);
  if (patch !== "" && args.path) throw fail(`patch and path can't be set at the same time\n${configText()}`);
  const text = args.path ? loadPatchFile(reader, args.path) : patch;
  const source = args.path ? `[path: ${quoteGo(args.path)}]` : `[patch: ${quoteGo(patch)}]`;
  const { merges, operations } = readPatch(reader, text, args.path);
  if (Array.isArray(merges) && merges.length > 0 && Array.isArray(operations) && operations.length > 0)
    throw fail(`illegally qualifies as both an SM and JSON patch: ${source}`);
  if (merges instanceof Error && operations instanceof Error) {
    throw rewordError(locatedFirst(merges, operations), () => `unable to parse SM or JSON patch from ${source}`);
  }
  if (!(merges instanceof Error)) {
    const patches = merges.map((resource) => withPermissions(resource, args.options ?? {}));
    return { kind: "PatchTransformer", transform: (map, context) => mergeAll(map, context, patches, args, source) };
  }
  return {
    kind: "PatchTransformer",
    transform: (map, context) => patchAll(map, context, operations as readonly PatchOperation[], args.target, source),
  };
}

function loadPatchFile(reader: PatchReader, path: string): Uint8Array {
  try {
    return reader.read(path);
  } catch (error) {
    throw rewordError(error, (message) => `failed to get the patch file from path(${path}): ${message}`);
  }
}

interface PatchReadings {
  readonly merges: readonly Resource[] | Error;
  readonly operations: readonly PatchOperation[] | Error;
}

/** Both readings of a patch. A text that begins with a list is no resource, so that an error need not be made to say so. */
function readPatch(reader: PatchReader, text: string | Uint8Array, path: string | undefined): PatchReadings {
  const readAsOperations = () => attempt(() => reader.operations(text, () => readOperations(text)));
  if (beginsWithList(text)) {
    const operations = readAsOperations();
    if (Array.isArray(operations) && operations.length > 0) return { merges: noResource, operations };
  }
  const merges = attempt(() => reader.resources(text, path));
  const isResource = Array.isArray(merges) && merges.length > 0;
  return { merges, operations: isResource ? noOperations : readAsOperations() };
}

const noResource = new Error("a list is no resource");
const noOperations = new Error("a resource is no list of operations");

function beginsWithList(text: string | Uint8Array): boolean {
  const start = typeof text === "string" ? text.slice(0, 2) : String.fromCharCode(text[0] ?? 0, text[1] ?? 0);
  return start === "- " || start.startsWith("[");
}

function attempt<T>(action: () => T): T | Error {
  try {
    return action();
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
}

function locatedFirst(a: Error, b: Error): Error {
  return "location" in a && a.location !== undefined ? a : b;
}

function withPermissions(
  patch: Resource,
  options: { readonly allowNameChange?: boolean; readonly allowKindChange?: boolean },
): Resource {
  if (!options.allowNameChange && !options.allowKindChange) return patch;
  return patch.with(
    withMetaTexts(patch.value, "annotations", {
      ...metaTexts(patch.value, "annotations"),
      ...(options.allowNameChange ? { [buildAnnotations.allowNameChange]: "enabled" } : {}),
      ...(options.allowKindChange ? { [buildAnnotations.allowKindChange]: "enabled" } : {}),
    }),
  );
}

type Apply = Transformer["transform"];

function mergeAll(
  map: Parameters<Apply>[0],
  context: Parameters<Apply>[1],
  patches: readonly Resource[],
  { target }: PatchArgs,
  source: string,
): void {
  if (patches.length === 0 && !target) return;
  if (target) {
    if (patches.length > 1)
      throw kustomizeError(
        "KUSTOMIZE_PATCH",
        `Multiple Strategic-Merge Patches in one \`patches\` entry is not allowed to set \`patches.target\` field: ${source}`,
      );
    const positions = withPrefix(
      () => `unable to find patch target ${quoteGo(formatSelector(target))} in \`resources\``,
      () => selectPositions(map, target),
    );
    context.selected?.(positions.length);
    if (positions.length === 0) warnNoTarget(context, source);
    if (patches[0]) mergeIntoSelected(map, positions, patches[0], context);
    return;
  }
  for (const patch of patches) {
    const id = formatId(patch.orgId);
    let position: number;
    try {
      position = map.positionById(patch.orgId);
    } catch (error) {
      throw rewordError(error, (message) => `no resource matches strategic merge patch ${quoteGo(id)}: ${message}`);
    }
    const merged = mergeInto(map.at(position), patch);
    touchMerged(context, merged, "byId");
    map.replaceAt(position, merged);
  }
}

function patchAll(
  map: Parameters<Apply>[0],
  context: Parameters<Apply>[1],
  operations: readonly PatchOperation[],
  target: SelectorArgs | undefined,
  source: string,
): void {
  if (!target) throw kustomizeError("KUSTOMIZE_PATCH", `must specify a target for JSON patch ${source}`);
  const positions = selectPositions(map, target);
  context.selected?.(positions.length);
  if (positions.length === 0) warnNoTarget(context, source);
  for (const position of positions) map.replaceAt(position, patchInto(withStoredId(map.at(position)), operations));
}

function warnNoTarget(context: Parameters<Apply>[1], source: string): void {
  context.warn({ kind: "noEffect", message: `the target of the patch ${source} matches no resource`, file: "" });
}
