import { maxResources, tooLarge } from "./budget.js";
import { kustomizeError } from "./errors.js";
import { behaviorOf, mergeGenerated } from "./generated.js";
import { equalIds, formatId, formatIdVerbose, idKey, type ResId } from "./res-id.js";
import type { Resource } from "./resource.js";

/** The resources of an accumulation in their order, found by id without searching. */
export class ResMap {
  #list: Resource[];
  /** id key → positions; `current` of present ids, `any` of former ones too. Made when first asked for. */
  #current: Map<string, number[]> | undefined;
  #any: Map<string, number[]> | undefined;

  constructor(resources: readonly Resource[] = []) {
    this.#list = [...resources];
  }

  get resources(): readonly Resource[] {
    return this.#list;
  }

  get size(): number {
    return this.#list.length;
  }

  at(position: number): Resource {
    return this.#list[position]!;
  }

  replaceAt(position: number, resource: Resource): void {
    const before = this.#list[position]!;
    if (before === resource) return;
    this.#list[position] = resource;
    if (this.#current && before.curId !== resource.curId) this.#reindexCurrent(position, before, resource);
    if (this.#any && before.idKeys !== resource.idKeys) reindex(this.#any, position, before.idKeys, resource.idKeys);
  }

  #reindexCurrent(position: number, before: Resource, after: Resource): void {
    const key = before.curKey;
    const changed = after.curKey;
    if (key !== changed) reindex(this.#current!, position, [key], [changed]);
  }

  /** Replaces every resource by what `change` gives for it. */
  update(change: (resource: Resource, position: number) => Resource): void {
    for (let position = 0; position < this.#list.length; position++)
      this.replaceAt(position, change(this.#list[position]!, position));
  }

  setAll(resources: readonly Resource[]): void {
    this.#list = [...resources];
    this.#current = undefined;
    this.#any = undefined;
  }

  dropEmpty(): void {
    if (this.#list.some((resource) => resource.isEmpty)) this.setAll(this.#list.filter((resource) => !resource.isEmpty));
  }

  /** Adds one whose id must be new. */
  append(resource: Resource): void {
    const key = resource.curKey;
    if ((this.#byCurrent().get(key)?.length ?? 0) > 0) throw duplicate(resource);
    if (this.#list.length >= maxResources) throw tooLarge(`more than ${maxResources} resources`);
    const position = this.#list.push(resource) - 1;
    addPosition(this.#byCurrent(), key, position);
    if (this.#any) for (const anyKey of resource.idKeys) addPosition(this.#any, anyKey, position);
  }

  appendAll(resources: readonly Resource[]): void {
    for (const resource of resources) this.append(resource);
  }

  /** Throws when two have come to the same id, as adding them to an empty map would. */
  requireDistinct(): void {
    const index = this.#byCurrent();
    if (index.size === this.#list.length) return;
    const seen = new Set<string>();
    for (const resource of this.#list) {
      if (seen.has(resource.curKey)) throw duplicate(resource);
      seen.add(resource.curKey);
    }
  }

  positionsOfCurrent(id: ResId): readonly number[] {
    return this.#byCurrent().get(idKey(id)) ?? [];
  }

  /** Positions of those that have or had this id, in order. */
  positionsOfAny(id: ResId): readonly number[] {
    const positions = this.#byAny().get(idKey(id)) ?? [];
    const found = positions.filter((position) => !this.#list[position]!.isEmpty);
    return found.length > 1 ? found.sort((a, b) => a - b) : found;
  }

  /** The one that has or had this id. */
  positionById(id: ResId): number {
    const found = this.positionsOfAny(id);
    if (found.length === 1) return found[0]!;
    const problem = found.length > 1 ? "multiple matches" : "no matches";
    throw kustomizeError(
      "KUSTOMIZE_PATCH",
      `${problem} for Id ${formatId(id)}; failed to find unique target for patch ${formatId(id)}`,
    );
  }

  /** Adds what a generator made: new, or into the resource that its behavior names. */
  absorbAll(resources: readonly Resource[]): void {
    for (const resource of resources) this.#absorb(resource);
  }

  #absorb(resource: Resource): void {
    const id = resource.curId;
    const matches = this.positionsOfAny(id);
    const behavior = behaviorOf(resource.value);
    if (matches.length === 0) {
      if (behavior === "merge" || behavior === "replace")
        throw kustomizeError("KUSTOMIZE_GENERATOR", `id ${formatIdVerbose(id)} does not exist; cannot merge or replace`);
      this.append(resource);
      return;
    }
    if (matches.length > 1)
      throw kustomizeError(
        "KUSTOMIZE_GENERATOR",
        `found multiple objects [${matches.map((position) => formatId(this.at(position).curId)).join(" ")}] that could accept merge of ${formatId(id)}`,
      );
    if (behavior !== "merge" && behavior !== "replace")
      throw kustomizeError(
        "KUSTOMIZE_GENERATOR",
        `id ${formatIdVerbose(id)} exists; can not use behavior: '${behavior}', behavior must be merge or replace`,
      );
    const position = matches[0]!;
    const merged = mergeGenerated(resource, this.at(position), behavior);
    this.#replaceById(merged, position);
  }

  #replaceById(resource: Resource, expected: number): void {
    const positions = this.positionsOfCurrent(resource.curId);
    if (positions.length > 1) throw kustomizeError("KUSTOMIZE_GENERATOR", `in Replace: id matched ${positions.length} resources`);
    if (positions.length === 0)
      throw kustomizeError("KUSTOMIZE_GENERATOR", `cannot find resource with id ${formatId(resource.curId)} to replace`);
    if (positions[0] !== expected) throw kustomizeError("KUSTOMIZE_GENERATOR", "unexpected target index in replacement");
    this.replaceAt(expected, resource);
  }

  hasEqualCurrent(id: ResId): boolean {
    return this.#list.some((resource) => equalIds(resource.curId, id));
  }

  #byCurrent(): Map<string, number[]> {
    if (this.#current) return this.#current;
    const index = new Map<string, number[]>();
    this.#list.forEach((resource, position) => addPosition(index, resource.curKey, position));
    this.#current = index;
    return index;
  }

  #byAny(): Map<string, number[]> {
    if (this.#any) return this.#any;
    const index = new Map<string, number[]>();
    this.#list.forEach((resource, position) => {
      for (const key of resource.idKeys) addPosition(index, key, position);
    });
    this.#any = index;
    return index;
  }
}

function duplicate({ curId }: Resource): Error {
  return kustomizeError("KUSTOMIZE_DUPLICATE", `may not add resource with an already registered id: ${formatId(curId)}`);
}

function addPosition(index: Map<string, number[]>, key: string, position: number): void {
  const positions = index.get(key);
  if (positions) positions.push(position);
  else index.set(key, [position]);
}

function reindex(index: Map<string, number[]>, position: number, before: readonly string[], after: readonly string[]): void {
  for (const key of before) {
    if (after.includes(key)) continue;
    const positions = index.get(key);
    const at = positions?.indexOf(position) ?? -1;
    if (at >= 0) positions!.splice(at, 1);
  }
  for (const key of after) if (!before.includes(key)) addPosition(index, key, position);
}
