import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import { prefixError } from "../model/errors.js";
import type { FieldSpec } from "../model/field-spec.js";
import { parseGroupVersion } from "../model/gvk.js";
import { formatId } from "../model/res-id.js";
import {
  childOf,
  childText,
  isList,
  isMap,
  isMissingOrNull,
  isQuotedScalar,
  isScalar,
  type Node,
  type NodeMap,
  type Scalar,
  SharedText,
  tagOf,
  textOf,
  UntaggedScalar,
} from "../nodes/node.js";
import { fieldError, NodeKindError, requireNodeKind } from "../nodes/ops.js";
import { isListIndex, parseIndex, refuseProto, splitPath } from "../nodes/paths.js";
import { isNonStringInYaml11 } from "../nodes/resolve.js";
import { makeScalar, styleOf } from "../nodes/scalar.js";
import { YNode } from "../nodes/ynode.js";

/** What is done to a field that a spec leads to; undefined stands for a field that is being made. */
export interface FieldEdit {
  set(node: Node | undefined): Node | undefined;
  /** What the last field becomes where the spec says `create`; nothing is made without it. */
  readonly createKind?: "map" | "scalar";
  /** The tag of a null that becomes such a scalar; its text stays. */
  readonly createTag?: "!!str";
}

/** Changes the fields of `object` that the spec names, making them where it says so; gives the same object when nothing changed. */
export function applyFieldSpec(object: NodeMap, spec: FieldSpec, edit: FieldEdit): NodeMap {
  return isKindOf(object, spec) ? editField(object, spec, edit) : object;
}

/** The same whatever type the spec is for. */
export function editField(object: NodeMap, spec: FieldSpec, edit: FieldEdit): NodeMap {
  const steps = stepsOf(spec);
  const isCreating = spec.create && edit.createKind !== undefined;
  // Most specs lead nowhere in most objects: seen before anything is made for the walk.
  if (!isCreating && steps[0]!.isPlain && !Object.hasOwn(object, steps[0]!.name)) return object;
  try {
    return new Walk(steps, isCreating, edit).filter(object, 0) as NodeMap;
  } catch (error) {
    throw prefixError(error, `considering field '${spec.path}' of object ${formatId(bareId(object))}`);
  }
}

export function applyFieldSpecs(object: NodeMap, specs: readonly FieldSpec[], edit: FieldEdit): NodeMap {
  let result = object;
  if (hasSpecOfType(specs)) for (const spec of specs) result = applyFieldSpec(result, spec, edit);
  else for (const spec of specsFor(object, specs)) result = editField(result, spec, edit);
  return result;
}

const specsOfType = new WeakMap<readonly FieldSpec[], boolean>();

function hasSpecOfType(specs: readonly FieldSpec[]): boolean {
  const known = specsOfType.get(specs);
  if (known !== undefined) return known;
  const has = specs.some(isOfType);
  specsOfType.set(specs, has);
  return has;
}

/** Whether a spec leads to what other specs are chosen by. */
function isOfType(spec: FieldSpec): boolean {
  return spec.path === "kind" || spec.path === "apiVersion" || spec.path.startsWith("/");
}

const specsByType = new WeakMap<readonly FieldSpec[], Map<string, readonly FieldSpec[]>>();
const maxTypes = 1000;

/** Those of the specs that are for the type of the object. */
function specsFor(object: NodeMap, specs: readonly FieldSpec[]): readonly FieldSpec[] {
  if (specs.length < 4) return specs.filter((spec) => isKindOf(object, spec));
  const type = `${textOf(childOf(object, "kind"))}|${textOf(childOf(object, "apiVersion"))}`;
  let byType = specsByType.get(specs);
  if (byType === undefined) {
    byType = new Map();
    specsByType.set(specs, byType);
  }
  const known = byType.get(type);
  if (known) return known;
  const found = specs.filter((spec) => isKindOf(object, spec));
  if (byType.size >= maxTypes) byType.clear();
  byType.set(type, found);
  return found;
}

function isKindOf(object: NodeMap, spec: FieldSpec): boolean {
  if (spec.kind !== "" && spec.kind !== textOf(childOf(object, "kind"))) return false;
  if (spec.group === "" && spec.version === "") return true;
  const { group, version } = parseGroupVersion(textOf(childOf(object, "apiVersion")));
  return (spec.group === "" || spec.group === group) && (spec.version === "" || spec.version === version);
}

/** A part of a path; a plain one is nothing but the name of a field. */
interface Step {
  readonly part: string;
  readonly name: string;
  readonly isListMark: boolean;
  /** Leads to the map that it stands in. */
  readonly isSelf: boolean;
  readonly isPlain: boolean;
}

const stepsBySpec = new WeakMap<FieldSpec, readonly Step[]>();

function stepsOf(spec: FieldSpec): readonly Step[] {
  const known = stepsBySpec.get(spec);
  if (known) return known;
  const steps = splitPath(spec.path, "/").map(stepOf);
  stepsBySpec.set(spec, steps);
  return steps;
}

