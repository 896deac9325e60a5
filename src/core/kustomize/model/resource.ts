import { withAliasesUpdated } from "../nodes/aliases.js";
import { childOf, childText, isMap, isMissingOrNull, isNilOrEmpty, type Node, type NodeMap, textOf } from "../nodes/node.js";
import { noteRebuilt } from "../nodes/rebuilt.js";
import { annotation, buildAnnotations } from "./annotations.js";
import { parseGroupVersion } from "./gvk.js";
import { effectiveNamespace, idKey, type ResId } from "./res-id.js";
import type { Schemas } from "./schema.js";

export const idParts = ["kind", "name", "namespace"] as const;
export type IdPart = (typeof idParts)[number];

interface Traits {
  /** Some of its texts stand in several places as one. */
  readonly isAliased: boolean;
  readonly untagged: readonly IdPart[];
}

const plain: Traits = { isAliased: false, untagged: [] };

interface History {
  readonly ids: readonly ResId[];
  readonly isWhole: boolean;
}

const noHistory: History = { ids: [], isWhole: true };

/**
 * A resource under way, immutable. Its history (former names, prefixes and so on) is in annotations of the value itself, as
 * in the original, because patches see those.
 */
export class Resource {
  readonly value: NodeMap;
  /** Names of the vars that read from it. */
  readonly refVarNames: readonly string[];
  readonly #schemas: Schemas;
  readonly #traits: Traits;
  #curId: ResId | undefined;
  #history: History | undefined;
  #curKey: string | undefined;
  #keys: readonly string[] | undefined;

  constructor(value: NodeMap, schemas: Schemas, refVarNames: readonly string[] = [], traits: Traits = plain) {
    this.value = value;
    this.#schemas = schemas;
    this.refVarNames = refVarNames;
    this.#traits = traits;
  }

  /** The same resource with another value. */
  with(value: Node): Resource {
    if (value === this.value) return this;
    const whole = this.#traits.isAliased ? withAliasesUpdated(this.value, value) : value;
    const after = (isMap(whole) ? whole : {}) as NodeMap;
    const hasSameIds = haveSameIds(this.value, after);
    const changed = new Resource(after, this.#schemas, this.refVarNames, hasSameIds ? this.#traits : this.#traitsOf(after));
    if (hasSameIds) changed.#takeIdsOf(this);
    return changed;
  }

  /** The same resource rebuilt: nothing in it is one with anything else any more. */
  withRebuilt(value: NodeMap): Resource {
    noteRebuilt(value);
    return new Resource(value, this.#schemas, this.refVarNames);
  }

  withAliases(): Resource {
    return this.#traits.isAliased ? this : this.#copy(this.refVarNames, { ...this.#traits, isAliased: true });
  }

  withRefVarNames(names: readonly string[]): Resource {
    return this.#copy(names, this.#traits);
  }

  /** These parts of its id have no tag from now on, until something else is set over them. */
  withUntagged(parts: readonly IdPart[]): Resource {
    return this.#copy(this.refVarNames, { ...this.#traits, untagged: parts });
  }

  /** Parts of its id that a step set without a tag: whatever text is set over one of them decides what it is. */
  get untagged(): readonly IdPart[] {
    return this.#traits.untagged;
  }

  #copy(refVarNames: readonly string[], traits: Traits): Resource {
    const copy = new Resource(this.value, this.#schemas, refVarNames, traits);
    copy.#takeIdsOf(this);
    return copy;
  }

  #takeIdsOf(other: Resource): void {
    this.#curId = other.#curId;
    this.#curKey = other.#curKey;
    this.#history = other.#history;
    this.#keys = other.#keys;
  }

  #traitsOf(after: NodeMap): Traits {
    const { isAliased, untagged } = this.#traits;
    if (untagged.length === 0) return this.#traits;
    return { isAliased, untagged: untagged.filter((part) => idPart(after, part) === idPart(this.value, part)) };
  }

  get schemas(): Schemas {
    return this.#schemas;
  }

  get kind(): string {
    return fieldText(this.value, "kind");
  }

  get apiVersion(): string {
    return fieldText(this.value, "apiVersion");
  }

  get name(): string {
    return metaText(this.value, "name");
  }

