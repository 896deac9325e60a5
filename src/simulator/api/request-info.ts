/** What a URL under /api or /apis asks for. */
export interface RequestInfo {
  readonly group: string;
  readonly version: string;
  readonly namespace: string;
  readonly plural: string;
  readonly name: string;
  readonly subresource: string;
  /** The deprecated `/watch/` prefix. */
  readonly watch: boolean;
}

/** Reads `/api/v1/…` and `/apis/GROUP/VERSION/…`; undefined for a path that names no resource. */
export function parseResourcePath(path: string): RequestInfo | undefined {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decode);
  const isCore = parts[0] === "api";
  const group = isCore ? "" : (parts[1] ?? "");
  const version = isCore ? parts[1] : parts[2];
  let rest = parts.slice(isCore ? 2 : 3);
  if (version === undefined || rest.length === 0) return undefined;
  const watch = rest[0] === "watch";
  if (watch) rest = rest.slice(1);
  let namespace = "";
  // `namespaces/NAME/status` and `/finalize` are the namespace itself; anything else after NAME lies in it.
  if (rest[0] === "namespaces" && rest.length > 2 && rest[2] !== "status" && rest[2] !== "finalize") {
    namespace = rest[1]!;
    rest = rest.slice(2);
  }
  const [plural = "", name = "", ...sub] = rest;
  return { group, version, namespace, plural, name, subresource: sub.join("/"), watch };
}

function decode(part: string): string {
  if (!part.includes("%")) return part;
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
