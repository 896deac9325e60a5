import { parseTime } from "../../gotemplate/time/parse.js";
import { utc } from "../../gotemplate/time/zone.js";

/** Whether a text has the format; unknown formats accept everything. */
export function hasFormat(format: string, text: string): boolean {
  return Object.hasOwn(formats, format) ? (formats[format] as (text: string) => boolean)(text) : true;
}

const label = "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?";
const hostname = new RegExp(`^${label}(?:\\.${label})*\\.?$`);

const formats: Readonly<Record<string, (text: string) => boolean>> = {
  ipv4: isIpv4,
  ipv6: isIpv6,
  hostname: (text) => text.length <= 253 && hostname.test(text),
  email: (text) => /^[^\s@]+@[^\s@]+$/.test(text),
  date: (text) => typeof parseTime("2006-01-02", text, utc) !== "string",
  time: (text) => /^([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?([zZ]|[+-]\d\d:\d\d)$/.test(text),
  "date-time": (text) => /[tT]/.test(text) && typeof parseTime("2006-01-02T15:04:05Z07:00", text.toUpperCase(), utc) !== "string",
  uri: (text) => /^[A-Za-z][A-Za-z0-9+.-]*:[^\s\\"<>^`{|}]*$/.test(text),
  "uri-reference": (text) => /^[^\s\\"<>^`{|}]*$/.test(text),
  uuid: (text) => /^[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$/.test(text),
  duration: (text) => /^P(?!$)(?:\d+W|(?:\d+Y)?(?:\d+M)?(?:\d+D)?(?:T(?=\d)(?:\d+H)?(?:\d+M)?(?:\d+S)?)?)$/.test(text),
  "json-pointer": (text) => /^(?:\/(?:[^~/]|~[01])*)*$/.test(text),
};

function isIpv4(text: string): boolean {
  const parts = text.split(".");
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  const last = groups.at(-1);
  const hasIpv4 = last?.includes(".") ?? false;
  if (hasIpv4 && !isIpv4(last as string)) return false;
  const plain = hasIpv4 ? groups.slice(0, -1) : groups;
  const count = plain.length + (hasIpv4 ? 2 : 0);
  return plain.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group)) && (halves.length === 2 ? count < 8 : count === 8);
}
