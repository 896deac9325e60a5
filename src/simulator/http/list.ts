import { createHash } from "node:crypto";
import type { ResourceType } from "../api/resource-type.js";
import { badRequest, expired, invalid, StatusError } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { parseFieldSelector } from "../store/field-selectors.js";
import { type LabelTest, parseLabelSelector } from "../store/selectors.js";
import { type Entry, storeKey } from "../store/store.js";
import { tableOf } from "../table/table.js";
import { type ResourceExchange, sendJson } from "./exchange.js";
import { listItemJson, partialJson, tableQuery } from "./objects.js";

/** What a request selects of a resource. */
export interface Selection {
  readonly namespace: string | undefined;
  readonly name: string | undefined;
  readonly matches: (entry: Entry) => boolean;
  readonly isAll: boolean;
}

export function selectionOf(exchange: ResourceExchange): Selection {
  const { query, type, info } = exchange;
  const labelText = query.get("labelSelector") ?? "";
  const fieldText = query.get("fieldSelector") ?? "";
  const labels: LabelTest | undefined = labelText === "" ? undefined : parseLabelSelector(labelText);
  const fields = fieldText === "" ? undefined : parseFieldSelector(fieldText, type);
  return {
    namespace: type.namespaced && info.namespace !== "" ? info.namespace : undefined,
    name: info.name !== "" ? info.name : fields?.name,
    matches: (entry) =>
      (info.name === "" || entry.object.metadata.name === info.name) &&
      (labels === undefined || labels(entry.object.metadata.labels)) &&
      (fields === undefined || fields.test(entry.object)),
    isAll: labels === undefined && fields === undefined && info.name === "",
  };
}

/** The entries of a selection, in key order. */
export function selected(cluster: Cluster, type: ResourceType, selection: Selection): readonly Entry[] {
  if (selection.name !== undefined && (selection.namespace !== undefined || !type.namespaced)) {
    const entry = cluster.store.get(type.storage, storeKey(selection.namespace ?? "", selection.name));
    return entry && selection.matches(entry) ? [entry] : [];
  }
  const all = cluster.store.list(type.storage, selection.namespace);
  return selection.isAll ? all : all.filter(selection.matches);
}

/** GET of a collection: selectors, pages, `resourceVersion`. */
export function serveList(exchange: ResourceExchange): void {
  const { cluster, type, query } = exchange;
  const limit = Number(query.get("limit") ?? 0);
  if (!Number.isInteger(limit) || limit < 0) throw badRequest(`invalid limit "${query.get("limit")}"`);
  const page = pageOf(exchange, limit);
  const metadata = {
    resourceVersion: String(page.revision),
    ...(page.next === undefined
      ? {}
      : { continue: page.next, ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }) }),
  };
  const { shape } = exchange;
  if (shape.kind === "table") {
    sendJson(exchange, 200, { ...tableOf(cluster, type, page.entries, tableQuery(exchange)), metadata });
    return;
  }
  const isPartial = shape.kind === "partial";
  const head = isPartial
    ? '"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"'
    : `"kind":"${type.listKind}","apiVersion":"${type.apiVersion}"`;
  const items = page.entries.map((entry) => (isPartial ? partialJson(entry, true) : listItemJson(entry, type)));
  sendJson(exchange, 200, `{${head},"metadata":${JSON.stringify(metadata)},"items":[${items.join(",")}]}`);
}

interface Page {
  readonly entries: readonly Entry[];
  readonly revision: number;
  readonly next?: string;
  readonly remaining?: number;
}

function pageOf(exchange: ResourceExchange, limit: number): Page {
  const { cluster, type, query } = exchange;
  const selection = selectionOf(exchange);
  const token = query.get("continue") ?? "";
  if (token !== "") return followingPage(exchange, token, limit);
  checkListVersion(exchange);
  const entries = selected(cluster, type, selection);
  const { revision } = cluster.store;
  // At resourceVersion=0 the real server answers from its cache and leaves the limit alone.
  if (limit === 0 || entries.length <= limit || query.get("resourceVersion") === "0") return { entries, revision };
  const id = snapshotId(exchange, revision);
  cluster.store.keepSnapshot(id, entries);
  return cutPage(entries, 0, limit, { revision, id, counted: selection.isAll });
}

function followingPage(exchange: ResourceExchange, token: string, limit: number): Page {
  const { cluster, query } = exchange;
  const rv = query.get("resourceVersion") ?? "";
  if (rv !== "" && rv !== "0") throw badRequest("specifying resource version is not allowed when using continue");
  const parsed = parseToken(token);
  const id = snapshotId(exchange, parsed.revision);
  const entries = cluster.store.snapshot(id);
  if (!entries) {
    throw expired(
      "The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter.",
    );
  }
  return cutPage(entries, parsed.start, limit, { revision: parsed.revision, id, counted: selectionOf(exchange).isAll });
}

function cutPage(
  all: readonly Entry[],
  start: number,
  limit: number,
  from: { readonly revision: number; readonly id: string; readonly counted: boolean },
): Page {
  const end = limit === 0 ? all.length : Math.min(all.length, start + limit);
  const entries = all.slice(start, end);
  if (end >= all.length) return { entries, revision: from.revision };
  const next = Buffer.from(JSON.stringify({ v: "meta.k8s.io/v1", rv: from.revision, start: end })).toString("base64url");
  return { entries, revision: from.revision, next, ...(from.counted ? { remaining: all.length - end } : {}) };
}

function parseToken(token: string): { readonly revision: number; readonly start: number } {
  try {
    const value = JSON.parse(Buffer.from(token, "base64url").toString("utf8")) as { rv: number; start: number };
    if (Number.isInteger(value.rv) && Number.isInteger(value.start)) return { revision: value.rv, start: value.start };
  } catch {
    // The same answer for every broken token.
  }
  throw badRequest("continue key is not valid: illegal base64 data");
}

function snapshotId(exchange: ResourceExchange, revision: number): string {
  const { query, type, info } = exchange;
  const selectors = `${query.get("labelSelector") ?? ""}|${query.get("fieldSelector") ?? ""}`;
  return createHash("sha1").update(`${type.storage}|${info.namespace}|${selectors}|${revision}`).digest("hex");
}

/** `resourceVersion` of a list: anything up to now is answered with now, unless an exact one is asked for. */
function checkListVersion(exchange: ResourceExchange): void {
  const { cluster, query } = exchange;
  const match = query.get("resourceVersionMatch") ?? "";
  const text = query.get("resourceVersion") ?? "";
  if (match !== "" && text === "") {
    throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", [
      {
        reason: "FieldValueForbidden",
        message: "Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided",
        field: "resourceVersionMatch",
      },
    ]);
  }
  if (text === "") return;
  const wanted = parseRevision(text);
  checkNotFuture(cluster, wanted);
  if (match === "Exact" && wanted !== cluster.store.revision && wanted < cluster.store.revision) {
    throw expired(`The resourceVersion for the provided list is too old.`);
  }
}

export function parseRevision(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) {
    const problem = `strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
    throw badRequest(`invalid resource version: resourceVersion: Invalid value: ${JSON.stringify(text)}: ${problem}`);
  }
  return value;
}

export function checkNotFuture(cluster: Cluster, wanted: number): void {
  if (wanted <= cluster.store.revision) return;
  const message = `Too large resource version: ${wanted}, current: ${cluster.store.revision}`;
  throw new StatusError(504, "Timeout", `Timeout: ${message}`, {
    causes: [{ reason: "ResourceVersionTooLarge", message: "Too large resource version", field: "" }],
    retryAfterSeconds: 1,
  });
}