  get namespace(): string {
    return metaText(this.value, "namespace");
  }

  get isEmpty(): boolean {
    return isNilOrEmpty(this.value);
  }

  /** The id it has now. */
  get curId(): ResId {
    if (this.#curId) return this.#curId;
    const { apiVersion, kind } = this;
    const { group, version } = parseGroupVersion(apiVersion);
    const isClusterScoped = this.#schemas.isClusterScoped(apiVersion, kind);
    this.#curId = { group, version, kind, name: this.name, namespace: this.namespace, isClusterScoped };
    return this.#curId;
  }

  /** Key of the id it has now. */
  get curKey(): string {
    this.#curKey ??= idKey(this.curId);
    return this.#curKey;
  }

  /** The ids it had, oldest first; they share the current group and version. */
  get prevIds(): readonly ResId[] {
    return this.#pastIds.ids;
  }

  /** Whether earlier names, namespaces and kinds belong together; a name that a patch took away was not noted. */
  get hasWholeHistory(): boolean {
    return this.#pastIds.isWhole;
  }

  get #pastIds(): History {
    this.#history ??= readHistory(this.value, this.apiVersion);
    return this.#history;
  }

  /** The first id it ever had. */
  get orgId(): ResId {
    return this.prevIds[0] ?? this.curId;
  }

  get ids(): readonly ResId[] {
    return this.prevIds.length === 0 ? [this.curId] : [...this.prevIds, this.curId];
  }

  /** Keys of all its ids, each once. */
  get idKeys(): readonly string[] {
    this.#keys ??= this.prevIds.length === 0 ? [this.curKey] : [...new Set([...this.prevIds.map(idKey), this.curKey])];
    return this.#keys;
  }

  get prefixes(): readonly string[] {
    return csv(this.value, buildAnnotations.prefixes);
  }

  get suffixes(): readonly string[] {
    return csv(this.value, buildAnnotations.suffixes);
  }

  get effectiveNamespace(): string {
    return effectiveNamespace(this.curId);
  }
}

const idAnnotations = [buildAnnotations.previousNames, buildAnnotations.previousNamespaces, buildAnnotations.previousKinds];

export function idPart(value: NodeMap, part: IdPart): Node | undefined {
  return childOf(part === "kind" ? value : value["metadata"], part);
}

/** Whether nothing that ids are made of differs; the same parts are the same objects. */
function haveSameIds(before: NodeMap, after: NodeMap): boolean {
  if (before["kind"] !== after["kind"] || before["apiVersion"] !== after["apiVersion"]) return false;
  const [a, b] = [before["metadata"], after["metadata"]];
  if (a === b) return true;
  if (!isMap(a) || !isMap(b) || a["name"] !== b["name"] || a["namespace"] !== b["namespace"]) return false;
  const [left, right] = [a["annotations"], b["annotations"]];
  if (left === right) return true;
  return idAnnotations.every((key) => childOf(left, key) === childOf(right, key));
}

/** The text of a field at the root: of a collection or null, what the scalar says. */
function fieldText(value: NodeMap, name: string): string {
  return textOf(childOf(value, name));
}

function metaText(value: NodeMap, name: string): string {
  const metadata = childOf(value, "metadata");
  return isMissingOrNull(metadata) ? "" : childText(metadata, name);
}

function csv(value: NodeMap, key: string): readonly string[] {
  const text = annotation(value, key);
  return text === undefined ? [] : text.split(",");
}

function readHistory(value: NodeMap, apiVersion: string): History {
  const names = csv(value, buildAnnotations.previousNames);
  if (names.length === 0) return noHistory;
  // Of what was not noted the original counts one empty text.
  const noted = (key: string): readonly string[] => (annotation(value, key) ?? "").split(",");
  const namespaces = noted(buildAnnotations.previousNamespaces);
  const kinds = noted(buildAnnotations.previousKinds);
  const { group, version } = parseGroupVersion(apiVersion);
  const ids = names.map((name, index) => ({
    group,
    version,
    kind: kinds[index] ?? "",
    name,
    namespace: namespaces[index] ?? "",
    isClusterScoped: false,
  }));
  return { ids, isWhole: namespaces.length === names.length && kinds.length === names.length };
}
