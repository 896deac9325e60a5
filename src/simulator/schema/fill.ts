import { isDraft } from "../draft.js";
import type { Shape } from "./shape.js";

/**
 * Writes the fields that Go writes even when they are not set: `resources: {}`, `status: {}`, `strategy: {}`. Changes `value`.
 * Before 1.34 an embedded `metadata` also shows `creationTimestamp: null`.
 */
export function fillShape(shape: Shape, value: unknown, showsNullTimes: boolean): void {
  switch (shape.kind) {
    case "struct":
      if (!isDraft(value)) return;
      for (const [key, field] of shape.fields) {
        if (value[key] === undefined) {
          if (!field.always || (key === "creationTimestamp" && !showsNullTimes)) continue;
          value[key] = typeof field.zero === "object" && field.zero !== null ? {} : field.zero;
        }
        fillShape(field.shape, value[key], showsNullTimes);
      }
      return;
    case "map":
      if (isDraft(value)) for (const item of Object.values(value)) fillShape(shape.value, item, showsNullTimes);
      return;
    case "list":
      if (Array.isArray(value)) for (const item of value) fillShape(shape.item, item, showsNullTimes);
      return;
    default:
  }
}
