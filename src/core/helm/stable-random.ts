import { sha256 } from "../../platform/hash.js";
import { parseTime } from "../gotemplate/time/parse.js";
import { utc } from "../gotemplate/time/zone.js";

export interface StableSeed {
  /** May be a date. */
  readonly time: string;
  readonly bytes: string;
}

/** 2020-01-01T00:00:00Z, for seeds that are no date. */
const defaultNanos = 1_577_836_800_000_000_000n;

/** The time of a seed: a date (`2026-11-28`), a time (RFC 3339), or the beginning of 2020. */
export function nanosOf(seed: string): bigint {
  for (const layout of ["2006-01-02", "2006-01-02T15:04:05Z07:00"]) {
    const parsed = parseTime(layout, seed, utc);
    if (typeof parsed !== "string") return parsed.nanos;
  }
  return defaultNanos;
}

/** Bytes that look random and are the same each time: each template has a stream of its own, so that one does not move another's. */
export function seededBytes(seed: string, template: string): (count: number) => Uint8Array {
  let block = 0;
  let rest: Uint8Array = new Uint8Array();
  return (count) => {
    const bytes = new Uint8Array(count);
    for (let filled = 0; filled < count; ) {
      if (rest.length === 0) rest = sha256(JSON.stringify([seed, template, block++]));
      const part = rest.subarray(0, count - filled);
      bytes.set(part, filled);
      filled += part.length;
      rest = rest.subarray(part.length);
    }
    return bytes;
  };
}
