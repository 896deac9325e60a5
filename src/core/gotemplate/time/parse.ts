import { monthNames, weekdayNames } from "../fmt/date-names.js";
import { toBytes } from "../value/text.js";
import { parseLayout } from "./layout.js";
import { daysInMonth, daysSinceEpoch, isLeapYear, nanosOf } from "./moment.js";
import { fixedZone, utc, type Zone } from "./zone.js";

export interface ParsedTime {
  readonly nanos: bigint;
  readonly zone: Zone;
}

/** time.ParseInLocation: the moment, or the text of Go's ParseError. */
export function parseTime(layout: string, value: string, zone: Zone): ParsedTime | string {
  return new TimeParser(layout, value, zone).run();
}

interface Fields {
  year: number;
  month: number | undefined;
  day: number | undefined;
  yearDay: number | undefined;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  half: "am" | "pm" | undefined;
  zone: Zone | undefined;
  offset: number | undefined;
  zoneName: string;
}

/** Thrown inside the parser: a field that does not fit, or its range. */
class BadField {
  constructor(readonly range?: string) {}
}

class TimeParser {
  private rest: string;
  private readonly found: Fields = {
    year: 0,
    month: undefined,
    day: undefined,
    yearDay: undefined,
    hour: 0,
    minute: 0,
    second: 0,
    nanosecond: 0,
    half: undefined,
    zone: undefined,
    offset: undefined,
    zoneName: "",
  };

  constructor(
    private readonly layout: string,
    private readonly value: string,
    private readonly zone: Zone,
  ) {
    this.rest = value;
  }

  run(): ParsedTime | string {
    const parts = parseLayout(this.layout);
    for (const [index, part] of parts.entries()) {
      const before = this.rest;
      if (part.kind === "text") {
        if (!this.skip(part.text)) return this.cannot(this.rest, part.text);
        continue;
      }
      try {
        if (part.kind === "fraction") this.fraction(part.text);
        else this.field(part.text, parts[index + 1]?.kind === "fraction");
      } catch (error) {
        if (!(error instanceof BadField)) throw error;
        return error.range === undefined ? this.cannot(before, part.text) : this.failed(`: ${error.range} out of range`);
      }
    }
    if (this.rest !== "") return this.failed(`: extra text: ${quoteTime(this.rest)}`);
    return this.moment();
  }

  private cannot(rest: string, element: string): string {
    const where = `${quoteTime(this.value)} as ${quoteTime(this.layout)}`;
    return `parsing time ${where}: cannot parse ${quoteTime(rest)} as ${quoteTime(element)}`;
  }

  private failed(message: string): string {
    return `parsing time ${quoteTime(this.value)}${message}`;
  }

  private skip(text: string): boolean {
    let wanted = text;
    while (wanted !== "") {
      if (wanted[0] === " ") {
        if (this.rest !== "" && this.rest[0] !== " ") return false;
        wanted = wanted.replace(/^ +/, "");
        this.rest = this.rest.replace(/^ +/, "");
        continue;
      }
      if (this.rest[0] !== wanted[0]) return false;
      wanted = wanted.slice(1);
      this.rest = this.rest.slice(1);
    }
    return true;
  }

  private take(pattern: RegExp): string {
    const match = pattern.exec(this.rest);
    if (!match) throw new BadField();
    this.rest = this.rest.slice(match[0].length);
    return match[0];
  }

  /** One or two digits; exactly two where the layout has a zero in front. */
  private number(isFixed: boolean): number {
    return Number(this.take(isFixed ? /^[0-9]{2}/ : /^[0-9]{1,2}/));
  }

  private ranged(value: number, low: number, high: number, what: string): number {
    if (value < low || value > high) throw new BadField(what);
    return value;
  }

