import { mergeNodes } from "#src/core/kustomize/filters/merge2.js";
import { mergeThreeWays } from "#src/core/kustomize/filters/merge3.js";
import { noteCommentSchemas } from "#src/core/kustomize/model/comment-schema.js";
import { builtInSchemas } from "#src/core/kustomize/model/schema.js";
import { toJson } from "#src/core/kustomize/nodes/json.js";
import type { Node } from "#src/core/kustomize/nodes/node.js";
import { YNode } from "#src/core/kustomize/nodes/ynode.js";
import type { Value } from "#src/core/manifest/value.js";
import { emitJson } from "#src/core/yaml/json.js";
import { parseYaml } from "#src/core/yaml/parse.js";
import type { CaseBase } from "./kustomize.js";

interface MergeBase extends CaseBase {
  readonly dest: string;
  readonly infer: boolean;
}

export type MergeCase =
  | (MergeBase & { readonly kind: "merge2"; readonly patch: string; readonly listIncreaseDirection?: "prepend" | "append" })
  | (MergeBase & { readonly kind: "merge3"; readonly original: string; readonly update: string });

/** Below the final round trip comments and order remain in the original, so values are compared. */
export function runMergeCase(found: MergeCase): string | undefined {
  const dest = read(found.dest);
  const options = { inferLists: found.infer };
  const merged =
    found.kind === "merge2"
      ? mergeNodes(read(found.patch), dest, builtInSchemas, { ...options, listIncrease: found.listIncreaseDirection ?? "append" })
      : mergeThreeWays(dest, read(found.original), read(found.update), { ...options, schemas: builtInSchemas });
  const actual = merged === undefined ? "" : emitJson(toJson(merged.freeze()), { indent: 1 });
  const expected = (found.expectedOutput ?? "").trim();
  const wanted = expected === "" ? "" : emitJson(toJson(read(expected).freeze()), { indent: 1 });
  return actual === wanted ? found.expectedOutput : `structure differs:\n${actual}\nwanted:\n${wanted}`;
}

export function read(text: string): YNode {
  const value: Value = parseYaml(text, { dialect: "kustomize", keepStyle: true });
  noteCommentSchemas(text, value as unknown as Node);
  return new YNode(value as unknown as Node);
}
