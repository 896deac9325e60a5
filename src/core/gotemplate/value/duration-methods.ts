import { durationText } from "../fmt/duration.js";
import { types } from "./type.js";
import { GoInt, type GoMethod, int64 } from "./value.js";

const second = 1_000_000_000n;

/** time.Duration's methods. */
export function durationMethod(nanoseconds: bigint, name: string): GoMethod | undefined {
  const plain = (call: GoMethod["call"]): GoMethod => ({ params: [], variadic: false, call });
  const by = (call: (multiple: bigint) => bigint): GoMethod => ({
    params: [types.duration],
    variadic: false,
    call: ([multiple]) => new GoInt(types.duration, call((multiple as GoInt).value)),
  });
  switch (name) {
    case "String":
      return plain(() => durationText(nanoseconds));
    case "Hours":
      return plain(() => inUnits(nanoseconds, 3600n * second));
    case "Minutes":
      return plain(() => inUnits(nanoseconds, 60n * second));
    case "Seconds":
      return plain(() => inUnits(nanoseconds, second));
    case "Milliseconds":
      return plain(() => int64(nanoseconds / 1_000_000n));
    case "Microseconds":
      return plain(() => int64(nanoseconds / 1_000n));
    case "Nanoseconds":
      return plain(() => int64(nanoseconds));
    case "Abs":
      return plain(() => new GoInt(types.duration, nanoseconds < 0n ? -nanoseconds : nanoseconds));
    case "Round":
      return by((multiple) => roundDuration(nanoseconds, multiple));
    case "Truncate":
      return by((multiple) => (multiple <= 0n ? nanoseconds : nanoseconds - (nanoseconds % multiple)));
    default:
      return undefined;
  }
}

/** As Go does it: whole units plus the fraction, both as floats. */
export function inUnits(nanoseconds: bigint, unit: bigint): number {
  return Number(nanoseconds / unit) + Number(nanoseconds % unit) / Number(unit);
}

/** To the nearest multiple, halves away from zero. */
export function roundDuration(nanoseconds: bigint, multiple: bigint): bigint {
  if (multiple <= 0n) return nanoseconds;
  const rest = nanoseconds % multiple;
  const size = rest < 0n ? -rest : rest;
  if (size + size < multiple) return nanoseconds - rest;
  return nanoseconds < 0n ? nanoseconds - (multiple - size) : nanoseconds + (multiple - size);
}
