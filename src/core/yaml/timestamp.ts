const DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})(?:([Tt ])(.*))?$/;
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,](\d+))?(Z|[+-]\d{2}:\d{2})?$/;

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Go's time.RFC3339Nano text of a scalar that go-yaml takes for a timestamp, or undefined.
 * go-yaml: four layouts; with `T` a zone is required, with a space it is forbidden; months and days may have one digit.
 */
export function parseTimestamp(text: string): string | undefined {
  const date = DATE.exec(text);
  if (!date) return undefined;
  const [, year, month, day, separator, time] = date as unknown as [string, string, string, string, string?, string?];
  if (!isDate(Number(year), Number(month), Number(day))) return undefined;
  const dateText = `${year}-${month.padStart(2, "0")}-${day.padStart(2, "0")}`;
  if (separator === undefined) return `${dateText}T00:00:00Z`;
  const clock = TIME.exec(time as string);
  if (!clock) return undefined;
  const [, hour, minute, second, fraction = "", zone] = clock as unknown as [string, string, string, string, string?, string?];
  if ((zone === undefined) !== (separator === " ")) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  if (zone !== undefined && zone !== "Z" && !isZone(zone)) return undefined;
  const digits = fraction.slice(0, 9).replace(/0+$/, "");
  const suffix = zone === undefined || /^[+-]00:00$/.test(zone) ? "Z" : zone;
  return `${dateText}T${hour.padStart(2, "0")}:${minute.padStart(2, "0")}:${second.padStart(2, "0")}${digits && `.${digits}`}${suffix}`;
}

function isDate(year: number, month: number, day: number): boolean {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const last = month === 2 && leap ? 29 : DAYS[month - 1];
  return last !== undefined && day >= 1 && day <= last;
}

/** Go's time.Parse: the hour of a zone is at most 24, its minute at most 60. */
function isZone(zone: string): boolean {
  return Number(zone.slice(1, 3)) <= 24 && Number(zone.slice(4, 6)) <= 60;
}