  private name(names: readonly string[], length?: number): number {
    const lower = this.rest.toLowerCase();
    const index = names.findIndex((name) => lower.startsWith(name.slice(0, length).toLowerCase()));
    if (index < 0) throw new BadField();
    this.rest = this.rest.slice((names[index] as string).slice(0, length).length);
    return index;
  }

  private field(name: string, isFractionNext: boolean): void {
    const { found } = this;
    switch (name) {
      case "06": {
        const year = Number(this.take(/^(?:[0-9]{2}|[-+][0-9])/));
        found.year = year >= 69 ? year + 1900 : year + 2000;
        return;
      }
      case "2006":
        found.year = Number(this.take(/^[0-9]{4}/));
        return;
      case "Jan":
        found.month = this.name(monthNames, 3) + 1;
        return;
      case "January":
        found.month = this.name(monthNames) + 1;
        return;
      case "1":
      case "01":
        found.month = this.ranged(this.number(name === "01"), 1, 12, "month");
        return;
      case "Mon":
        this.name(weekdayNames, 3);
        return;
      case "Monday":
        this.name(weekdayNames);
        return;
      case "_2":
        this.rest = this.rest.replace(/^ /, "");
        found.day = this.number(false);
        return;
      case "2":
      case "02":
        found.day = this.number(name === "02");
        return;
      case "__2":
        this.rest = this.rest.replace(/^ {1,2}/, "");
        found.yearDay = Number(this.take(/^[0-9]{1,3}/));
        return;
      case "002":
        found.yearDay = Number(this.take(/^[0-9]{3}/));
        return;
      case "15":
        found.hour = this.ranged(this.number(false), 0, 23, "hour");
        return;
      case "3":
      case "03":
        found.hour = this.ranged(this.number(name === "03"), 0, 12, "hour");
        return;
      case "4":
      case "04":
        found.minute = this.ranged(this.number(name === "04"), 0, 59, "minute");
        return;
      case "5":
      case "05":
        found.second = this.ranged(this.number(name === "05"), 0, 59, "second");
        // A fraction may follow although the layout has none.
        if (/^[.,][0-9]/.test(this.rest) && !isFractionNext) this.nanoseconds(this.take(/^[.,][0-9]+/));
        return;
      case "PM":
        found.half = this.take(/^[AP]M/) === "PM" ? "pm" : "am";
        return;
      case "pm":
        found.half = this.take(/^[ap]m/) === "pm" ? "pm" : "am";
        return;
      case "MST":
        this.zoneName();
        return;
      default:
        this.zoneOffset(name);
    }
  }

  private fraction(text: string): void {
    if (text[1] === "0") {
      const digits = this.rest.slice(0, text.length);
      if (digits.length < text.length || !/^[.,][0-9]+$/.test(digits)) throw new BadField();
      this.rest = this.rest.slice(text.length);
      this.nanoseconds(digits);
    } else if (/^[.,][0-9]/.test(this.rest)) {
      this.nanoseconds(this.take(/^[.,][0-9]+/));
    }
  }

  private nanoseconds(digits: string): void {
    this.found.nanosecond = Number(digits.slice(1, 10).padEnd(9, "0"));
  }

  private zoneName(): void {
    if (this.rest.startsWith("UTC")) {
      this.rest = this.rest.slice(3);
      this.found.zone = utc;
      return;
    }
    const match = /^(?:ChST|MeST|GMT(?:[-+][0-9]{1,2})?|[-+][0-9]{1,2}|[A-Z]{4}T|[A-Z]{3}T|WITA|[A-Z]{3})(?![A-Z])/.exec(
      this.rest,
    );
    if (!match) throw new BadField();
    this.found.zoneName = match[0];
    this.rest = this.rest.slice(match[0].length);
  }

