import type { Value } from "../../manifest/value.js";
import { emitYaml } from "../../yaml/emit.js";
import { editField, type FieldEdit, overwriteScalar } from "../filters/field-spec.js";
import { kustomizeError, prefixError } from "../model/errors.js";
import type { NameReference } from "../model/field-spec.js";
import { apiVersionOf, type Gvk, isSelected } from "../model/gvk.js";
import { clusterNamespace, effectiveNamespace, formatId } from "../model/res-id.js";
import type { ResMap } from "../model/res-map.js";
import type { Resource } from "../model/resource.js";
import { decodingProblem, toJson } from "../nodes/json.js";
import { childOf, childText, isList, isMap, isMissingOrNull, isScalar, type Node, tagOf, textOf } from "../nodes/node.js";
import { fieldError } from "../nodes/ops.js";
import { madeUntagged } from "../nodes/scalar.js";
import { leadingReferences, type Reference } from "./reference-paths.js";

/** Gives every field that named a resource by a former name its present name. */
export function fixNameReferences(map: ResMap, references: readonly NameReference[]): void {
  const byKind = indexReferences(references);
  const referrals = new Referrals(map.resources);
  const before = map.resources;
  for (let position = 0; position < before.length; position++) {
    const resource = before[position]!;
    const wanted = byKind.referencesOf(resource.orgId);
    if (wanted.length === 0) continue;
    map.replaceAt(position, new Referrer(resource, referrals).fix(wanted));
  }
}

const indexes = new WeakMap<readonly NameReference[], ReferenceIndex>();

function indexReferences(references: readonly NameReference[]): ReferenceIndex {
  const known = indexes.get(references);
  if (known) return known;
  const index = new ReferenceIndex(references);
  indexes.set(references, index);
  return index;
}

/** The references that a resource may hold, by its type, in the order of the configuration. */
class ReferenceIndex {
  readonly #all: readonly Reference[];
  readonly #byType = new Map<string, readonly Reference[]>();

  constructor(references: readonly NameReference[]) {
    this.#all = references.flatMap((target) => target.referrers.map((spec) => ({ spec, target })));
  }

  referencesOf(type: Gvk): readonly Reference[] {
    const key = `${type.group}|${type.version}|${type.kind}`;
    const known = this.#byType.get(key);
    if (known) return known;
    const found = this.#all.filter(({ spec }) => isSelected(type, spec));
    if (this.#byType.size >= maxTypes) this.#byType.clear();
    this.#byType.set(key, found);
    return found;
  }
}

const maxTypes = 1000;

/** The resources that may be referred to, by every name they had. */
class Referrals {
  readonly #byFormerName = new Map<string, Resource[]>();
  readonly #byOriginalNamespace = new Map<string, Resource[]>();
  readonly resources: readonly Resource[];

