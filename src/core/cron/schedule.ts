import { InputError } from "../errors.js";

/** A cron schedule of five fields: the allowed values of each. */
export interface CronSchedule {
  readonly minutes: ReadonlySet<number>;
  readonly hours: ReadonlySet<number>;
  readonly daysOfMonth: ReadonlySet<number>;
  readonly months: ReadonlySet<number>;
  readonly daysOfWeek: ReadonlySet<number>;
  /** Both day fields must match; without a star in one of them either may. */
  readonly matchesBothDays: boolean;
  /** From a `TZ=` prefix. */
  readonly timeZone?: string;
}

interface Bounds {
  readonly min: number;
  readonly max: number;
  readonly names?: readonly string[];
}

const monthNames = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const dayNames = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"];
const minuteBounds: Bounds = { min: 0, max: 59 };
const hourBounds: Bounds = { min: 0, max: 23 };
const dayBounds: Bounds = { min: 1, max: 31 };
const monthBounds: Bounds = { min: 1, max: 12, names: monthNames };
const weekdayBounds: Bounds = { min: 0, max: 6, names: dayNames };

/** Reads five cron fields by the rules of robfig/cron 3 (no seconds, no `@daily`, no `L`, Sunday is 0). InputError CRON_SYNTAX. */
export function parseCron(text: string): CronSchedule {
  if (text === "") throw cronError("empty spec string");
  const zoned = /^(?:TZ|CRON_TZ)=(\S*)\s(.*)$/.exec(text);
  const spec = (zoned?.[2] ?? text).trim();
  const timeZone = zoned?.[1];
  if (spec.startsWith("@")) throw cronError(`parser does not accept descriptors: ${spec}`);
  const fields = spec.split(/\s+/).filter((field) => field !== "");
  const [minute, hour, day, month, weekday] = fields;
  if (fields.length !== 5 || !minute || !hour || !day || !month || !weekday) {
    throw cronError(`expected exactly 5 fields, found ${fields.length}: [${fields.join(" ")}]`);
  }
  const minutes = parseField(minute, minuteBounds);
  const hours = parseField(hour, hourBounds);
  const days = parseField(day, dayBounds);
  const months = parseField(month, monthBounds);
  const weekdays = parseField(weekday, weekdayBounds);
  return {
    minutes: minutes.values,
    hours: hours.values,
    daysOfMonth: days.values,
    months: months.values,
    daysOfWeek: weekdays.values,
    matchesBothDays: days.hasStar || weekdays.hasStar,
    ...(timeZone === undefined ? {} : { timeZone }),
  };
}

function parseField(field: string, bounds: Bounds): { readonly values: ReadonlySet<number>; readonly hasStar: boolean } {
  const values = new Set<number>();
  let hasStar = false;
  for (const expression of field.split(",").filter((part) => part !== "")) {
    const range = parseRange(expression, bounds);
    for (let value = range.start; value <= range.end; value += range.step) values.add(value);
    hasStar ||= range.isStar;
  }
  return { values, hasStar };
}

function parseRange(expression: string, bounds: Bounds): { start: number; end: number; step: number; isStar: boolean } {
  const [range = "", stepText, ...moreSlashes] = expression.split("/");
  const [low = "", high, ...moreHyphens] = range.split("-");
  const isAll = low === "*" || low === "?";
  if (!isAll && moreHyphens.length > 0) throw cronError(`too many hyphens: ${expression}`);
  const start = isAll ? bounds.min : parseValue(low, bounds);
  let end = isAll ? bounds.max : high === undefined ? start : parseValue(high, bounds);
  if (moreSlashes.length > 0) throw cronError(`too many slashes: ${expression}`);
  const step = stepText === undefined ? 1 : parseInteger(stepText);
  if (stepText !== undefined && high === undefined) end = bounds.max;
  if (start < bounds.min) throw cronError(`beginning of range (${start}) below minimum (${bounds.min}): ${expression}`);
  if (end > bounds.max) throw cronError(`end of range (${end}) above maximum (${bounds.max}): ${expression}`);
  if (start > end) throw cronError(`beginning of range (${start}) beyond end of range (${end}): ${expression}`);
  if (step === 0) throw cronError(`step of range should be a positive number: ${expression}`);
  return { start, end, step, isStar: isAll && step <= 1 };
}

function parseValue(text: string, bounds: Bounds): number {
  const named = bounds.names?.indexOf(text.toLowerCase()) ?? -1;
  return named >= 0 ? named + bounds.min : parseInteger(text);
}

function parseInteger(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    throw cronError(`failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`);
  }
  const value = Number(text);
  if (value < 0) throw cronError(`negative number (${value}) not allowed: ${text}`);
  return value;
}

function cronError(message: string): InputError {
  return new InputError(message, { code: "CRON_SYNTAX" });
}
