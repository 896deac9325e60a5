/** A strategic merge patch cannot be made or applied; the message is the original's. */
export class StrategicMergeError extends Error {}

/** Go's %T of a JSON value, as its messages have it. */
export function elementKind(value: unknown): "map" | "slice" | "string" | "number" | "bool" | "nil" {
  if (value === null || value === undefined) return "nil";
  if (Array.isArray(value)) return "slice";
  switch (typeof value) {
    case "object":
      return "map";
    case "string":
      return "string";
    case "boolean":
      return "bool";
    default:
      return "number";
  }
}
