import type { GoStruct, GoType } from "../typed/go-types.js";

const known = new WeakMap<GoStruct, boolean>();

/**
 * Whether the type has a map or struct with patchStrategy `replace` (the selector of a PodDisruptionBudget). Kubernetes puts such a field
 * into every patch, changed or not, in the form of its Go type.
 */
export function hasReplacedFields(type: GoStruct): boolean {
  const found = known.get(type);
  if (found !== undefined) return found;
  known.set(type, false);
  const isSo = [...type.fields.values()].some((field) => {
    const struct = structOf(field.type);
    if (struct === undefined) return false;
    return field.strategies.includes("replace") || hasReplacedFields(struct);
  });
  known.set(type, isSo);
  return isSo;
}

function structOf(type: GoType): GoStruct | undefined {
  if (type.kind === "struct") return type;
  return type.kind === "pointer" && type.element.kind === "struct" ? type.element : undefined;
}
