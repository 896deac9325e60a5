import { kustomizeError } from "../model/errors.js";

/** Splits at the delimiter; a backslash before one keeps it, and a leading delimiter is dropped. */
export function splitPath(path: string, delimiter: string): string[] {
  let parts = path.split(delimiter);
  if (parts.length > 1 && parts[0] === "") parts = parts.slice(1);
  const result = [parts[0]!];
  for (const part of parts.slice(1)) {
    const last = result.length - 1;
    if (result[last]!.endsWith("\\")) result[last] = result[last]!.slice(0, -1) + delimiter + part;
    else result.push(part);
  }
  return result;
}

/** As splitPath with dots, keeping `[name=a.b]` together and unwrapping `[a.b/c]`. */
export function splitFieldPath(path: string): string[] {
  const parts = splitPath(path, ".");
  const result: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i]!;
    if (!part.startsWith("[") || part.endsWith("]")) {
      result.push(part);
      continue;
    }
    const bracketed = [part];
    while (i < parts.length - 1) {
      i += 1;
      bracketed.push(parts[i]!);
      if (parts[i]!.endsWith("]")) break;
    }
    const joined = bracketed.join(".");
    result.push(joined.includes("=") ? joined : joined.replace(/^[[\]]+|[[\]]+$/g, ""));
  }
  return result;
}

export function isListIndex(part: string): boolean {
  return part.startsWith("[") && part.endsWith("]");
}

/** Go's Atoi: an optional sign and digits. */
export function parseIndex(part: string): number | undefined {
  return /^[+-]?[0-9]{1,15}$/.test(part) ? Number(part) : undefined;
}

export function isIndexNumber(part: string): boolean {
  const index = parseIndex(part);
  return index !== undefined && index >= 0;
}

/** The readers refuse this key; a path must not bring it in either. */
export function refuseProto(key: string): void {
  if (key === "__proto__") throw kustomizeError("KUSTOMIZE_FIELD", 'the key "__proto__" is not allowed');
}
