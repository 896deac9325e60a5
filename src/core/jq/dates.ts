import type { Value } from "../manifest/value.js";
import { described, JqError } from "./errors.js";
import { isNumber } from "./numbers.js";
import { preview } from "./text.js";

const days = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const months = "January February March April May June July August September October November December".split(" ");

/** Seconds since 1970 → [year, month from 0, day, hours, minutes, seconds, weekday, day of the year]; always UTC. */
export function brokenDown(seconds: number): Value[] {
  const whole = Math.floor(seconds);
  const date = new Date(whole * 1000);
  const yearStart = Date.UTC(date.getUTCFullYear(), 0, 1);
  const fraction = Math.trunc((seconds - whole) * 1e9) / 1e9;
  return [
    date.getUTCFullYear(),
    date.getUTCMonth(),
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds() + fraction,
    date.getUTCDay(),
    Math.floor((date.getTime() - yearStart) / 86_400_000),
  ];
}

export function gmtime(value: Value): Value {
  if (!isNumber(value)) throw new JqError(`gmtime cannot be applied to: ${described(value)}`);
  return brokenDown(Number(value));
}

export function mktime(value: Value): Value {
  if (!Array.isArray(value)) throw new JqError(`mktime cannot be applied to: ${described(value)}`);
  const seconds = secondsOf(value);
  if (seconds === undefined) throw new JqError(`mktime cannot be applied to ${preview(value)}: expected an array of 8 numbers`);
  return seconds;
}

export function strftime(name: string, value: Value, format: Value): Value {
  const parts = isNumber(value) ? brokenDown(Number(value)) : value;
  if (!Array.isArray(parts) || typeof format !== "string") {
    throw new JqError(`${name}(${preview(format)}) cannot be applied to: ${described(parts)}`);
  }
  const seconds = secondsOf(parts);
  if (seconds === undefined) {
    throw new JqError(`${name}(${preview(format)}) cannot be applied to ${preview(parts)}: expected an array of 8 numbers`);
  }
  return formatDate(new Date(Math.floor(seconds) * 1000), format);
}

function secondsOf(parts: readonly Value[]): number | undefined {
  const numbers = parts.slice(0, 8);
  if (!numbers.every(isNumber)) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = numbers.map(Number);
  const whole = Math.trunc(second);
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(Math.trunc(year), Math.trunc(month), Math.trunc(day));
  date.setUTCHours(Math.trunc(hour), Math.trunc(minute), whole);
  return date.getTime() / 1000 + Math.trunc((second - Math.floor(second)) * 1e9) / 1e9;
}

function formatDate(date: Date, format: string): string {
  return format.replace(/%([-_0^#]?)([A-Za-z%])/g, (whole, flag: string, letter: string) => {
    const text = directive(date, letter);
    if (text === undefined) return whole;
    if (flag === "-") return text.replace(/^[0 ]+(?=.)/, "");
    if (flag === "_") return text.replace(/^0+(?=.)/, (zeros) => " ".repeat(zeros.length));
    return flag === "^" ? text.toUpperCase() : text;
  });
}

function directive(date: Date, letter: string): string | undefined {
  const two = (value: number) => String(value).padStart(2, "0");
  const padded = (value: number) => String(value).padStart(2, " ");
  const year = date.getUTCFullYear();
  const hours = date.getUTCHours();
  const twelve = hours % 12 === 0 ? 12 : hours % 12;
  const dayOfYear = Math.floor((Date.UTC(year, date.getUTCMonth(), date.getUTCDate()) - Date.UTC(year, 0, 1)) / 86_400_000);
  const weekday = date.getUTCDay();
  const composite = (format: string) => formatDate(date, format);
  switch (letter) {
    case "Y":
      return String(year).padStart(4, "0");
    case "C":
      return two(Math.floor(year / 100));
    case "y":
      return two(year % 100);
    case "m":
      return two(date.getUTCMonth() + 1);
    case "B":
      return months[date.getUTCMonth()];
    case "b":
    case "h":
      return months[date.getUTCMonth()]?.slice(0, 3);
    case "d":
      return two(date.getUTCDate());
    case "e":
      return padded(date.getUTCDate());
    case "j":
      return String(dayOfYear + 1).padStart(3, "0");
    case "H":
      return two(hours);
    case "k":
      return padded(hours);
    case "I":
      return two(twelve);
    case "l":
      return padded(twelve);
    case "M":
      return two(date.getUTCMinutes());
    case "S":
      return two(date.getUTCSeconds());
    case "p":
      return hours < 12 ? "AM" : "PM";
    case "P":
      return hours < 12 ? "am" : "pm";
    case "A":
      return days[weekday];
    case "a":
      return days[weekday]?.slice(0, 3);
    case "w":
      return String(weekday);
    case "u":
      return String(weekday === 0 ? 7 : weekday);
    case "U":
      return two(Math.floor((dayOfYear + 7 - weekday) / 7));
    case "W":
      return two(Math.floor((dayOfYear + 7 - ((weekday + 6) % 7)) / 7));
    case "V":
      return two(isoWeek(date).week);
    case "G":
      return String(isoWeek(date).year);
    case "g":
      return two(isoWeek(date).year % 100);
    case "s":
      return String(date.getTime() / 1000);
    case "Z":
      return "UTC";
    case "z":
      return "+0000";
    case "D":
      return composite("%m/%d/%y");
    case "F":
      return composite("%Y-%m-%d");
    case "T":
      return composite("%H:%M:%S");
    case "R":
      return composite("%H:%M");
    case "r":
      return composite("%I:%M:%S %p");
    case "c":
      return composite("%a %b %e %H:%M:%S %Y");
    case "x":
      return composite("%m/%d/%y");
    case "X":
      return composite("%H:%M:%S");
    case "v":
      return composite("%e-%b-%Y");
    case "n":
      return "\n";
    case "t":
      return "\t";
    case "%":
      return "%";
    default:
      return undefined;
  }
}

function isoWeek(date: Date): { readonly year: number; readonly week: number } {
  const thursday = new Date(date.getTime());
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() || 7));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.ceil(((thursday.getTime() - Date.UTC(year, 0, 1)) / 86_400_000 + 1) / 7) };
}

