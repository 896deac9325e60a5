import { formatResourceKey, type KubernetesObject, type ResourceKey, splitApiVersion } from "../../core/manifest/object.js";
import type { ComparedLive } from "../../engine/rooms/compare.js";
import type { ApiResource, ClusterPort } from "../../ports/cluster.js";

export interface LiveSnapshotOptions {
  readonly cluster: ClusterPort;
  readonly resources: readonly ApiResource[];
  readonly trackedApp: (object: KubernetesObject) => string;
}

const atOnce = 16;

/** Live objects read once, by name: all that a single comparison needs, without lists and watches. Objects come whole, with their owners. */
export class LiveSnapshot implements ComparedLive {
  private readonly byKey = new Map<string, KubernetesObject>();
  private readonly kinds = new Map<string, ApiResource>();
  readonly cluster: ClusterPort;
  /** `apps/v1` and `apps/v1/Deployment`, as charts ask for them. */
  readonly apiVersions: readonly string[];

  constructor(private readonly options: LiveSnapshotOptions) {
    this.cluster = options.cluster;
    const versions = new Set<string>();
    for (const resource of options.resources) {
      const apiVersion = apiVersionOf(resource);
      versions.add(apiVersion).add(`${apiVersion}/${resource.kind}`);
      const id = `${resource.group}/${resource.kind}`;
      // The first version of a group's kind is the server's preference.
      if (!this.kinds.has(id)) this.kinds.set(id, resource);
    }
    this.apiVersions = [...versions].sort();
  }

  /** Reads the objects of these keys; what is not there is left out. */
  async read(keys: Iterable<ResourceKey & { readonly apiVersion?: string }>): Promise<void> {
    const wanted = new Map([...keys].map((key) => [formatResourceKey(this.placed(key)), key]));
    const queue = [...wanted.values()];
    const worker = async (): Promise<void> => {
      for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
        const object = await this.load(key, key.apiVersion);
        if (object !== undefined) this.byKey.set(formatResourceKey(this.placed(key)), object);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
  }

  async need(): Promise<void> {}

  setWanted(): void {}

  isNamespaced(group: string, kind: string): boolean | undefined {
    return this.kinds.get(`${group}/${kind}`)?.namespaced;
  }

  objectsOf(app: string): readonly KubernetesObject[] {
    return [...this.byKey.values()].filter((object) => this.options.trackedApp(object) === app);
  }

  find(key: ResourceKey): KubernetesObject | undefined {
    return this.byKey.get(formatResourceKey(this.placed(key)));
  }

  async load(key: ResourceKey, apiVersion?: string): Promise<KubernetesObject | undefined> {
    const served = this.kinds.get(`${key.group}/${key.kind}`);
    if (served === undefined) return undefined;
    const { kind, namespace, name } = this.placed(key);
    const asked = apiVersion !== undefined && this.serves(apiVersion, kind) ? apiVersion : apiVersionOf(served);
    return await this.cluster.get({ apiVersion: asked, kind, name, ...(namespace === "" ? {} : { namespace }) });
  }

  private serves(apiVersion: string, kind: string): boolean {
    const { group, version } = splitApiVersion(apiVersion);
    return this.options.resources.some((one) => one.group === group && one.version === version && one.kind === kind);
  }

  private placed({ group, kind, namespace, name }: ResourceKey): ResourceKey {
    return { group, kind, name, namespace: this.isNamespaced(group, kind) === false ? "" : namespace };
  }
}

function apiVersionOf({ group, version }: ApiResource): string {
  return group === "" ? version : `${group}/${version}`;
}
