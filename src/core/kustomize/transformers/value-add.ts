import { parseYaml } from "../../yaml/parse.js";
import { decode } from "../kustomization/decode.js";
import type { SelectorArgs } from "../kustomization/fields.js";
import { pluginShapes } from "../kustomization/shapes.js";
import { kustomizeError } from "../model/errors.js";
import { selectPositions } from "../model/selector.js";
import type { NodeMap } from "../nodes/node.js";
import { lookup, requireKind, setScalarOver } from "../nodes/ops.js";
import { YNode } from "../nodes/ynode.js";
import type { PatchReader } from "../tree/patch-reader.js";
import { withNamespaceSet } from "./namespace.js";
import type { Transformer } from "./transformer.js";

export interface ValueAddTarget {
  readonly selector?: SelectorArgs;
  readonly fieldPath?: string;
  readonly filePathPosition?: number;
}

export interface ValueAddArgs {
  readonly value?: string;
  readonly targets?: readonly ValueAddTarget[];
  readonly targetFilePath?: string;
}

/** ValueAddTransformer: one value into many fields, whole or as a part of a path. Only as a plugin. */
export function valueAddTransformer(args: ValueAddArgs, reader: PatchReader, directoryName: string): Transformer {
  const fail = (message: string): Error => kustomizeError("KUSTOMIZE_PLUGIN", message);
  const value = (args.value ?? "").trim() || directoryName;
  const targets = [...(args.targets ?? []), ...(args.targetFilePath ? targetsOfFile(reader, args.targetFilePath) : [])];
  if (targets.length === 0) throw fail("must specify at least one target");
  for (const { fieldPath, filePathPosition } of targets) {
    if (!fieldPath) throw fail("fieldPath cannot be empty");
    if ((filePathPosition ?? 0) < 0) throw fail(`value of FilePathPosition (${filePathPosition}) cannot be negative`);
  }
  return {
    kind: "ValueAddTransformer",
    transform(map, context) {
      for (const target of targets) {
        const positions = target.selector ? selectPositions(map, target.selector) : map.resources.map((_, position) => position);
        for (const position of positions) {
          const resource = map.at(position);
          const isNamespace = target.fieldPath === "metadata/namespace";
          const changed = isNamespace
            ? withNamespaceSet(resource.value, { namespace: value, specs: [] }, resource.curId.isClusterScoped)
            : withValue(resource.value, target, value);
          // What has no namespace is given none.
          if (!(isNamespace && resource.curId.isClusterScoped)) context.touched?.(resource, target.fieldPath ?? "");
          map.replaceAt(position, resource.with(changed));
        }
      }
    },
  };
}

function targetsOfFile(reader: PatchReader, path: string): readonly ValueAddTarget[] {
  const value = parseYaml(reader.read(path), { file: path, dialect: "kubernetes", duplicateKeys: "last" });
  return (decode(value, pluginShapes.valueAdd, { isStrict: false, isCoercing: true }) as ValueAddArgs).targets ?? [];
}

export function withValue(resource: NodeMap, { fieldPath = "", filePathPosition = 0 }: ValueAddTarget, value: string): NodeMap {
  const root = new YNode(resource);
  const field = lookup(root, splitEscaped(fieldPath), "scalar");
  if (field === undefined) return resource;
  requireKind(field, "scalar");
  const text = filePathPosition > 0 ? insertPathPart(field.value, filePathPosition - 1, value) : value;
  if (text !== "") {
    if (field.isNull) field.setScalar("", text, false);
    else setScalarOver(field, "", text);
  }
  return root.freeze() as NodeMap;
}

function splitEscaped(path: string): string[] {
  const parts: string[] = [];
  for (const part of path.split("/")) {
    const last = parts.at(-1);
    if (last?.endsWith("\\")) parts[parts.length - 1] = `${last.slice(0, -1)}/${part}`;
    else parts.push(part);
  }
  return parts;
}

/** Puts a part into a path at a position that counts from 0; a position past the end appends. */
function insertPathPart(path: string, position: number, part: string): string {
  if (part === "") return path;
  const isAbsolute = path.startsWith("/");
  const parts = path.split("/").filter((piece) => piece !== "");
  parts.splice(Math.min(Math.max(position, 0), parts.length), 0, part);
  return (isAbsolute ? "/" : "") + parts.join("/");
}
