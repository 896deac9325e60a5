import type { TemplateFailure } from "./errors.js";
import { type GoType, sliceOf, types } from "./value/type.js";
import { type GoBytes, GoInt, GoList, GoMap, type GoMethod, type GoObject, type GoValue } from "./value/value.js";

/** Milliseconds since the epoch and random bytes are given by the caller: templates themselves are pure. */
export interface Environment {
  /** Nanoseconds since 1970 in UTC. */
  readonly nowNanos: () => bigint;
  /** `count` random bytes; undefined where the caller gave no source of randomness. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** Called when a template uses the clock or randomness, with the function's name. */
  readonly onUnstable?: (name: string) => void;
}

/** What a function may use beside its arguments. */
export interface FunctionContext {
  readonly environment: Environment;
  /** Accounts for work and memory; throws when the budget is spent. */
  readonly spend: (steps: number) => void;
  /** Runs the named template of the executing set. */
  readonly executeTemplate: (name: string, dot: GoValue) => string;
  /** Parses and runs text as a template of a copy of the executing set. */
  readonly executeText: (text: string, dot: GoValue) => string;
  /** State that lives as long as one execution (include depths …). */
  readonly memory: Map<string, unknown>;
}

/** One entry of a function table. */
export interface TemplateFunction extends Omit<GoMethod, "call"> {
  readonly call: (args: readonly GoValue[], context: FunctionContext) => GoValue;
}

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;

/** JavaScript's view of a parameter: `int` and `int64` arrive as numbers, everything else as its GoValue. */
interface Natives {
  any: GoValue;
  value: GoValue;
  bool: boolean;
  string: string;
  int: number;
  int32: number;
  uint32: number;
  int64: bigint;
  float64: number;
  map: GoMap;
  list: GoList;
  bytes: GoBytes;
  time: GoObject;
  certificate: GoObject;
  version: GoObject;
}

type Parameters<S extends string> = S extends ""
  ? []
  : S extends `${infer Head} ${infer Rest}`
    ? [...Parameter<Head>, ...Parameters<Rest>]
    : Parameter<S>;
type Parameter<S extends string> = S extends `...${infer Name}` ? Native<Name>[] : [Native<S>];
type Native<S extends string> = S extends keyof Natives ? Natives[S] : never;

/** A function with Go's signature in words: `fn("int string", (count, text) => …)`, `fn("string ...any", …)`. */
export function fn<S extends string>(
  signature: S,
  body: (this: FunctionContext, ...args: Parameters<S>) => GoValue,
): TemplateFunction {
  const words = signature === "" ? [] : signature.split(" ");
  const variadic = words.at(-1)?.startsWith("...") ?? false;
  const params = words.map((word) => types[word.replace("...", "") as keyof typeof types]);
  const natives = params.map((type) => nativeOf(type));
  const last = natives.length - 1;
  const isPlain = natives.every((native) => native === undefined);
  return {
    params,
    variadic,
    call(args, context) {
      // The signature's types were checked by the caller (evalCall), so the arguments fit.
      const converted = isPlain ? args : args.map((arg, index) => natives[index < last ? index : last]?.(arg) ?? arg);
      return body.apply(context, converted as Parameters<S>);
    },
  };
}

function nativeOf(type: GoType): ((value: GoValue) => unknown) | undefined {
  switch (type) {
    case types.int:
    case types.int32:
    case types.uint32:
      return (value) => Number((value as GoInt).value);
    case types.int64:
      return (value) => (value as GoInt).value;
    default:
      return undefined;
  }
}

/** The zero value that nil becomes for a parameter of `type`. */
export function zeroOf(type: GoType): GoValue {
  switch (type.kind) {
    case "interface":
      return null;
    case "string":
      return "";
    case "bool":
      return false;
    case "float64":
      return 0;
    case "slice":
      return new GoList([], type, true);
    case "map":
      return new GoMap(new Map(), type, true);
    case "int":
    case "int64":
      return new GoInt(type, 0n);
    default:
      return undefined;
  }
}

export function listOf(elem: GoType, items: readonly GoValue[]): GoList {
  return new GoList(items, sliceOf(elem));
}

export type { TemplateFailure };
