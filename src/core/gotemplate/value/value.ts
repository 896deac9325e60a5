import { type GoType, types } from "./type.js";

/**
 * A Go value as templates see it. `number` is a float64, `string` a Go string, `undefined` is Go's invalid reflect.Value (nothing
 * there) and `null` a nil interface; the two print alike but fail differently. All other numbers are GoInt.
 * Bytes that are not UTF-8 live in strings as lone surrogates U+DC80–U+DCFF (see text.ts).
 */
export type GoValue = undefined | null | boolean | number | string | GoInt | GoComplex | GoBytes | GoMap | GoList | GoObject;

/** An integer with its type (`int`, `int64`, `time.Duration` …), already wrapped to the type's size. */
export class GoInt {
  constructor(
    readonly type: GoType,
    readonly value: bigint,
  ) {}
}

export class GoComplex {
  constructor(
    readonly real: number,
    readonly imaginary: number,
  ) {}
}

/** `[]byte` */
export class GoBytes {
  constructor(readonly bytes: Uint8Array) {}
}

/** A map with string keys. `set` and `unset` change it in place, as in Go. */
export class GoMap {
  constructor(
    readonly entries: Map<string, GoValue>,
    readonly type: GoType = types.map,
    readonly isNil = false,
  ) {}
}

/** A slice; never changed after it was made. */
export class GoList {
  constructor(
    readonly items: readonly GoValue[],
    readonly type: GoType = types.list,
    readonly isNil = false,
  ) {}
}

/** A struct or pointer with fields and methods: a time, a version, a certificate, Helm's capabilities. */
export abstract class GoObject {
  abstract readonly type: GoType;
  /** The exported field, or undefined where the type has none of that name. */
  field(_name: string): GoValue {
    return undefined;
  }
  method(_name: string): GoMethod | undefined {
    return undefined;
  }
  /** fmt.Stringer, where the type is one. */
  text(): string | undefined {
    return undefined;
  }
  /** What a template prints of it where it stands in its owner: Go finds a Stringer there that only a pointer has. */
  textInPlace(): string | undefined {
    return undefined;
  }
  /** What a function gets of it as an argument: a struct is copied, and what only a pointer to it has is lost. */
  asArgument(): GoObject {
    return this;
  }
  /** Fields in order of declaration, for printing and encoding. */
  fields(): readonly (readonly [string, GoValue])[] {
    return [];
  }
  /** json.Marshaler or struct encoding. */
  json(): GoValue {
    return new GoMap(new Map(this.fields()));
  }
}

/** A function or method that a template can call: `params` are Go types, the last one repeats when `variadic`. */
export interface GoMethod {
  readonly params: readonly GoType[];
  readonly variadic: boolean;
  readonly call: (args: readonly GoValue[]) => GoValue;
}

const small = Array.from({ length: 258 }, (_, index) => new GoInt(types.int, BigInt(index - 1)));

/** Go's `int`. */
export function int(value: number | bigint): GoInt {
  if (typeof value === "number" && value >= -1 && value < 257) return small[value + 1] as GoInt;
  return new GoInt(types.int, BigInt.asIntN(64, BigInt(value)));
}

/** Go's `int64`, wrapped as Go's arithmetic does. */
export function int64(value: number | bigint): GoInt {
  return new GoInt(types.int64, BigInt.asIntN(64, BigInt(value)));
}

export function strings(items: readonly string[]): GoList {
  return new GoList(items, types.strings);
}

export function typeOf(value: GoValue): GoType {
  switch (typeof value) {
    case "string":
      return types.string;
    case "number":
      return types.float64;
    case "boolean":
      return types.bool;
    case "undefined":
      return types.invalid;
  }
  if (value === null) return types.any;
  if (value instanceof GoBytes) return types.bytes;
  if (value instanceof GoComplex) return types.complex;
  return value.type;
}
