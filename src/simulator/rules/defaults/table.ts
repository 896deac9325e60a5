import { copyOf } from "../../api/json.js";
import { type Draft, isDraft } from "../../draft.js";

/** A value for a path that is not set: `spec.ports[].protocol`. Objects on the way are not made, but for a leading `+` in a segment. */
export type Default = readonly [path: string, value: unknown];

export function applyDefaults(target: Draft, defaults: readonly Default[]): void {
  for (const [path, value] of defaults) applyAt(target, path.split("."), value);
}

function applyAt(target: unknown, path: readonly string[], value: unknown): void {
  if (!isDraft(target)) return;
  const [segment = "", ...rest] = path;
  const isList = segment.endsWith("[]");
  const isMade = segment.startsWith("+");
  const key = segment.slice(isMade ? 1 : 0, isList ? -2 : undefined);
  if (rest.length === 0) {
    if (target[key] === undefined || target[key] === null) target[key] = copyOf(value);
    return;
  }
  if (isMade && target[key] === undefined) target[key] = {};
  const inner = target[key];
  if (isList) {
    if (Array.isArray(inner)) for (const item of inner) applyAt(item, rest, value);
  } else applyAt(inner, rest, value);
}
