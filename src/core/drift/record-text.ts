import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import { emitJson, parseJson } from "../yaml/json.js";
import {
  bounds,
  type DriftCause,
  type DriftEpisode,
  type DriftedField,
  type DriftKind,
  type DriftRecord,
  type EndedEpisode,
  emptyRecord,
  type FieldActor,
} from "./episode.js";

/** Where the record lives: on the Application, so that it outlives every process. It holds no values, only paths and actors. */
export const driftAnnotation = "fleetwright.dev/drift";

/** The record as the annotation's text, undefined for an empty one. Too long a record loses ended episodes, then fields, then resources. */
export function writeRecord(record: DriftRecord): string | undefined {
  if (record.open.length === 0 && record.recent.length === 0) return undefined;
  const withoutFields = record.open.map((episode) => ({ ...episode, fields: [] }));
  const shorter: readonly DriftRecord[] = [
    record,
    { open: record.open, recent: [] },
    { open: withoutFields, recent: [] },
    { open: withoutFields.slice(0, 20), recent: [] },
  ];
  const texts = shorter.map((one) => () => emitJson(recordValue(one), { sortKeys: false, escapeHtml: false }));
  for (const text of texts) if (text().length <= bounds.bytes) return text();
  return texts[texts.length - 1]!();
}

/** The record that a text holds. Anyone may have written it: what cannot be read counts as absent. */
export function readRecord(text: string | undefined): DriftRecord {
  if (!text || text.length > 8 * bounds.bytes) return emptyRecord;
  let value: Value;
  try {
    value = parseJson(text);
  } catch {
    return emptyRecord;
  }
  if (!isObject(value)) return emptyRecord;
  const episodes = (name: string): readonly ValueObject[] => listAt(value as ValueObject, name).filter(isObject);
  return {
    open: episodes("open").flatMap((one) => readEpisode(one) ?? []),
    recent: episodes("recent").flatMap((one): EndedEpisode[] => {
      const episode = readEpisode(one);
      const endedMs = Date.parse(stringAt(one, "ended"));
      return episode === undefined || Number.isNaN(endedMs) ? [] : [{ ...episode, endedMs }];
    }),
  };
}

function recordValue({ open, recent }: DriftRecord): ValueObject {
  return {
    ...(open.length > 0 ? { open: open.map(episodeValue) } : {}),
    ...(recent.length > 0
      ? { recent: recent.map((episode) => ({ ...episodeValue(episode), ended: time(episode.endedMs) })) }
      : {}),
  };
}

function episodeValue({ resource, drift, cause, onsetMs, fields, moreFields }: DriftEpisode): ValueObject {
  return {
    resource,
    drift,
    cause,
    onset: time(onsetMs),
    ...(fields.length > 0 ? { fields: fields.map(fieldValue) } : {}),
    ...(moreFields > 0 ? { moreFields } : {}),
  };
}

/** A field for people and programs: its path, and its actor's manager, operation and time. */
export function fieldValue({ path, by }: DriftedField): ValueObject {
  const short = (text: string): string => (text.length > bounds.text ? `${text.slice(0, bounds.text - 1)}…` : text);
  if (by === "unknown") return { path: short(path) };
  const { manager, operation, time, subresource } = by;
  return {
    path: short(path),
    manager: short(manager),
    operation,
    ...(time === undefined ? {} : { time }),
    ...(subresource === undefined ? {} : { subresource }),
  };
}

function readEpisode(value: ValueObject): DriftEpisode | undefined {
  const resource = stringAt(value, "resource");
  const onsetMs = Date.parse(stringAt(value, "onset"));
  if (resource.split("/").length !== 4 || Number.isNaN(onsetMs)) return undefined;
  const drift = stringAt(value, "drift");
  const cause = stringAt(value, "cause");
  const more = value["moreFields"];
  return {
    resource,
    drift: (drift === "missing" || drift === "extra" ? drift : "changed") satisfies DriftKind,
    cause: (cause === "git" || cause === "cluster" ? cause : "unknown") satisfies DriftCause,
    onsetMs,
    lastSeenMs: onsetMs,
    fields: listAt(value, "fields").filter(isObject).slice(0, bounds.fields).map(readField),
    moreFields: typeof more === "number" ? more : 0,
  };
}

function readField(value: ValueObject): DriftedField {
  const path = stringAt(value, "path");
  const manager = stringAt(value, "manager");
  if (manager === "") return { path, by: "unknown" };
  const [written, subresource] = [stringAt(value, "time"), stringAt(value, "subresource")];
  const by: FieldActor = {
    manager,
    operation: stringAt(value, "operation") === "Apply" ? "Apply" : "Update",
    ...(written === "" ? {} : { time: written }),
    ...(subresource === "" ? {} : { subresource }),
  };
  return { path, by };
}

function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}

/** The record that an Application carries. */
export function recordOf(application: ValueObject): DriftRecord {
  return readRecord(stringAt(objectAt(objectAt(application, "metadata"), "annotations"), driftAnnotation) || undefined);
}
