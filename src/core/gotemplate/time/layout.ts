import { monthNames, weekdayNames } from "../fmt/date-names.js";
import type { Moment } from "./moment.js";

/** A piece of a Go date layout: the reference time's part it stands for, or plain text. */
export interface LayoutPart {
  readonly kind: "text" | "field" | "fraction";
  readonly text: string;
}

const field =
  /January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|0[1-6]|002|15|1|2006|2|_2(?!006)|__2|3|4|5|PM|pm|-070000|-07:00:00|-0700|-07:00|-07|Z070000|Z07:00:00|Z0700|Z07:00|Z07|[.,](?:0+|9+)(?![0-9])/g;

/** Splits a layout into fields and the text between them. */
export function parseLayout(layout: string): readonly LayoutPart[] {
  const parts: LayoutPart[] = [];
  let at = 0;
  for (const match of layout.matchAll(field)) {
    if (match.index > at) parts.push({ kind: "text", text: layout.slice(at, match.index) });
    const isFraction = match[0].startsWith(".") || match[0].startsWith(",");
    parts.push({ kind: isFraction ? "fraction" : "field", text: match[0] });
    at = match.index + match[0].length;
  }
  if (at < layout.length) parts.push({ kind: "text", text: layout.slice(at) });
  return parts;
}

/** time.Time.Format */
export function formatMoment(moment: Moment, layout: string): string {
  const parts = parseLayout(layout);
  return parts
    .map((part) => {
      if (part.kind === "text") return part.text;
      return part.kind === "fraction" ? formatFraction(moment.nanosecond, part.text) : formatField(moment, part.text);
    })
    .join("");
}

function pad(value: number, width: number, fill = "0"): string {
  return (value < 0 ? "-" : "") + String(Math.abs(value)).padStart(width, fill);
}

function formatField(moment: Moment, name: string): string {
  const { year, month, day, hour, minute, second } = moment;
  switch (name) {
    case "06":
      return pad(Math.abs(year) % 100, 2);
    case "2006":
      return pad(year, 4);
    case "Jan":
      return (monthNames[month - 1] as string).slice(0, 3);
    case "January":
      return monthNames[month - 1] as string;
    case "1":
      return String(month);
    case "01":
      return pad(month, 2);
    case "Mon":
      return (weekdayNames[moment.weekday] as string).slice(0, 3);
    case "Monday":
      return weekdayNames[moment.weekday] as string;
    case "2":
      return String(day);
    case "_2":
      return pad(day, 2, " ");
    case "02":
      return pad(day, 2);
    case "__2":
      return pad(moment.yearDay, 3, " ");
    case "002":
      return pad(moment.yearDay, 3);
    case "15":
      return pad(hour, 2);
    case "3":
      return String(hour % 12 || 12);
    case "03":
      return pad(hour % 12 || 12, 2);
    case "4":
      return String(minute);
    case "04":
      return pad(minute, 2);
    case "5":
      return String(second);
    case "05":
      return pad(second, 2);
    case "PM":
      return hour >= 12 ? "PM" : "AM";
    case "pm":
      return hour >= 12 ? "pm" : "am";
    case "MST":
      return moment.abbreviation !== "" ? moment.abbreviation : formatOffset(moment.offset, "-0700");
    default:
      return name.startsWith("Z") && moment.offset === 0 ? "Z" : formatOffset(moment.offset, name);
  }
}

/** `-0700`, `Z07:00` and their like. */
function formatOffset(offset: number, name: string): string {
  const minutes = Math.abs(Math.trunc(offset / 60));
  const sign = Math.trunc(offset / 60) < 0 ? "-" : "+";
  const colon = name.includes(":") ? ":" : "";
  let out = sign + pad(Math.floor(minutes / 60), 2);
  const digits = name.replace(/[^0-9]/g, "").length;
  if (digits >= 4) out += colon + pad(minutes % 60, 2);
  if (digits >= 6) out += colon + pad(Math.abs(offset) % 60, 2);
  return out;
}

function formatFraction(nanosecond: number, text: string): string {
  const digits = pad(nanosecond, 9)
    .padEnd(text.length - 1, "0")
    .slice(0, text.length - 1);
  if (text[1] === "0") return (text[0] as string) + digits;
  const trimmed = digits.replace(/0+$/, "");
  return trimmed === "" ? "" : (text[0] as string) + trimmed;
}
