import { writeJson } from "../api/json.js";
import { invalid, StatusError } from "../api/status-error.js";
import type { Entry, StoreEvent } from "../store/store.js";
import { tableOf } from "../table/table.js";
import type { ResourceExchange } from "./exchange.js";
import { checkNotFuture, parseRevision, type Selection, selected, selectionOf } from "./list.js";
import { entryJson, partialJson, tableQuery } from "./objects.js";

const bookmarkEveryMs = 60_000;

/** Counts and ends the running watches of one server. */
export interface WatchRegistry {
  readonly running: Set<() => void>;
}

/** GET with `watch`: a stream of events, one JSON document a line, until a side ends it. */
export function serveWatch(exchange: ResourceExchange, registry: WatchRegistry): void {
  const { cluster, type, query, response } = exchange;
  const selection = selectionOf(exchange);
  const start = startOf(exchange);
  const wantsBookmarks = isTrue(query.get("allowWatchBookmarks"));
  response.writeHead(200, {
    "content-type": "application/json",
    "cache-control": "no-cache, private",
    "transfer-encoding": "chunked",
  });
  response.flushHeaders();
  const send = (line: string): void => void response.write(`${line}\n`);

  const missed = start.revision === undefined ? [] : cluster.store.since(type.storage, start.revision);
  if (missed === undefined) {
    send(writeJson({ type: "ERROR", object: tooOld(start.revision!, cluster.store.oldestRevision()).toStatus() }));
    response.end();
    return;
  }
  if (start.revision === undefined)
    for (const entry of selected(cluster, type, selection)) send(eventLine(exchange, "ADDED", entry));
  if (start.marksEnd) send(bookmarkLine(exchange, true));
  const deliver = (event: StoreEvent): void => {
    const seen = visibleEvent(event, selection);
    if (seen) send(eventLine(exchange, seen.kind, seen.entry));
  };
  for (const event of missed) deliver(event);

  let isOver = false;
  const stops: (() => void)[] = [cluster.store.subscribe(type.storage, deliver)];
  const end = (): void => {
    if (isOver) return;
    isOver = true;
    for (const stop of stops) stop();
    registry.running.delete(end);
    if (!response.writableEnded) response.end();
  };
  const bookmark = (): void => {
    send(bookmarkLine(exchange, false));
    stops[2] = cluster.clock.schedule(bookmarkEveryMs, bookmark);
  };
  stops[1] = cluster.clock.schedule(timeoutOf(exchange), () => {
    if (wantsBookmarks) send(bookmarkLine(exchange, false));
    end();
  });
  if (wantsBookmarks) stops[2] = cluster.clock.schedule(bookmarkEveryMs, bookmark);
  registry.running.add(end);
  response.on("close", end);
}

/** `revision` undefined: begin with the present objects. */
interface WatchStart {
  readonly revision: number | undefined;
  readonly marksEnd: boolean;
}

function startOf(exchange: ResourceExchange): WatchStart {
  const { cluster, query } = exchange;
  const text = query.get("resourceVersion") ?? "";
  const initial = query.get("sendInitialEvents");
  const match = query.get("resourceVersionMatch") ?? "";
  if (initial !== null && match !== "NotOlderThan") {
    throw invalid({ group: "meta.k8s.io", kind: "ListOptions" }, "", [
      {
        reason: "FieldValueForbidden",
        message: "Forbidden: sendInitialEvents requires setting resourceVersionMatch to NotOlderThan",
        field: "resourceVersionMatch",
      },
    ]);
  }
  const wanted = text === "" ? 0 : parseRevision(text);
  checkNotFuture(cluster, wanted);
  if (isTrue(initial)) return { revision: undefined, marksEnd: isTrue(query.get("allowWatchBookmarks")) };
  if (initial !== null) return { revision: wanted === 0 ? cluster.store.revision : wanted, marksEnd: false };
  return { revision: wanted === 0 ? undefined : wanted, marksEnd: false };
}

/** An object that enters or leaves the selection is added or deleted for this watcher. */
function visibleEvent(event: StoreEvent, selection: Selection): { readonly kind: string; readonly entry: Entry } | undefined {
  const { entry, previous } = event;
  if (selection.namespace !== undefined && entry.object.metadata.namespace !== selection.namespace) return undefined;
  if (selection.isAll) return { kind: event.kind, entry };
  const was = previous !== undefined && selection.matches(previous);
  const is = event.kind !== "DELETED" && selection.matches(entry);
  if (was && is) return { kind: "MODIFIED", entry };
  if (is) return { kind: "ADDED", entry };
  return was ? { kind: "DELETED", entry } : undefined;
}

function eventLine(exchange: ResourceExchange, kind: string, entry: Entry): string {
  const { shape, type, cluster } = exchange;
  if (shape.kind === "table") {
    return writeJson({
      type: kind,
      object: { ...tableOf(cluster, type, [entry], tableQuery(exchange)), metadata: { resourceVersion: String(entry.revision) } },
    });
  }
  const object = shape.kind === "partial" ? partialJson(entry, false) : entryJson(entry, type);
  return `{"type":"${kind}","object":${object}}`;
}

function bookmarkLine(exchange: ResourceExchange, endsInitial: boolean): string {
  const { cluster, type, shape } = exchange;
  const metadata = {
    resourceVersion: String(cluster.store.revision),
    creationTimestamp: null,
    ...(endsInitial ? { annotations: { "k8s.io/initial-events-end": "true" } } : {}),
  };
  if (shape.kind === "table") {
    return writeJson({ type: "BOOKMARK", object: { ...tableOf(cluster, type, [], tableQuery(exchange)), metadata } });
  }
  const head =
    shape.kind === "partial"
      ? { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1" }
      : { kind: type.kind, apiVersion: type.apiVersion };
  return writeJson({ type: "BOOKMARK", object: { ...head, metadata } });
}

/** Without `timeoutSeconds` the real server ends a watch after 30 to 60 minutes. */
function timeoutOf(exchange: ResourceExchange): number {
  const asked = Number(exchange.query.get("timeoutSeconds") ?? 0);
  return (asked > 0 ? asked : 1800 * (1 + exchange.cluster.random())) * 1000;
}

export function tooOld(revision: number, oldest: number): StatusError {
  return new StatusError(410, "Expired", `too old resource version: ${revision} (${oldest})`);
}

export function isTrue(text: string | null): boolean {
  return text === "true" || text === "1";
}
