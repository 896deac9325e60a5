import { describeNode } from "../nodes/resolve.js";
import { YNode } from "../nodes/ynode.js";
import { type Maybe, type MergeOptions, type MergeVisitor, MergeWalk, type SchemaSource, type Sources } from "./merge-walk.js";

/** `dest` with the changes that lead from `original` to `update`; undefined when nothing is left. */
export function mergeThreeWays(
  dest: YNode,
  original: YNode,
  update: YNode,
  { schemas, ...options }: { readonly schemas: SchemaSource } & Pick<MergeOptions, "inferLists">,
): Maybe {
  return new MergeWalk(threeWayMerge, schemas, { ...options, listIncrease: "append" }).walk(
    [dest, original, update],
    undefined,
    [],
  );
}

const threeWayMerge: MergeVisitor = {
  map([dest, , update]) {
    if (isNull(update) || isNull(dest)) return undefined;
    if (dest === undefined) return update === undefined ? undefined : YNode.empty("map");
    return dest;
  },
  scalar: (sources) => changedValue(sources, (node) => node.value),
  list: (sources) => changedValue(sources, () => ""),
  associativeList([dest, original, update]) {
    if (isAbsent(update) && !isAbsent(original)) return undefined;
    return isAbsent(dest) ? YNode.empty("list") : dest;
  },
};

/** The update where it changed the original, else what is there. */
function changedValue([dest, original, update]: Sources, textOf: (node: YNode) => string): Maybe {
  if (isNull(update) || isNull(dest)) return undefined;
  if (isAbsent(update) !== isAbsent(original)) return update;
  if (update === undefined || original === undefined || update.isNull) return dest;
  if (printed(update) !== printed(original) || textOf(update) !== textOf(original)) return update;
  return dest;
}

function printed(node: YNode): string {
  return describeNode(node.freeze());
}

function isNull(node: Maybe): boolean {
  return node !== undefined && node.tag === "!!null";
}

function isAbsent(node: Maybe): boolean {
  return node === undefined || node.isNull;
}
