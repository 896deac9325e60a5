import type { GoType } from "../typed/go-types.js";
import { StrategicMergeError } from "./error.js";

/** How a field is patched, and the type that its children have. */
export interface PatchMeta {
  readonly type: GoType;
  readonly strategy: "" | "merge" | "replace";
  readonly retainKeys: boolean;
  readonly mergeKey: string;
}

/** The patch tags of a struct's field; throws where the type has no such field (free-form content cannot be patched). */
export function patchMetaOf(owner: GoType, key: string): PatchMeta {
  const struct = owner.kind === "pointer" ? owner.element : owner;
  if (struct.kind !== "struct") {
    const kind = struct.kind === "list" ? "slice" : struct.kind;
    throw new StrategicMergeError(`merging an object in json but data type is not struct, instead is: ${kind}`);
  }
  const field = struct.fields.get(key) ?? ignoringCase(struct.fields, key);
  if (!field) {
    const name = struct.name.slice(struct.name.lastIndexOf(".") + 1);
    throw new StrategicMergeError(`unable to find api field in struct ${name} for the json field ${JSON.stringify(key)}`);
  }
  const strategies = field.strategies.filter((one) => one !== "retainKeys");
  const strategy = strategies[0] === "merge" || strategies[0] === "replace" ? strategies[0] : "";
  return { type: field.type, strategy, retainKeys: field.strategies.includes("retainKeys"), mergeKey: field.mergeKey };
}

/** The same for a list: `type` is that of its elements. */
export function patchMetaOfList(owner: GoType, key: string): PatchMeta {
  const meta = patchMetaOf(owner, key);
  const { type } = meta;
  if (type.kind === "bytes") return { ...meta, type: { kind: "byte" } };
  const list = type.kind === "pointer" ? type.element : type;
  if (list.kind === "list") return { ...meta, type: list.element };
  if (type.kind === "pointer") return { ...meta, type: list };
  throw new StrategicMergeError("expected slice or array type, but got: struct");
}

function ignoringCase<T>(fields: ReadonlyMap<string, T>, key: string): T | undefined {
  const lower = key.toLowerCase();
  for (const [name, field] of fields) if (name.toLowerCase() === lower) return field;
  return undefined;
}
