import { roundDuration } from "../value/duration-methods.js";
import { type GoType, types } from "../value/type.js";
import { GoInt, type GoMethod, GoObject, type GoValue, int, int64 } from "../value/value.js";
import { formatMoment } from "./layout.js";
import { floorDivide, momentOf, nanosOf } from "./moment.js";
import { local, utc, type Zone } from "./zone.js";

const billion = 1_000_000_000n;
/** Nanoseconds of year 1, Go's zero time. */
const zeroNanos = -62_135_596_800n * billion;

/** time.Time */
export class GoTime extends GoObject {
  readonly type: GoType = types.time;
  constructor(
    readonly nanos: bigint,
    readonly zone: Zone,
  ) {
    super();
  }

  static readonly zero = new GoTime(zeroNanos, utc);

  format(layout: string): string {
    return formatMoment(momentOf(this.nanos, this.zone), layout);
  }

  override text(): string {
    return this.format("2006-01-02 15:04:05.999999999 -0700 MST");
  }

  override json(): GoValue {
    return this.format("2006-01-02T15:04:05.999999999Z07:00");
  }

  override fields(): readonly (readonly [string, GoValue])[] {
    return [
      ["wall", int64(this.nanos)],
      ["loc", this.zone.name],
    ];
  }

  /** Seconds since 1970. */
  get unix(): bigint {
    return floorDivide(this.nanos, billion);
  }

  override method(name: string): GoMethod | undefined {
    const moment = () => momentOf(this.nanos, this.zone);
    switch (name) {
      case "Format":
        return { params: [types.string], variadic: false, call: ([layout]) => this.format(layout as string) };
      case "String":
        return plain(() => this.text());
      case "Year":
        return plain(() => int(moment().year));
      case "Month":
        return plain(() => new GoInt(types.month, BigInt(moment().month)));
      case "Day":
        return plain(() => int(moment().day));
      case "Hour":
        return plain(() => int(moment().hour));
      case "Minute":
        return plain(() => int(moment().minute));
      case "Second":
        return plain(() => int(moment().second));
      case "Nanosecond":
        return plain(() => int(moment().nanosecond));
      case "YearDay":
        return plain(() => int(moment().yearDay));
      case "Weekday":
        return plain(() => new GoInt(types.weekday, BigInt(moment().weekday)));
      case "Unix":
        return plain(() => int64(this.unix));
      case "UnixMilli":
        return plain(() => int64(floorDivide(this.nanos, 1_000_000n)));
      case "UnixMicro":
        return plain(() => int64(floorDivide(this.nanos, 1_000n)));
      case "UnixNano":
        return plain(() => int64(this.nanos));
      case "UTC":
        return plain(() => new GoTime(this.nanos, utc));
      case "Local":
        return plain(() => new GoTime(this.nanos, local));
      case "IsZero":
        return plain(() => this.nanos === zeroNanos);
      case "Add":
        return { params: [types.duration], variadic: false, call: ([by]) => this.plus((by as GoInt).value) };
      case "AddDate":
        return {
          params: [types.int, types.int, types.int],
          variadic: false,
          call: ([years, months, days]) => this.plusDate(asNumber(years), asNumber(months), asNumber(days)),
        };
      case "Sub":
        return withTime((other) => new GoInt(types.duration, BigInt.asIntN(64, this.nanos - other.nanos)));
      case "Before":
        return withTime((other) => this.nanos < other.nanos);
      case "After":
        return withTime((other) => this.nanos > other.nanos);
      case "Equal":
        return withTime((other) => this.nanos === other.nanos);
      case "Compare":
        return withTime((other) => int(this.nanos === other.nanos ? 0 : this.nanos < other.nanos ? -1 : 1));
      case "Truncate":
        return withDuration((unit) => (unit <= 0n ? this : this.plus(-modulo(this.nanos - zeroNanos, unit))));
      case "Round":
        return withDuration((unit) =>
          unit <= 0n ? this : new GoTime(zeroNanos + roundDuration(this.nanos - zeroNanos, unit), this.zone),
        );
      default:
        return undefined;
    }
  }

  plus(nanos: bigint): GoTime {
    return new GoTime(this.nanos + nanos, this.zone);
  }

  private plusDate(years: number, months: number, days: number): GoTime {
    const fields = momentOf(this.nanos, this.zone);
    const moved = { ...fields, year: fields.year + years, month: fields.month + months, day: fields.day + days };
    return new GoTime(nanosOf(moved, this.zone), this.zone);
  }
}

function asNumber(value: GoValue): number {
  return Number((value as GoInt).value);
}

function modulo(a: bigint, b: bigint): bigint {
  return a - floorDivide(a, b) * b;
}

function plain(call: () => GoValue): GoMethod {
  return { params: [], variadic: false, call };
}

function withTime(call: (other: GoTime) => GoValue): GoMethod {
  return { params: [types.time], variadic: false, call: ([other]) => call(other as GoTime) };
}

function withDuration(call: (unit: bigint) => GoValue): GoMethod {
  return { params: [types.duration], variadic: false, call: ([unit]) => call((unit as GoInt).value) };
}