  private zoneOffset(name: string): void {
    if (name.startsWith("Z") && this.rest.startsWith("Z")) {
      this.rest = this.rest.slice(1);
      this.found.zone = utc;
      return;
    }
    const isColon = name.includes(":");
    const count = name.replace(/[^0-9]/g, "").length / 2;
    const pattern = count === 1 ? /^([-+])(\d\d)/ : isColon ? /^([-+])(\d\d):(\d\d)/ : /^([-+])(\d\d)(\d\d)/;
    const seconds = isColon ? /^([-+])(\d\d):(\d\d):(\d\d)/ : /^([-+])(\d\d)(\d\d)(\d\d)/;
    const match = (count === 3 ? seconds : pattern).exec(this.rest);
    if (!match) throw new BadField();
    this.rest = this.rest.slice(match[0].length);
    const hours = this.ranged(Number(match[2]), 0, 24, "time zone offset hour");
    const minutes = this.ranged(Number(match[3] ?? 0), 0, 60, "time zone offset minute");
    const offset = hours * 3600 + minutes * 60 + this.ranged(Number(match[4] ?? 0), 0, 60, "time zone offset second");
    this.found.offset = match[1] === "-" ? -offset : offset;
  }

  private moment(): ParsedTime | string {
    const { found } = this;
    const { year } = found;
    let { hour } = found;
    if (found.half === "pm" && hour < 12) hour += 12;
    else if (found.half === "am" && hour === 12) hour = 0;
    let month = found.month ?? 1;
    let day = found.day ?? 1;
    if (found.yearDay !== undefined) {
      if (found.yearDay < 1 || found.yearDay > (isLeapYear(year) ? 366 : 365)) return this.failed(": day-of-year out of range");
      const days = daysSinceEpoch(year, 1, 1) + found.yearDay;
      month = 1;
      while (month < 12 && daysSinceEpoch(year, month + 1, 1) < days) month++;
      day = days - daysSinceEpoch(year, month, 1);
      if (found.month !== undefined && found.month !== month) return this.failed(": day-of-year does not match month");
      if (found.day !== undefined && found.day !== day) return this.failed(": day-of-year does not match day");
    }
    if (day < 1 || day > daysInMonth(year, month)) return this.failed(": day out of range");
    const fields = { ...found, year, month, day, hour };
    if (found.zone) return { nanos: nanosOf(fields, found.zone), zone: found.zone };
    const inUtc = nanosOf(fields, utc);
    if (found.offset !== undefined) return this.withOffset(inUtc, found.offset);
    if (found.zoneName !== "") return this.withName(inUtc, found.zoneName);
    return { nanos: nanosOf(fields, this.zone), zone: this.zone };
  }

  private withOffset(inUtc: bigint, offset: number): ParsedTime {
    const nanos = inUtc - BigInt(offset) * 1_000_000_000n;
    const there = this.zone.at(Number(nanos / 1_000_000_000n));
    const isHere = there.offset === offset && (this.found.zoneName === "" || there.abbreviation === this.found.zoneName);
    return { nanos, zone: isHere ? this.zone : fixedZone(this.found.zoneName, offset) };
  }

  private withName(inUtc: bigint, name: string): ParsedTime {
    const here = this.zone.at(Number(inUtc / 1_000_000_000n));
    if (here.abbreviation === name) return { nanos: inUtc - BigInt(here.offset) * 1_000_000_000n, zone: this.zone };
    // An abbreviation that is not in use here has an unknown offset: zero, except for "GMT+3".
    const offset = name.startsWith("GMT") && name.length > 3 ? Number(name.slice(3)) * 3600 : 0;
    return { nanos: inUtc - BigInt(offset) * 1_000_000_000n, zone: fixedZone(name, offset) };
  }
}

/** Package time's own quoting: bytes beyond ASCII as \x. */
export function quoteTime(text: string): string {
  let out = "";
  for (const byte of toBytes(text)) {
    const char = String.fromCharCode(byte);
    if (byte >= 0x80 || byte < 0x20) out += `\\x${byte.toString(16).padStart(2, "0")}`;
    else out += char === '"' || char === "\\" ? `\\${char}` : char;
  }
  return `"${out}"`;
}
