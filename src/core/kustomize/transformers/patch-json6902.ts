import { utf8DecodeLossy } from "../../../platform/bytes.js";
import { emitJson, parseJson } from "../../yaml/json.js";
import { parseYaml } from "../../yaml/parse.js";
import { decodePatch, type PatchOperation } from "../filters/json-patch.js";
import type { SelectorArgs } from "../kustomization/fields.js";
import { kustomizeError, withPrefix } from "../model/errors.js";
import { selectPositions } from "../model/selector.js";
import type { PatchReader } from "../tree/patch-reader.js";
import { patchInto } from "./patch-apply.js";
import type { Transformer } from "./transformer.js";

export interface PatchJson6902Args {
  readonly target?: SelectorArgs;
  readonly path?: string;
  readonly jsonOp?: string;
}

/** PatchJson6902Transformer: a JSON patch for the resources that a target names (`patchesJson6902`). */
export function patchJson6902Transformer(args: PatchJson6902Args, reader: PatchReader): Transformer {
  const fail = (message: string): Error => kustomizeError("KUSTOMIZE_PATCH", message);
  const { target, path } = args;
  if (!target?.name) throw fail("must specify the target name");
  if (!path && !args.jsonOp) throw fail("empty file path and empty jsonOp");
  if (path && args.jsonOp) throw fail("must specify a file path or jsonOp, not both");
  let text = args.jsonOp ?? "";
  if (path) {
    text = utf8DecodeLossy(reader.read(path));
    if (text === "") throw fail(`patch file '${path}' empty seems to be empty`);
  }
  const operations = reader.operations(text, () => operationsOf(text));
  if (operations.length === 0) throw fail(`patch appears to be empty; file=${path ?? ""}, JsonOp=${text}`);
  return {
    kind: "PatchJson6902Transformer",
    transform(map, context) {
      const positions = selectPositions(map, target);
      context.selected?.(positions.length);
      if (positions.length === 0)
        context.warn({
          kind: "noEffect",
          message: `the target of a patchesJson6902 entry, ${target.kind ?? ""} ${target.name}, matches no resource`,
          file: "",
        });
      for (const position of positions) map.replaceAt(position, patchInto(map.at(position), operations));
    },
  };
}

function operationsOf(text: string): readonly PatchOperation[] {
  if (text.startsWith("[")) return withPrefix(`decoding ${text}`, () => decodePatch(parseJson(text)));
  const value = parseYaml(text, { dialect: "kubernetes", duplicateKeys: "last" });
  return withPrefix(
    () => `decoding ${emitJson(value)}`,
    () => decodePatch(value),
  );
}
