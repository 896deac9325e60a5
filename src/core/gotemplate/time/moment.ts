import type { Zone } from "./zone.js";

/** A moment split into calendar fields in a zone. */
export interface Moment {
  readonly year: number;
  /** 1–12 */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1–366 */
  readonly yearDay: number;
  /** Seconds east of UTC. */
  readonly offset: number;
  readonly abbreviation: string;
}

const billion = 1_000_000_000n;
const day = 86_400;

/** The calendar fields of `nanos` (since 1970) in `zone`. */
export function momentOf(nanos: bigint, zone: Zone): Moment {
  const seconds = Number(floorDivide(nanos, billion));
  const { offset, abbreviation } = zone.at(seconds);
  const days = Math.floor((seconds + offset) / day);
  const rest = seconds + offset - days * day;
  const date = civil(days);
  return {
    ...date,
    hour: Math.floor(rest / 3600),
    minute: Math.floor(rest / 60) % 60,
    second: rest % 60,
    nanosecond: Number(nanos - floorDivide(nanos, billion) * billion),
    weekday: (((days + 4) % 7) + 7) % 7,
    yearDay: days - daysSinceEpoch(date.year, 1, 1) + 1,
    offset,
    abbreviation,
  };
}

export function floorDivide(a: bigint, b: bigint): bigint {
  const quotient = a / b;
  return a % b !== 0n && a < 0n !== b < 0n ? quotient - 1n : quotient;
}

/** Days from 1970-01-01 to a date of the Gregorian calendar; months and days beyond their range roll over. */
export function daysSinceEpoch(year: number, month: number, dayOfMonth: number): number {
  const y = year + Math.floor((month - 1) / 12);
  const m = ((((month - 1) % 12) + 12) % 12) + 1;
  const shifted = m <= 2 ? y - 1 : y;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (m + (m > 2 ? -3 : 9)) + 2) / 5) + dayOfMonth - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

function civil(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  return {
    year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0),
    month,
    day: dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1,
  };
}

export function isLeapYear(year: number): boolean {
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
}

export function daysInMonth(year: number, month: number): number {
  return daysSinceEpoch(year, month + 1, 1) - daysSinceEpoch(year, month, 1);
}

/** Nanoseconds since 1970 of a date and time in `zone` (time.Date): in a gap or overlap either reading may be taken. */
export function nanosOf(
  fields: { year: number; month: number; day: number; hour: number; minute: number; second: number; nanosecond: number },
  zone: Zone,
): bigint {
  const seconds =
    daysSinceEpoch(fields.year, fields.month, fields.day) * day + fields.hour * 3600 + fields.minute * 60 + fields.second;
  let found = seconds - zone.at(seconds).offset;
  const again = seconds - zone.at(found).offset;
  if (again !== found) found = again;
  return BigInt(found) * billion + BigInt(fields.nanosecond);
}
