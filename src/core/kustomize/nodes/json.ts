import { InputError } from "../../errors.js";
import type { Value } from "../../manifest/value.js";
import { chooseStyle } from "../../yaml/emit-scalar.js";
import { flawsOf, type MapFlaw } from "../../yaml/flawed-maps.js";
import { FoldedText } from "../../yaml/folded-text.js";
import { formatGoFloat } from "../../yaml/go-number.js";
import { resolvePlain as resolveText } from "../../yaml/resolve.js";
import { AliasReference, EMPTY_IN_FLOW, resolveScalar, ScalarLiteral, UnfitScalar } from "../../yaml/scalar-literal.js";
import { kustomizeError } from "../model/errors.js";
import { compareBytes } from "../model/gvk.js";
import { isList, isMap, type Node, type NodeMap } from "./node.js";
import { TabbedText } from "./tabbed-text.js";

/** The node as the original's JSON has it: every scalar by its meaning. Shares what holds no literal. */
export function toJson(node: Node): Value {
  return telling(node, () => jsonOf(node));
}

/** Runs `print`; where it fails, the original would tell of that problem of the whole node that keeps it from reading what it wrote. */
export function telling<T>(node: Node, print: () => T): T {
  try {
    return print();
  } catch (error) {
    throw (error instanceof InputError && firstProblem([...problemsIn(node)])) || error;
  }
}

/** What keeps go-yaml from reading it again, whatever JSON may make of it then. */
export function decodingProblem(node: Node): InputError | undefined {
  return firstDecoding([...problemsIn(node)]);
}

function firstDecoding(problems: readonly Found[]): InputError | undefined {
  const decoding = problems.filter((problem) => !isOfJson(problem));
  return (decoding.find(({ error }) => !error.message.startsWith(atEnd)) ?? decoding[0])?.error;
}

function isOfJson({ error }: Found): boolean {
  return error.message.startsWith("json: ");
}

/** go-yaml stops at what it cannot decode and tells of all repeated keys at its end; encoding/json sees what is left, key by key. */
function firstProblem(problems: readonly Found[]): InputError | undefined {
  return firstDecoding(problems) ?? [...problems].sort((a, b) => comparePaths(a.path, b.path))[0]?.error;
}

const atEnd = "yaml: unmarshal errors";

interface Found {
  readonly error: InputError;
  /** Of the value, or of the map that has a key that is none. */
  readonly path: readonly string[];
}

function comparePaths(a: readonly string[], b: readonly string[]): number {
  const at = a.findIndex((step, index) => step !== b[index]);
  if (at < 0) return a.length - b.length;
  return at >= b.length ? 1 : compareBytes(a[at]!, b[at]!);
}

/** In the order in which they are written. */
function* problemsIn(node: Node, path: readonly string[] = []): Generator<Found> {
  const problemOf = (action: () => unknown): readonly Found[] => {
    try {
      action();
    } catch (error) {
      if (error instanceof InputError) return [{ error, path }];
    }
    return [];
  };
  if (isList(node))
    for (const [index, item] of node.entries()) yield* problemsIn(item, [...path, String(index).padStart(9, "0")]);
  else if (isMap(node)) {
    const flaws = flawsOf(node);
    const repeated = flaws.find(({ problem }) => problem.startsWith(atEnd));
    // The entries of such a map are not looked at.
    if (repeated !== undefined) return yield* problemOf(() => refuse(repeated));
    for (const key of Object.keys(node)) {
      for (const flaw of flaws) if (flaw.key === key) yield* problemOf(() => refuse(flaw));
      yield* problemsIn(node[key]!, [...path, key]);
    }
  } else if (node instanceof ScalarLiteral) yield* problemOf(() => literalValue(node));
}

function jsonOf(node: Node): Value {
  if (typeof node !== "object" || node === null) return node as Value;
  if (node instanceof ScalarLiteral) return literalValue(node);
  if (isList(node)) {
    let result: Value[] | undefined;
    for (let i = 0; i < node.length; i++) {
      const value = jsonOf(node[i]!);
      if (value !== node[i]) (result ??= [...(node as readonly Value[])])[i] = value;
    }
    return result ?? (node as unknown as Value);
  }
  const map = node as NodeMap;
  refuseFlaw(map);
  let result: { [key: string]: Value } | undefined;
  for (const key in map) {
    const child = map[key]!;
    if (typeof child !== "object" || child === null) continue;
    const value = jsonOf(child);
    if (value !== (child as unknown)) (result ??= { ...(map as unknown as { [key: string]: Value }) })[key] = value;
  }
  return result ?? (map as unknown as Value);
}

/** The original finds out when it prints. */
export function refuseFlaw(map: NodeMap): void {
  const [flaw] = flawsOf(map);
  if (flaw !== undefined) refuse(flaw);
}

function refuse(flaw: MapFlaw | UnfitScalar): never {
  const { problem, location } = flaw;
  const hint = "hint" in flaw && flaw.hint !== undefined ? { hint: flaw.hint } : {};
  throw kustomizeError("KUSTOMIZE_RESOURCE", problem, location.file === "" ? hint : { location, ...hint });
}

function literalValue(literal: ScalarLiteral): Value {
  if (literal instanceof AliasReference) return jsonOf(literal.target as Node);
  if (literal instanceof FoldedText) return literal.printed;
  if (literal instanceof TabbedText)
    throw kustomizeError("KUSTOMIZE_RESOURCE", "yaml: found a tab character where an indentation space is expected");
  if (literal instanceof UnfitScalar) refuse(literal);
  if (literal.tag === "!!str" || literal === EMPTY_IN_FLOW) return literal.text;
  const value = resolveOrThrow(literal);
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  throw kustomizeError("KUSTOMIZE_RESOURCE", `json: unsupported value: ${goNonFinite(value)}`);
}

function goNonFinite(value: number): string {
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

function resolveOrThrow(literal: ScalarLiteral): Value {
  try {
    return resolveScalar(literal);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw kustomizeError("KUSTOMIZE_RESOURCE", `yaml: ${reason}`, { cause: error });
  }
}

/** The node that JSON reads back as: numbers are floats, and a string that must be quoted is. */
export function fromJson(value: Value): Node {
  switch (typeof value) {
    case "string":
      return stringNode(value);
    case "number":
    case "bigint":
      return floatNode(Number(value));
    case "object":
      if (value === null) return null;
      return Array.isArray(value) ? value.map(fromJson) : mapFromJson(value as { readonly [key: string]: Value });
    default:
      return value;
  }
}

function mapFromJson(value: { readonly [key: string]: Value }): NodeMap {
  const result: { [key: string]: Node } = {};
  for (const key of Object.keys(value)) result[key] = fromJson(value[key]!);
  return result;
}

function floatNode(value: number): Node {
  const text = formatGoFloat(value);
  if (text === String(value)) return value;
  return new ScalarLiteral(resolveText(text, "kustomize").tag, text);
}

/** A string, quoted where go-yaml's printer would not write it plain. */
export function stringNode(text: string): Node {
  const { form } = chooseStyle(text, 3, false);
  if (form === "literal" && text.startsWith("\t")) return new TabbedText(text);
  return form === "plain" ? text : new ScalarLiteral("!!str", text);
}