  constructor(resources: readonly Resource[]) {
    this.resources = resources;
    for (const resource of resources) {
      const names = new Set(resource.prevIds.map((id) => id.name));
      for (const name of names) push(this.#byFormerName, name, resource);
    }
  }

  named(name: string): readonly Resource[] {
    return this.#byFormerName.get(name) ?? [];
  }

  /** Whether one that had this name has another now; a reference to any other name stays as it is. */
  hasRenamed(name: string): boolean {
    return this.named(name).some((resource) => resource.name !== name);
  }

  originallyIn(namespace: string): readonly Resource[] {
    if (this.#byOriginalNamespace.size === 0)
      for (const resource of this.resources) push(this.#byOriginalNamespace, effectiveNamespace(resource.orgId), resource);
    return namespace === clusterNamespace ? [] : (this.#byOriginalNamespace.get(namespace) ?? []);
  }
}

function push(index: Map<string, Resource[]>, key: string, resource: Resource): void {
  const list = index.get(key);
  if (list) list.push(resource);
  else index.set(key, [resource]);
}

/** An apiVersion such as `/v1` does not read back as what was read from it, and neither does a null that was written out, there or as the kind. */
function requirePlainType({ value, curId }: Resource): void {
  requireWritten("APIVersion", childText(value, "apiVersion"), apiVersionOf(curId));
  requireWritten("Kind", childText(value, "kind"), curId.kind);
}

function requireWritten(field: string, written: string, wanted: string): void {
  if (written !== wanted) throw fieldError(`node-referrerOriginal '${field}' mismatch '${written}' != '${wanted}'`);
}

class Referrer {
  #resource: Resource;
  readonly #referrals: Referrals;
  readonly #roleBindingNamespaces: ReadonlySet<string>;
  #reference!: Reference;
  readonly #edit: FieldEdit = { set: (node) => this.#set(node) };

  constructor(resource: Resource, referrals: Referrals) {
    this.#resource = resource;
    this.#referrals = referrals;
    this.#roleBindingNamespaces = resource.curId.isClusterScoped ? new Set() : namespacesOfSubjects(resource);
  }

  fix(references: readonly Reference[]): Resource {
    requirePlainType(this.#resource);
    let walked = this.#resource.value;
    let leading = this.#leading(references);
    for (const reference of references) {
      if (this.#resource.value !== walked) {
        walked = this.#resource.value;
        leading = this.#leading(references);
      }
      if (!leading.has(reference)) continue;
      this.#reference = reference;
      try {
        this.#resource = this.#resource.with(editField(this.#resource.value, reference.spec, this.#edit));
      } catch (error) {
        throw prefixError(
          error,
          `updating name reference in '${reference.spec.path}' field of '${formatId(this.#resource.curId)}'`,
        );
      }
    }
    return this.#resource;
  }

  /** A walk of all paths at once says which of them lead to what may change. */
  #leading(references: readonly Reference[]): ReadonlySet<Reference> {
    return leadingReferences(this.#resource.value, references, (text) => this.#referrals.hasRenamed(text));
  }

  #set(node: Node | undefined): Node | undefined {
    if (isMissingOrNull(node)) return node;
    if (!isList(node)) return isMap(node) ? this.#setMap(node) : this.#setScalar(node);
    const changed = node.map((item) => {
      if (isMissingOrNull(item)) return item;
      if (isList(item)) throw fieldError("a list in a list is expected to be either a string or a map of string");
      return isMap(item) ? this.#setMap(item) : this.#setScalar(item);
    });
    return changed.some((item, index) => item !== node[index]) ? changed : node;
  }

  #setScalar(node: Node): Node {
    const before = textOf(node);
    const candidates = this.#candidates(before);
    const referral = this.#select(candidates, (a, b) => a.name === b.name);
    return referral === undefined || referral.name === before ? node : overwriteScalar(node, "", referral.name);
  }

  #setMap(node: { readonly [key: string]: Node }): Node {
    const name = childOf(node, "name");
    if (name === undefined) throw fieldError("path config error; no 'name' field in node");
    const before = textOf(name);
    const candidates = this.#inNamespaceOf(node, this.#candidates(before));
    const isSame = (a: Resource, b: Resource): boolean => a.name === b.name && a.namespace === b.namespace;
    const referral = this.#select(candidates, isSame);
    if (referral === undefined || (referral.name === before && referral.namespace === "")) return node;
    const renamed = { ...node, name: overwriteEntry(name, referral.name) };
    if (referral.namespace === "") return renamed;
    return { ...renamed, namespace: overwriteEntry(childOf(node, "namespace"), referral.namespace) };
  }

  /** Those that had the name and that this resource may refer to at all. */
  #candidates(name: string): readonly Resource[] {
    return this.#referrals.named(name).filter((candidate) => this.#isReachable(candidate));
  }

  #isReachable(candidate: Resource): boolean {
    const referrer = this.#resource.curId;
    const { curId } = candidate;
    if (referrer.isClusterScoped || curId.isClusterScoped) return true;
    return effectiveNamespace(curId) === effectiveNamespace(referrer) || this.#roleBindingNamespaces.has(candidate.namespace);
  }

  /** A `namespace` beside the name picks by original namespace where any candidate has it, else by present namespace. */
  #inNamespaceOf(node: Node, candidates: readonly Resource[]): readonly Resource[] {
    const named = childOf(node, "namespace");
    if (named === undefined) return candidates;
    const namespace = textOf(named);
    const hasOriginal = this.#referrals.originallyIn(namespace).some((resource) => this.#isReachable(resource));
    return candidates.filter((candidate) => effectiveNamespace(hasOriginal ? candidate.orgId : candidate.curId) === namespace);
  }

