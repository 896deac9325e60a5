import type { Value } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { parseYaml } from "../../yaml/parse.js";
import { applyReplacements } from "../filters/replacement.js";
import { decode } from "../kustomization/decode.js";
import type { ReplacementArgs } from "../kustomization/fields.js";
import { plainReplacementShape } from "../kustomization/shapes.js";
import { kustomizeError } from "../model/errors.js";
import type { PatchReader } from "../tree/patch-reader.js";
import type { Transformer } from "./transformer.js";

/** ReplacementTransformer: copies values between fields (`replacements`), written inline or in files. */
export function replacementTransformer(entries: readonly ReplacementArgs[], reader: PatchReader): Transformer {
  const found = entries.flatMap((entry, index) => readEntry(entry, reader).map((replacement) => ({ replacement, index })));
  return {
    kind: "ReplacementTransformer",
    transform(map, context) {
      applyReplacements(
        map,
        found.map(({ replacement }) => replacement),
        {
          warn: (message) => context.warn({ kind: "noEffect", message, file: "" }),
          selected: (at, target, count) => context.selected?.(count, { entry: found[at]!.index, target }),
        },
      );
    },
  };
}

function readEntry(entry: ReplacementArgs, reader: PatchReader): readonly ReplacementArgs[] {
  if (!entry.path) return [entry];
  if (entry.source !== undefined || (entry.targets ?? []).length > 0)
    throw kustomizeError("KUSTOMIZE_REPLACEMENT", "cannot specify both path and inline replacement");
  const value = parseYaml(reader.read(entry.path), { file: entry.path, dialect: "kubernetes", duplicateKeys: "last" });
  if (Array.isArray(value)) return value.map((item: Value) => readReplacement(item));
  if (isObject(value)) return [readReplacement(value)];
  throw kustomizeError(
    "KUSTOMIZE_REPLACEMENT",
    `unsupported replacement type encountered within replacement path: ${typeOf(value)}`,
    {
      location: { file: entry.path },
    },
  );
}

function readReplacement(value: Value): ReplacementArgs {
  return decode(value, plainReplacementShape, { isStrict: false, isCoercing: true }) as ReplacementArgs;
}

function typeOf(value: Value): string {
  if (value === null) return "invalid";
  if (typeof value === "boolean") return "bool";
  return typeof value === "string" ? "string" : "float64";
}
