import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import { applyFieldSpec } from "../filters/field-spec.js";
import { expandVariables, type VarValue } from "../filters/variables.js";
import type { VarArgs } from "../kustomization/fields.js";
import { kustomizeError } from "../model/errors.js";
import type { FieldSpec } from "../model/field-spec.js";
import { compareBytes, formatGvk, type Gvk, parseGroupVersion } from "../model/gvk.js";
import { effectiveNamespace } from "../model/res-id.js";
import type { ResMap } from "../model/res-map.js";
import type { Resource } from "../model/resource.js";
import { isList, isMap, isMissingOrNull, type Node, type Scalar, textOf } from "../nodes/node.js";
import { fieldError, lookup } from "../nodes/ops.js";
import { splitFieldPath } from "../nodes/paths.js";
import { YNode } from "../nodes/ynode.js";

/** A named value that other fields ask for as `$(NAME)`. */
export interface Var {
  readonly name: string;
  readonly target: Gvk & { readonly name: string; readonly namespace: string };
  /** "" stands for the name until vars are merged. */
  readonly fieldPath: string;
}

export type VarSet = ReadonlyMap<string, Var>;

export function readVar(args: VarArgs): Var {
  const { apiVersion = "", group = "", version = "", kind = "", name = "", namespace = "" } = args.objref ?? {};
  const parts = apiVersion.split("/");
  const gvk =
    apiVersion === "" || parts.length > 2
      ? { group, version, kind }
      : parts.length === 2
        ? { ...parseGroupVersion(apiVersion), kind }
        : { group, version: apiVersion, kind };
  return { name: args.name ?? "", target: { ...gvk, name, namespace }, fieldPath: args.fieldref?.fieldPath ?? "" };
}

/** Go's %v of vars as they are written: of an `apiVersion` nothing is seen yet. */
export function formatVarArgs(vars: readonly VarArgs[]): string {
  const texts = vars.map(({ name = "", objref = {}, fieldref }) => {
    const { group = "", version = "", kind = "" } = objref;
    return formatVar({ name, target: { group, version, kind, name: "", namespace: "" }, fieldPath: fieldref?.fieldPath ?? "" });
  });
  return `[${texts.join(" ")}]`;
}

/** Adds vars to a set; the same name twice is an error. */
export function mergeVars(vars: VarSet, incoming: Iterable<Var>): VarSet {
  const merged = new Map(vars);
  for (const variable of incoming) {
    if (merged.has(variable.name)) throw kustomizeError("KUSTOMIZE_FIELD", `var '${variable.name}' already encountered`);
    merged.set(variable.name, { ...variable, fieldPath: variable.fieldPath || "metadata.name" });
  }
  return merged;
}

/** Notes on the resources which vars read from them; a var that fits several is an error. */
export function markVarSources(map: ResMap, vars: readonly Var[]): void {
  for (const variable of vars) {
    const { target } = variable;
    const matches: number[] = [];
    map.resources.forEach((resource, position) => {
      if (!resource.isEmpty && resource.ids.some((id) => isTarget(id, target))) matches.push(position);
    });
    if (matches.length > 1)
      throw kustomizeError(
        "KUSTOMIZE_FIELD",
        `found ${matches.length} resId matches for var ${formatVar(variable)} (unable to disambiguate)`,
      );
    if (matches.length === 1) {
      const resource = map.at(matches[0]!);
      map.replaceAt(matches[0]!, resource.withRefVarNames([...resource.refVarNames, variable.name]));
    }
  }
}

function isTarget(id: Parameters<typeof effectiveNamespace>[0], target: Var["target"]): boolean {
  if (id.name !== target.name || id.kind !== target.kind || id.group !== target.group || id.version !== target.version)
    return false;
  return target.namespace === "" || effectiveNamespace(id) === (target.namespace === "default" ? "default" : target.namespace);
}

/** Go's %v of a var. */
export function formatVar({ name, target, fieldPath }: Var): string {
  return `{${name} ${formatGvk(target)} {${fieldPath}}}`;
}