  #select(given: readonly Resource[], isSame: (a: Resource, b: Resource) => boolean): Resource | undefined {
    const { target, spec } = this.#reference;
    const roleRef = spec.path.endsWith("roleRef/name") ? roleRefOf(this.#resource) : undefined;
    const referrer = this.#resource.curId;
    let candidates = given.filter((candidate) => candidate.prevIds.some((id) => isSelected(id, target)));
    if (roleRef) candidates = candidates.filter((candidate) => candidate.prevIds.some((id) => isSelected(id, roleRef)));
    if (!referrer.isClusterScoped)
      candidates = candidates.filter(
        ({ curId, kind }) =>
          curId.isClusterScoped || kind === "ServiceAccount" || effectiveNamespace(curId) === effectiveNamespace(referrer),
      );
    if (candidates.length === 1) return candidates[0];
    candidates = candidates.filter((candidate) => affixesMatch(candidate, this.#resource, true));
    if (candidates.length > 1) candidates = candidates.filter((candidate) => affixesMatch(candidate, this.#resource, false));
    const [first] = candidates;
    if (first === undefined || candidates.every((candidate) => candidate === first || isSame(first, candidate))) return first;
    throw kustomizeError("KUSTOMIZE_REFERENCE", ambiguity(this.#resource, candidates));
  }
}

function overwriteEntry(before: Node | undefined, text: string): Node {
  if (before === undefined) return madeUntagged(text);
  return isMap(before) || isList(before) ? overwriteScalar(undefined, "", text) : overwriteScalar(before, "", text);
}

function affixesMatch(a: Resource, b: Resource, isEmptyAllowed: boolean): boolean {
  const matches = (x: readonly string[], y: readonly string[]): boolean =>
    (isEmptyAllowed && (x.length === 0 || y.length === 0)) || sameEnding(x, y);
  return matches(a.prefixes, b.prefixes) && matches(a.suffixes, b.suffixes);
}

function sameEnding(a: readonly string[], b: readonly string[]): boolean {
  const [short, long] = a.length > b.length ? [b, a] : [a, b];
  const difference = long.length - short.length;
  if (short.length === 0) return difference === 0;
  return short.every((text, index) => text === long[index + difference]);
}

function roleRefOf(resource: Resource): { readonly group: string; readonly kind: string } | undefined {
  const roleRef = childOf(resource.value, "roleRef");
  const group = childOf(roleRef, "apiGroup");
  const kind = childOf(roleRef, "kind");
  return group === undefined || kind === undefined ? undefined : { group: textOf(group), kind: textOf(kind) };
}

const notTexts = new Set(["!!int", "!!float", "!!bool", "!!null", "!!timestamp"]);

/** The namespaces of the service accounts that a role binding names. */
function namespacesOfSubjects(resource: Resource): ReadonlySet<string> {
  const namespaces = new Set<string>();
  if (resource.kind !== "RoleBinding") return namespaces;
  const subjects = childOf(resource.value, "subjects");
  if (!isList(subjects) || decodingProblem(subjects) !== undefined) return namespaces;
  for (const subject of subjects) {
    const namespace = childOf(subject, "namespace");
    if (namespace === undefined || textOf(childOf(subject, "kind")) !== "ServiceAccount") continue;
    if (!isScalar(namespace) || notTexts.has(tagOf(namespace)))
      throw kustomizeError(
        "KUSTOMIZE_REFERENCE",
        `Invalid Input: namespace is blank for resource "${formatId(resource.curId)}"\n`,
      );
    namespaces.add(textOf(namespace));
  }
  return namespaces;
}

function ambiguity(referrer: Resource, candidates: readonly Resource[]): string {
  const yaml = (resource: Resource): string => emitYaml(toJson(resource.value) as Value, { style: "kustomize" });
  const ids = candidates.map((candidate) => formatId(candidate.curId)).join(", ");
  const details = candidates.map((candidate, index) => `--- possible referral ${index}:\n${yaml(candidate)}\n`).join("");
  return `found multiple possible referrals: ${ids}\n\n**** Too many possible referral targets to referrer:\n${yaml(referrer)}\n${details}`;
}