export function strptime(value: Value, format: Value): Value {
  const fail = (reason: string) => new JqError(`strptime(${preview(format)}) cannot be applied to ${preview(value)}: ${reason}`);
  if (typeof value !== "string" || typeof format !== "string") {
    throw new JqError(`strptime(${preview(format)}) cannot be applied to: ${described(value)}`);
  }
  const seconds = parseDate(value, expanded(format));
  if (seconds === undefined) throw fail(`failed to parse ${JSON.stringify(value)} with ${JSON.stringify(format)}`);
  return brokenDown(seconds);
}

const composites: Readonly<Record<string, string>> = {
  D: "%m/%d/%y",
  F: "%Y-%m-%d",
  T: "%H:%M:%S",
  R: "%H:%M",
  r: "%I:%M:%S %p",
  c: "%a %b %e %H:%M:%S %Y",
  x: "%m/%d/%y",
  X: "%H:%M:%S",
  v: "%e-%b-%Y",
};

function expanded(format: string): string {
  return format.replace(/%[-_0^#]?([A-Za-z])/g, (whole, letter: string) => composites[letter] ?? whole);
}

function parseDate(text: string, format: string): number | undefined {
  const found = {
    year: 1900,
    month: 0,
    day: 1,
    hour: 0,
    minute: 0,
    second: 0,
    offset: 0,
    isPm: false,
    epoch: Number.NaN,
    yearDay: -1,
  };
  let at = 0;
  const number = (digits: number) => {
    const match = new RegExp(`^ *[+-]?\\d{1,${digits}}`).exec(text.slice(at));
    if (!match) return undefined;
    at += match[0].length;
    return Number(match[0]);
  };
  const word = (names: readonly string[]) => {
    const rest = text.slice(at).toLowerCase();
    for (const [index, name] of names.entries()) {
      const match = [name, name.slice(0, 3)].find((one) => rest.startsWith(one.toLowerCase()));
      if (match === undefined) continue;
      at += match.length;
      return index;
    }
    return undefined;
  };
  for (let index = 0; index < format.length; index++) {
    const character = format[index] as string;
    if (character !== "%") {
      if (text[at] !== character) return undefined;
      at++;
      continue;
    }
    const letter = format[++index] ?? "";
    let value: number | undefined = 0;
    switch (letter) {
      case "Y":
        value = found.year = number(4) ?? Number.NaN;
        break;
      case "y":
        value = number(2);
        found.year = (value ?? 0) + ((value ?? 0) < 69 ? 2000 : 1900);
        break;
      case "m":
        value = number(2);
        found.month = (value ?? 1) - 1;
        break;
      case "B":
      case "b":
      case "h":
        value = word(months);
        found.month = value ?? 0;
        break;
      case "A":
      case "a":
        value = word(days);
        break;
      case "d":
      case "e":
        value = found.day = number(2) ?? Number.NaN;
        break;
      case "j":
        value = found.yearDay = number(3) ?? Number.NaN;
        break;
      case "H":
      case "k":
      case "I":
      case "l":
        value = found.hour = number(2) ?? Number.NaN;
        break;
      case "M":
        value = found.minute = number(2) ?? Number.NaN;
        break;
      case "S":
        value = found.second = number(2) ?? Number.NaN;
        break;
      case "p":
        value = word(["AM", "PM"]);
        found.isPm = value === 1;
        break;
      case "s":
        value = found.epoch = number(15) ?? Number.NaN;
        break;
      case "z":
      case "Z": {
        const zone = /^(?:Z|UTC|GMT|([+-])(\d\d):?(\d\d))/.exec(text.slice(at));
        if (!zone) return undefined;
        at += zone[0].length;
        if (zone[1]) found.offset = (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
        break;
      }
      case "%":
        if (text[at++] !== "%") return undefined;
        break;
      case "n":
      case "t":
        while (/\s/.test(text[at] ?? "")) at++;
        break;
      default:
        return undefined;
    }
    if (value === undefined || Number.isNaN(value)) return undefined;
  }
  if (at !== text.length) return undefined;
  if (!Number.isNaN(found.epoch)) return found.epoch;
  if (
    found.month < 0 ||
    found.month > 11 ||
    found.day < 1 ||
    found.day > 31 ||
    found.hour > 24 ||
    found.minute > 59 ||
    found.second > 60
  ) {
    return undefined;
  }
  const hour = found.isPm && found.hour < 12 ? found.hour + 12 : found.hour;
  const [month, day] = found.yearDay > 0 ? [0, found.yearDay] : [found.month, found.day];
  return Date.UTC(found.year, month, day, hour, found.minute, found.second) / 1000 - found.offset * 60;
}
