import { writeJson } from "../api/json.js";
import type { ResourceType } from "../api/resource-type.js";
import { convertObject } from "../rules/conversion.js";
import type { Entry } from "../store/store.js";
import { tableOf } from "../table/table.js";
import { type Exchange, type ResourceExchange, sendJson } from "./exchange.js";

/** The entry as JSON in the version of `type`. */
export function entryJson(entry: Entry, type: ResourceType): string {
  return `{"kind":"${type.kind}","apiVersion":"${type.apiVersion}",${entryTail(entry, type).slice(1)}`;
}

/** As an item of a list: built-in lists leave kind and apiVersion out, lists of custom resources show them. */
export function listItemJson(entry: Entry, type: ResourceType): string {
  return type.custom
    ? `{"apiVersion":"${type.apiVersion}","kind":"${type.kind}",${entryTail(entry, type).slice(1)}`
    : entryTail(entry, type);
}

function entryTail(entry: Entry, type: ResourceType): string {
  if (type.custom || entry.object.apiVersion === type.apiVersion) return entry.tail();
  const { kind: _kind, apiVersion: _apiVersion, ...rest } = convertObject(entry.object, type);
  return writeJson(rest);
}

export function partialJson(entry: Entry, listed: boolean): string {
  const head = listed ? "" : '"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1",';
  return `{${head}"metadata":${writeJson(entry.object.metadata)}}`;
}

/** Answers with one object in the shape that the client asked for. */
export function sendEntry(exchange: ResourceExchange, code: number, entry: Entry): void {
  const { shape, type } = exchange;
  if (shape.kind === "table") sendJson(exchange, code, tableOf(exchange.cluster, type, [entry], tableQuery(exchange)));
  else if (shape.kind === "partial") sendJson(exchange, code, partialJson(entry, false));
  else sendJson(exchange, code, entryJson(entry, type));
}

export function tableQuery(exchange: Exchange): { readonly includeObject: "None" | "Metadata" | "Object" } {
  const asked = exchange.query.get("includeObject");
  return { includeObject: asked === "None" || asked === "Object" ? asked : "Metadata" };
}
