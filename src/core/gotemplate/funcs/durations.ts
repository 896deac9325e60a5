import { functionError } from "../errors.js";
import { formatFloat } from "../fmt/float.js";
import { quote } from "../fmt/quote.js";
import { type FunctionTable, fn } from "../function.js";
import { parseDuration } from "../time/duration.js";
import { inUnits, roundDuration } from "../value/duration-methods.js";
import { parseGoFloat } from "../value/number-syntax.js";
import { types } from "../value/type.js";
import { trimSpace } from "../value/unicode.js";
import { GoInt, type GoValue, int64, typeOf } from "../value/value.js";

const second = 1_000_000_000n;
const maxNanos = 2n ** 63n - 1n;
const minNanos = -(2n ** 63n);

/** Helm's duration helpers: Go durations, numbers as seconds; errors count as zero. */
export const durationFunctions: FunctionTable = {
  mustToDuration: fn("any", (value) => duration(required(value))),
  durationSeconds: fn("any", (value) => inUnits(nanosOrZero(value), second)),
  durationMilliseconds: fn("any", (value) => int64(nanosOrZero(value) / 1_000_000n)),
  durationMicroseconds: fn("any", (value) => int64(nanosOrZero(value) / 1_000n)),
  durationNanoseconds: fn("any", (value) => int64(nanosOrZero(value))),
  durationMinutes: fn("any", (value) => inUnits(nanosOrZero(value), 60n * second)),
  durationHours: fn("any", (value) => inUnits(nanosOrZero(value), 3600n * second)),
  durationDays: fn("any", (value) => inUnits(nanosOrZero(value), 3600n * second) / 24),
  durationWeeks: fn("any", (value) => inUnits(nanosOrZero(value), 3600n * second) / 24 / 7),
  durationRoundTo: fn("any any", (value, multiple) => toMultiple(value, multiple, roundDuration)),
  durationTruncateTo: fn("any any", (value, multiple) =>
    toMultiple(value, multiple, (nanos, unit) => (unit <= 0n ? nanos : nanos - (nanos % unit))),
  ),
};

function duration(nanos: bigint): GoInt {
  return new GoInt(types.duration, BigInt.asIntN(64, nanos));
}

function toMultiple(value: GoValue, multiple: GoValue, round: (nanos: bigint, unit: bigint) => bigint): GoValue {
  const nanos = nanosOf(value);
  if (typeof nanos === "string") return duration(0n);
  const unit = nanosOf(multiple);
  return duration(typeof unit === "string" ? nanos : round(nanos, unit));
}

function nanosOrZero(value: GoValue): bigint {
  const nanos = nanosOf(value);
  return typeof nanos === "string" ? 0n : nanos;
}

function required(value: GoValue): bigint {
  const nanos = nanosOf(value);
  if (typeof nanos === "string") throw functionError(nanos);
  return nanos;
}

/** Nanoseconds, or the error message. */
function nanosOf(value: GoValue): bigint | string {
  if (value === null || value === undefined) return "invalid duration";
  if (typeof value === "string") return fromText(value);
  if (typeof value === "number") return fromSeconds(value);
  if (!(value instanceof GoInt)) return `unsupported duration type ${typeOf(value).name}`;
  if (value.type === types.duration) return value.value;
  const nanos = value.value * second;
  return value.value > maxNanos / second || value.value < minNanos / second ? `duration seconds overflow: ${value.value}` : nanos;
}

function fromText(text: string): bigint | string {
  const trimmed = trimSpace(text);
  if (trimmed === "") return "empty duration";
  const parsed = parseDuration(trimmed);
  if (typeof parsed === "bigint") return parsed;
  const number = parseGoFloat(trimmed);
  if (number && !number.isRange) return fromSeconds(number.value);
  return `could not parse duration ${quote(text)}`;
}

function fromSeconds(seconds: number): bigint | string {
  const shown = formatFloat(seconds, "g", -1);
  if (!Number.isFinite(seconds)) return `invalid duration seconds: ${shown}`;
  const limit = 2 ** 63 / 1e9;
  if (seconds > limit || seconds < -limit) return `duration seconds overflow: ${shown}`;
  const nanos = BigInt(Math.trunc(seconds * 1e9));
  // On amd64 a float64 just past the range wraps to the smallest int64.
  return nanos > maxNanos ? minNanos : nanos;
}
