import { zoneGroups } from "./zone-names.generated.js";

/** A time zone: what Go calls a Location. */
export interface Zone {
  readonly name: string;
  /** Offset east of UTC in seconds and the abbreviation in use at a moment (seconds since 1970). */
  readonly at: (seconds: number) => { readonly offset: number; readonly abbreviation: string };
}

export const utc: Zone = { name: "UTC", at: () => ({ offset: 0, abbreviation: "UTC" }) };
/** Go's Local. A pure function has no zone of its own: it is UTC. */
export const local: Zone = { ...utc, name: "Local" };

export function fixedZone(abbreviation: string, offset: number): Zone {
  return { name: abbreviation, at: () => ({ offset, abbreviation }) };
}

const loaded = new Map<string, Zone | undefined>();

/** time.LoadLocation: an IANA zone, or undefined where there is none of that name. */
export function loadZone(name: string): Zone | undefined {
  if (name === "" || name === "UTC") return utc;
  if (name === "Local") return local;
  if (!loaded.has(name)) loaded.set(name, ianaZone(name));
  return loaded.get(name);
}

let abbreviations: Map<string, ReadonlyMap<number, string>> | undefined;

function abbreviationsOf(name: string): ReadonlyMap<number, string> | undefined {
  if (!abbreviations) {
    abbreviations = new Map();
    for (const [offsets, zones] of zoneGroups) {
      const byMinutes = new Map(offsets.split(",").map((entry) => [Number(entry.split("=")[0]), entry.split("=")[1] as string]));
      for (const zone of zones.split(" ")) abbreviations.set(zone, byMinutes);
    }
  }
  return abbreviations.get(name);
}

function ianaZone(name: string): Zone | undefined {
  const known = abbreviationsOf(name);
  if (known === undefined) return undefined;
  const offsetAt = offsetReader(name, known);
  if (offsetAt === undefined) return undefined;
  return {
    name,
    at(seconds) {
      const offset = offsetAt(seconds);
      return { offset, abbreviation: known.get(Math.trunc(offset / 60)) ?? "LMT" };
    },
  };
}

function offsetReader(name: string, known: ReadonlyMap<number, string>): ((seconds: number) => number) | undefined {
  let format: Intl.DateTimeFormat;
  try {
    format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      era: "short",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    // A zone that Intl does not know but that never changed: its only offset.
    const [only] = known.keys();
    return known.size === 1 && only !== undefined ? () => only * 60 : undefined;
  }
  return (seconds) => {
    const parts = new Map(format.formatToParts(seconds * 1000).map((part) => [part.type, part.value]));
    const part = (type: Intl.DateTimeFormatPartTypes) => Number(parts.get(type));
    const year = parts.get("era") === "BC" ? 1 - part("year") : part("year");
    const there = new Date(0);
    there.setUTCFullYear(year, part("month") - 1, part("day"));
    there.setUTCHours(part("hour"), part("minute"), part("second"));
    return there.getTime() / 1000 - Math.floor(seconds);
  };
}