function stepOf(part: string): Step {
  const isListMark = part.endsWith("[]");
  const name = (isListMark ? part.slice(0, -2) : part).trim();
  refuseProto(name);
  // The original leaves out what has no text but spaces, where it looks a field up.
  const isSelf = name === "" && part.trim() !== part;
  const isOdd = name === "" || name === "*" || name === "-" || isListIndex(name) || parseIndex(name) !== undefined;
  return { part, name, isListMark, isSelf, isPlain: !isOdd };
}

/** The id as messages give it, without asking for its scope. */
function bareId(object: NodeMap): Parameters<typeof formatId>[0] {
  const metadata = childOf(object, "metadata");
  return {
    ...parseGroupVersion(textOf(childOf(object, "apiVersion"))),
    kind: textOf(childOf(object, "kind")),
    name: childText(metadata, "name"),
    namespace: childText(metadata, "namespace"),
    isClusterScoped: false,
  };
}

class Walk {
  readonly #steps: readonly Step[];
  readonly #isCreating: boolean;
  readonly #edit: FieldEdit;

  constructor(steps: readonly Step[], isCreating: boolean, edit: FieldEdit) {
    this.#steps = steps;
    this.#isCreating = isCreating;
    this.#edit = edit;
  }

  filter(node: Node | undefined, depth: number): Node | undefined {
    if (depth === this.#steps.length) return this.#edit.set(node);
    if (isMissingOrNull(node)) return node;
    if (isList(node)) return this.#list(node, depth);
    if (isMap(node)) return this.#map(node, depth);
    throw fieldError("expected sequence or mapping node");
  }

  #list(node: readonly Node[], depth: number): Node {
    let result: Node[] | undefined;
    try {
      for (let i = 0; i < node.length; i++) {
        const changed = this.filter(node[i], depth) as Node;
        if (changed === node[i]) continue;
        result ??= [...node];
        result[i] = changed;
      }
    } catch (error) {
      const parts = this.#steps.slice(depth).map(({ part }) => part);
      throw prefixError(error, `visit traversal on path: [${parts.join(" ")}]`);
    }
    return result ?? node;
  }

  #map(node: NodeMap, depth: number): Node {
    const { name, isListMark, isSelf, isPlain } = this.#steps[depth]!;
    if (isSelf) return this.filter(node, depth + 1) as Node;
    if (!isPlain) requireFieldName(node, name);
    const isCreating = this.#isCreating && !isListMark;
    const before = Object.hasOwn(node, name) ? node[name] : undefined;
    let field = before;
    if (field === undefined && !isCreating) return node;
    if (isMissingOrNull(field)) {
      if (isCreating)
        field = depth === this.#steps.length - 1 && this.#edit.createKind === "scalar" ? this.#scalarFor(field) : {};
      else if (isListMark) field = [];
    }
    const changed = this.filter(field, depth + 1);
    if (changed === before || changed === undefined) return node;
    return { ...node, [name]: changed };
  }

  #scalarFor(field: Node | undefined): Node | undefined {
    if (field === undefined) return undefined;
    return this.#edit.createTag === "!!str" ? textOf(field) : new UntaggedScalar("!!null", textOf(field));
  }
}

/** Numbers and the like mean positions in a list to the original. */
function requireFieldName(node: NodeMap, name: string): void {
  if (name === "") throw fieldError("cannot set or create an empty field name");
  if (name === "*") throw fieldError(`fieldName: ${name}: wildcard is not supported in PathGetter`);
  throw prefixError(new NodeKindError("list", new YNode(node)), `fieldName: ${name}`);
}

/** A scalar set over what is there: new tag and text, old style. */
export function overwriteScalar(node: Node | undefined, tag: string, text: string): Node {
  if (isMissingOrNull(node)) return makeScalar(tag, text);
  requireNodeKind(node, "scalar");
  if (typeof node === "string" && tag === "!!str") return node === text ? node : text;
  const style = styleOf(node);
  if (
    style.isQuoted &&
    tagOf(node as Scalar) === "!!str" &&
    (node as ScalarLiteral).text === text &&
    (tag === "" || tag === "!!str")
  )
    return node;
  return makeScalar(tag, text, style);
}

/**
 * Sets a string entry of a map; `made` hears of the map that has a new one, `touched` that something was set: also in a null, which never shows it, and
 * over an equal text.
 */
export function setEntry(
  key: string,
  entry: SharedText,
  made: (map: NodeMap) => void,
  touched: () => void,
): (node: Node | undefined) => Node | undefined {
  const { text } = entry;
  return (node) => {
    if (node === undefined) return node;
    if (isMissingOrNull(node)) {
      touched();
      return node;
    }
    // Without a name the original sets the text over what should be the map.
    if (key === "") return overwriteScalar(node, "!!str", text);
    requireNodeKind(node, "map");
    const before = childOf(node, key);
    // Two texts that steps set are one and the same to the original.
    if (!(before instanceof SharedText && before.text === text)) touched();
    if (before === undefined) {
      if (isNonStringInYaml11(text)) entry.isQuoted = true;
      const result = { ...(node as NodeMap), [key]: entry };
      made(result);
      return result;
    }
    entry.isQuoted = isQuotedScalar(before);
    if (isScalar(before) && textOf(before) === text && (entry.isQuoted || tagOf(before) === "!!str")) return node;
    return { ...(node as NodeMap), [key]: entry.isQuoted ? new ScalarLiteral("!!str", text) : text };
  };
}
