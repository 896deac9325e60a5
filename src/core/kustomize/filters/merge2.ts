import { clearField, fieldError, isMissing, setElement } from "../nodes/ops.js";
import { describeNode } from "../nodes/resolve.js";
import { YNode } from "../nodes/ynode.js";
import { type Maybe, type MergeOptions, type MergeVisitor, MergeWalk, type SchemaSource } from "./merge-walk.js";

/** A strategic merge of `patch` into `dest`, both of which change; undefined when the patch deletes. */
export function mergeNodes(patch: YNode, dest: YNode, schemas: SchemaSource, options: MergeOptions): Maybe {
  return new MergeWalk(strategicMerge, schemas, options).walk([dest, patch], undefined, []);
}

const strategicMerge: MergeVisitor = {
  map([dest, origin]) {
    if (!isMissing(dest)) return visitCollection(dest as YNode, origin);
    if (directiveOrUnknown(origin) === "delete") return undefined;
    return origin === undefined && dest !== undefined && dest.value !== "" ? keptNull(dest.value) : origin;
  },
  scalar: ([dest, origin]) => origin ?? dest,
  list: ([dest, origin]) => origin ?? dest,
  associativeList: ([dest, origin]) => (isMissing(dest) ? origin : visitCollection(dest as YNode, origin)),
};

/** A null that was written out stays, an empty one goes. */
function keptNull(text: string): YNode {
  const kept = YNode.scalar("!!null", text);
  kept.shouldKeep = true;
  return kept;
}

function visitCollection(dest: YNode, origin: Maybe): Maybe {
  if (origin?.isNull) return undefined;
  switch (directive(origin)) {
    case "delete":
      return undefined;
    case "replace":
      if (origin) origin.isReplacement = true;
      return origin;
    case "merge":
      return dest;
  }
}

type Directive = "merge" | "replace" | "delete";

/** Reads and removes the `$patch` of a map or of a list's element. */
function directive(patch: Maybe): Directive {
  if (patch === undefined) return "merge";
  if (patch.kind === "list") return listDirective(patch);
  if (patch.kind === "map") return mapDirective(patch);
  throw fieldError(`no implemented strategic merge patch strategy for '${patch.tag}' ('${describeNode(patch.freeze())}')`);
}

function directiveOrUnknown(patch: Maybe): Directive | undefined {
  try {
    return directive(patch);
  } catch {
    return undefined;
  }
}

function mapDirective(patch: YNode): Directive {
  const found = patch.get("$patch");
  if (found === undefined) return "merge";
  const chosen = asDirective(found.value);
  clearField(patch, "$patch");
  return chosen;
}

function listDirective(patch: YNode): Directive {
  const element = patch.items.find((item) => item.kind === "map" && item.has("$patch"));
  if (element === undefined || element.keys().length > 1) return "merge";
  const { value } = element.get("$patch") as YNode;
  const chosen = asDirective(value);
  setElement(patch, undefined, ["$patch"], [value]);
  return chosen;
}

function asDirective(text: string): Directive {
  if (text === "merge" || text === "replace" || text === "delete") return text;
  throw fieldError(`unknown patch strategy '${text}'`);
}