/** Replaces `$(NAME)` at the field specs; tells which vars nothing asked for. */
export function resolveVars(map: ResMap, vars: VarSet, specs: readonly FieldSpec[], warn: (message: string) => void): void {
  const values = new Map<string, VarValue>();
  for (const variable of [...vars.values()].sort((a, b) => compareBytes(a.name, b.name)))
    values.set(variable.name, valueOfVar(map.resources, variable));
  if (values.size === 0) return;
  const used = new Set<string>();
  const edit = { set: (node: Node | undefined) => expand(node, values, used) };
  map.update((resource) => {
    let { value } = resource;
    for (const spec of specs) value = applyFieldSpec(value, spec, edit);
    return resource.with(value);
  });
  const unused = [...values.keys()].filter((name) => !used.has(name));
  if (unused.length > 0) warn(`well-defined vars that were never replaced: ${unused.join(",")}`);
}

function valueOfVar(resources: readonly Resource[], variable: Var): VarValue {
  const source = resources.find((resource) => resource.refVarNames.includes(variable.name));
  if (source === undefined)
    throw kustomizeError(
      "KUSTOMIZE_FIELD",
      `var '${formatVar(variable)}' cannot be mapped to a field in the set of known resources`,
    );
  const found = fieldValue(source, variable.fieldPath);
  if (found === undefined)
    throw kustomizeError(
      "KUSTOMIZE_FIELD",
      `field specified in var '${formatVar(variable)}' not found in corresponding resource`,
    );
  return found;
}

function fieldValue(resource: Resource, path: string): VarValue | undefined {
  let node: YNode | undefined;
  try {
    node = lookup(new YNode(resource.value), splitFieldPath(path).flatMap(splitIndex));
  } catch {
    return undefined;
  }
  if (node === undefined) return undefined;
  if (node.kind !== "scalar") return { kind: "collection" };
  switch (node.tag) {
    case "!!int":
      return /^[+-]?\d+$/.test(node.value) && Math.abs(Number(node.value)) < 2 ** 63
        ? { kind: "integer", text: BigInt(node.value).toString() }
        : undefined;
    case "!!float":
      return Number.isFinite(Number(node.value)) ? { kind: "float", value: Number(node.value) } : undefined;
    case "!!bool":
      return /^(?:true|false)$/i.test(node.value) ? { kind: "boolean", value: node.value.toLowerCase() === "true" } : undefined;
    default:
      return { kind: "text", text: node.value };
  }
}

/** `ports[0]` → `ports`, `0`. */
function splitIndex(part: string): string[] {
  const match = /^(.*)\[(\d+)\]$/.exec(part);
  if (!match) return [part];
  return match[1] === "" ? [match[2]!] : [match[1]!, match[2]!];
}

function expand(node: Node | undefined, values: ReadonlyMap<string, VarValue>, used: Set<string>): Node | undefined {
  if (isMissingOrNull(node)) return node;
  if (isList(node)) {
    const changed = node.map((item) => {
      if (!isString(item)) throw fieldError("invalid value type expect a string");
      return expandText(item, values, used);
    });
    return changed.some((item, index) => item !== node[index]) ? changed : node;
  }
  if (!isMap(node)) return isString(node) ? expandText(node, values, used) : node;
  let result: { [key: string]: Node } | undefined;
  for (const key of Object.keys(node)) {
    const child = node[key]!;
    if (!isString(child)) continue;
    const changed = expandText(child, values, used);
    if (changed !== child) (result ??= { ...node })[key] = changed;
  }
  return result ?? node;
}

function isString(node: Node): boolean {
  return typeof node === "string" || (node instanceof ScalarLiteral && node.tag === "!!str");
}

function expandText(node: Node, values: ReadonlyMap<string, VarValue>, used: Set<string>): Node {
  const text = textOf(node);
  if (!text.includes("$")) return node;
  return expandVariables(text, values, used) as Scalar;
}
