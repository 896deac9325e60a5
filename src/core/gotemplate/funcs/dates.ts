import { functionError } from "../errors.js";
import { durationText } from "../fmt/duration.js";
import { type FunctionContext, type FunctionTable, fn } from "../function.js";
import { parseDuration } from "../time/duration.js";
import { GoTime } from "../time/go-time.js";
import { parseTime } from "../time/parse.js";
import { loadZone, local, utc } from "../time/zone.js";
import { roundDuration } from "../value/duration-methods.js";
import { parseGoInt } from "../value/number-syntax.js";
import { types } from "../value/type.js";
import { GoInt, type GoValue } from "../value/value.js";

const second = 1_000_000_000n;
const day = 86_400n * second;

const dateModify = fn("string time", (text, date) => {
  const duration = parseDuration(text);
  return typeof duration === "string" ? date : (date as GoTime).plus(duration);
});
const mustDateModify = fn("string time", (text, date) => {
  const duration = parseDuration(text);
  if (typeof duration === "string") throw functionError(duration);
  return (date as GoTime).plus(duration);
});
const dateInZone = fn("string any string", function (layout, date, zone) {
  return formatDate(this, layout, date, zone);
});

/** sprig's dates. `Local` is UTC here. */
export const dateFunctions: FunctionTable = {
  now: fn("", function () {
    return now(this, "now");
  }),
  date: fn("string any", function (layout, date) {
    return formatDate(this, layout, date, "Local");
  }),
  dateInZone,
  date_in_zone: dateInZone,
  htmlDate: fn("any", function (date) {
    return formatDate(this, "2006-01-02", date, "Local");
  }),
  htmlDateInZone: fn("any string", function (date, zone) {
    return formatDate(this, "2006-01-02", date, zone);
  }),
  dateModify,
  date_modify: dateModify,
  mustDateModify,
  must_date_modify: mustDateModify,
  toDate: fn("string string", (layout, text) => {
    const parsed = parseTime(layout, text, local);
    return typeof parsed === "string" ? GoTime.zero : new GoTime(parsed.nanos, parsed.zone);
  }),
  mustToDate: fn("string string", (layout, text) => {
    const parsed = parseTime(layout, text, local);
    if (typeof parsed === "string") throw functionError(parsed);
    return new GoTime(parsed.nanos, parsed.zone);
  }),
  unixEpoch: fn("time", (date) => (date as GoTime).unix.toString()),
  ago: fn("any", function (date) {
    const from = momentOf(date, false) ?? now(this, "ago");
    return durationText(roundDuration(now(this, "ago").nanos - from.nanos, second));
  }),
  duration: fn("any", (value) => durationText(BigInt.asIntN(64, secondsOf(value) * second))),
  durationRound: fn("any", function (value) {
    return roundedAge(this, value);
  }),
};

export function now(context: FunctionContext, name: string): GoTime {
  context.environment.onUnstable?.(name);
  return new GoTime(context.environment.nowNanos(), local);
}

/** A time, or seconds since 1970 as int or int64; anything else (a float64 too) means now. */
function momentOf(date: GoValue, acceptsInt32 = true): GoTime | undefined {
  if (date instanceof GoTime) return date;
  if (!(date instanceof GoInt)) return undefined;
  const isSeconds = date.type === types.int || date.type === types.int64 || (acceptsInt32 && date.type === types.int32);
  return isSeconds ? new GoTime(date.value * second, local) : undefined;
}

function formatDate(context: FunctionContext, layout: string, date: GoValue, zone: string): string {
  const time = momentOf(date) ?? now(context, "date");
  return new GoTime(time.nanos, loadZone(zone) ?? utc).format(layout);
}

function secondsOf(value: GoValue): bigint {
  if (typeof value === "string") {
    const parsed = parseGoInt(value, 10);
    return parsed.kind === "ok" ? parsed.value : parsed.kind === "range" ? parsed.nearest : 0n;
  }
  return value instanceof GoInt && value.type === types.int64 ? value.value : 0n;
}

/** The largest whole unit of a duration: `2h`, `12mo`. */
function roundedAge(context: FunctionContext, value: GoValue): string {
  let nanos = 0n;
  if (typeof value === "string") {
    const parsed = parseDuration(value);
    nanos = typeof parsed === "string" ? 0n : parsed;
  } else if (value instanceof GoInt && value.type === types.int64) {
    nanos = value.value;
  } else if (value instanceof GoTime) {
    nanos = now(context, "durationRound").nanos - value.nanos;
  }
  const size = nanos < 0n ? -nanos : nanos;
  const units: readonly (readonly [string, bigint])[] = [
    ["y", 365n * day],
    ["mo", 30n * day],
    ["d", day],
    ["h", 3600n * second],
    ["m", 60n * second],
    ["s", second],
  ];
  const unit = units.find(([, length]) => size > length);
  return unit ? `${size / unit[1]}${unit[0]}` : "0s";
}
