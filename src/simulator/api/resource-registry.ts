import { builtInResources } from "./built-in-resources.js";
import type { ResourceType } from "./resource-type.js";

/** The served resources of one cluster: the built-in ones, and those of its established CRDs. */
export class ResourceRegistry {
  private readonly byPath = new Map<string, ResourceType>();
  private readonly customByCrd = new Map<string, readonly ResourceType[]>();
  private storageTypes = new Map<string, ResourceType>();
  private storageTypesAt = 0;
  /** Grows with every change; discovery documents are cached by it. */
  revision = 1;

  constructor() {
    for (const type of builtInResources) this.byPath.set(pathKey(type.group, type.version, type.plural), type);
  }

  find(group: string, version: string, plural: string): ResourceType | undefined {
    return this.byPath.get(pathKey(group, version, plural));
  }

  findKind(group: string, version: string, kind: string): ResourceType | undefined {
    for (const type of this.byPath.values()) {
      if (type.kind === kind && type.group === group && type.version === version) return type;
    }
    return undefined;
  }

  /** The resource of a kind at any version, the first announced one. */
  findAnyVersion(group: string, kind: string): ResourceType | undefined {
    for (const type of this.byPath.values()) if (type.kind === kind && type.group === group) return type;
    return undefined;
  }

  all(): readonly ResourceType[] {
    return [...this.byPath.values()];
  }

  setCustom(crdName: string, types: readonly ResourceType[]): void {
    for (const old of this.customByCrd.get(crdName) ?? []) this.byPath.delete(pathKey(old.group, old.version, old.plural));
    for (const type of types) this.byPath.set(pathKey(type.group, type.version, type.plural), type);
    if (types.length > 0) this.customByCrd.set(crdName, types);
    else this.customByCrd.delete(crdName);
    this.revision += 1;
  }

  /** The first announced type of a storage. */
  ofStorage(storage: string): ResourceType | undefined {
    if (this.storageTypesAt !== this.revision) {
      this.storageTypes = new Map(this.storages().map((type) => [type.storage, type]));
      this.storageTypesAt = this.revision;
    }
    return this.storageTypes.get(storage);
  }

  /** One type a storage, so that each object is seen once. */
  storages(): readonly ResourceType[] {
    const seen = new Map<string, ResourceType>();
    for (const type of this.byPath.values()) {
      if (type.verbs.includes("list") && !seen.has(type.storage)) seen.set(type.storage, type);
    }
    return [...seen.values()];
  }
}

function pathKey(group: string, version: string, plural: string): string {
  return `${group}/${version}/${plural}`;
}
