import type { CommitDescription } from "../../ports/source.js";

/** Reads a raw commit object: author, author date and subject. */
export function describeCommit(text: string): CommitDescription {
  const end = text.indexOf("\n\n");
  const headers = end < 0 ? text : text.slice(0, end);
  const message = end < 0 ? "" : text.slice(end + 2).trim();
  const [, author = "", seconds = "0", zone = "+0000"] = /^author (.*) (\d+) ([+-]\d{4})$/m.exec(headers) ?? [];
  return { author, date: formatDate(Number(seconds), zone), message };
}

/** Seconds since the epoch in the author's own zone, as RFC 3339. */
function formatDate(seconds: number, zone: string): string {
  const minutes = (zone.startsWith("-") ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3, 5)));
  const local = new Date((seconds + minutes * 60) * 1000).toISOString().slice(0, 19);
  return minutes === 0 ? `${local}Z` : `${local}${zone.slice(0, 3)}:${zone.slice(3)}`;
}
