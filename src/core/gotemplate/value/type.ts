import type { GoList, GoMap, GoMethod } from "./value.js";

/** reflect.Kind, as far as template values have one. */
export type Kind =
  | "invalid"
  | "bool"
  | "int"
  | "int8"
  | "int16"
  | "int32"
  | "int64"
  | "uint"
  | "uint8"
  | "uint16"
  | "uint32"
  | "uint64"
  | "float32"
  | "float64"
  | "complex128"
  | "string"
  | "map"
  | "slice"
  | "struct"
  | "ptr"
  | "func"
  | "interface";

/** A Go type as error messages and `typeOf` name it. Types are singletons: compare them by identity. */
export interface GoType {
  readonly name: string;
  readonly kind: Kind;
  /** Element of a map or slice. */
  readonly elem?: GoType;
  /** The unnamed type with the same structure, for a named one such as `common.Values`. */
  readonly underlying?: GoType;
  /** Methods of a named map type. */
  readonly methods?: (receiver: GoMap | GoList, name: string) => GoMethod | undefined;
}

const anyType: GoType = { name: "interface {}", kind: "interface" };
const stringType: GoType = { name: "string", kind: "string" };
const intType: GoType = { name: "int", kind: "int" };
const bytesType: GoType = { name: "[]uint8", kind: "slice", elem: { name: "uint8", kind: "uint8" } };
const listType = sliceOf(anyType);
const mapType = mapOf(anyType);

export const types = {
  any: anyType,
  /** Stands for reflect.Value in signatures: the function sees the value as it is, nil included. */
  value: { name: "reflect.Value", kind: "struct" } as GoType,
  invalid: { name: "<nil>", kind: "invalid" } as GoType,
  bool: { name: "bool", kind: "bool" } as GoType,
  string: stringType,
  int: intType,
  int64: { name: "int64", kind: "int64" } as GoType,
  int32: { name: "int32", kind: "int32" } as GoType,
  uint8: bytesType.elem as GoType,
  uint32: { name: "uint32", kind: "uint32" } as GoType,
  uint64: { name: "uint64", kind: "uint64" } as GoType,
  float64: { name: "float64", kind: "float64" } as GoType,
  complex: { name: "complex128", kind: "complex128" } as GoType,
  bytes: bytesType,
  list: listType,
  strings: sliceOf(stringType),
  ints: sliceOf(intType),
  lists: sliceOf(listType),
  maps: sliceOf(mapType),
  map: mapType,
  stringMap: mapOf(stringType),
  bytesMap: mapOf(bytesType),
  /** Helm's values type. */
  values: { name: "common.Values", kind: "map", elem: anyType, underlying: mapType } as GoType,
  time: { name: "time.Time", kind: "struct" } as GoType,
  duration: { name: "time.Duration", kind: "int64" } as GoType,
  month: { name: "time.Month", kind: "int" } as GoType,
  weekday: { name: "time.Weekday", kind: "int" } as GoType,
  certificate: { name: "sprig.certificate", kind: "struct" } as GoType,
  version: { name: "*semver.Version", kind: "ptr" } as GoType,
  func: { name: "func()", kind: "func" } as GoType,
};

export function sliceOf(elem: GoType): GoType {
  return { name: `[]${elem.name}`, kind: "slice", elem };
}

export function mapOf(elem: GoType): GoType {
  return { name: `map[string]${elem.name}`, kind: "map", elem };
}

/** Whether an untyped nil may stand for a value of `type`. */
export function canBeNil(type: GoType): boolean {
  switch (type.kind) {
    case "interface":
    case "map":
    case "slice":
    case "ptr":
    case "func":
      return true;
    default:
      return type === types.value;
  }
}

export function isSignedKind(kind: Kind): boolean {
  return kind === "int" || kind === "int64" || kind === "int32" || kind === "int16" || kind === "int8";
}

export function isUnsignedKind(kind: Kind): boolean {
  return kind === "uint" || kind === "uint64" || kind === "uint32" || kind === "uint16" || kind === "uint8";
}
