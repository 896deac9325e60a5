import { type KubernetesObject, splitApiVersion } from "../../core/manifest/object.js";
import { isObject, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import type {
  ApiResource,
  ClusterConnection,
  ClusterPort,
  ListOptions,
  ObjectRef,
  WatchEvent,
  WriteOptions,
} from "../../ports/cluster.js";
import { ClusterError } from "../../ports/cluster-error.js";
import { discoverResources } from "./discovery.js";
import type { WriteFence } from "./fence.js";
import { statusError } from "./status-error.js";
import { Transport } from "./transport.js";

export interface KubernetesClientOptions {
  /** Requests under way at once. */
  readonly connections?: number;
  readonly timeoutMs?: number;
  /** Silence after which a watch is ended; API servers send bookmarks about once a minute. */
  readonly watchIdleMs?: number;
  /** Spreads the ends of watches over time. */
  readonly random?: () => number;
  /** Least time between two discoveries for the sake of one unknown kind. */
  readonly rediscoverMs?: number;
  /** Says why no write may go out now. */
  readonly fence?: WriteFence;
  /** How requests name their sender, in the API server's audit log too. */
  readonly userAgent?: () => string;
}

const pageSize = 500;
const patchTypes = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
} as const;

/** A ClusterPort over HTTP. */
export function kubernetesClient(connection: ClusterConnection, options: KubernetesClientOptions = {}): ClusterPort {
  const timeoutMs = options.timeoutMs ?? 60_000;
  const random = options.random ?? Math.random;
  const transport = new Transport(connection, {
    connections: options.connections ?? 24,
    timeoutMs,
    ...(options.fence === undefined ? {} : { fence: options.fence }),
    ...(options.userAgent === undefined ? {} : { userAgent: options.userAgent }),
  });
  const discovery = cachedDiscovery(transport, options.rediscoverMs ?? 1000);
  return clientOver(transport, discovery, { random, idleMs: options.watchIdleMs ?? 180_000, user: undefined });
}

/** A client as one user, over connections and a knowledge of kinds that several share. */
function clientOver(
  transport: Transport,
  discovery: Discovery,
  options: { readonly random: () => number; readonly idleMs: number; readonly user: string | undefined },
): ClusterPort {
  const { random, idleMs, user } = options;
  const send: Transport["request"] = (method, path, request) =>
    transport.request(method, path, user === undefined ? request : { ...request, impersonate: user });
  const pathOf = async (ref: Omit<ObjectRef, "name">, name?: string, subresource?: string): Promise<string> => {
    const resource = await discovery.find(ref);
    const path = collectionPath(resource, ref.namespace);
    return name === undefined ? path : `${path}/${encodeURIComponent(name)}${subresource === undefined ? "" : `/${subresource}`}`;
  };
  const refOf = (object: KubernetesObject): ObjectRef => ({
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    ...(object.metadata.namespace === undefined ? {} : { namespace: object.metadata.namespace }),
  });

  return {
    discover: (refresh) => discovery.all(refresh === true),
    async version() {
      const text = stringAt(toObject(await send("GET", "/version")), "gitVersion");
      return text.replace(/[+].*$/, "");
    },
    async get(ref) {
      const path = await pathOf(ref, ref.name);
      return await send("GET", path).then(
        (body) => body as KubernetesObject,
        (error: unknown) => {
          if (error instanceof ClusterError && error.status === 404) return undefined;
          throw error;
        },
      );
    },
    list: (resource, listOptions) => listAll(send, resource, listOptions ?? {}),
    async *watch(resource, { namespace, labelSelector, resourceVersion, signal }) {
      const query = {
        watch: true,
        allowWatchBookmarks: true,
        resourceVersion,
        labelSelector,
        timeoutSeconds: Math.floor(240 + random() * 240),
      };
      for await (const line of transport.lines(collectionPath(resource, namespace), query, { signal, idleMs })) {
        const event = toWatchEvent(line);
        if (event !== undefined) yield event;
      }
    },
    async create(object, write) {
      const body = await send("POST", await pathOf(refOf(object)), { body: object, query: writeQuery(write) });
      return body as KubernetesObject;
    },
    async update(object, write) {
      const path = await pathOf(refOf(object), object.metadata.name, write?.subresource);
      return (await send("PUT", path, { body: object, query: writeQuery(write) })) as KubernetesObject;
    },
    async patch(ref, patch, write) {
      const path = await pathOf(ref, ref.name, write.subresource);
      const contentType = patchTypes[write.type];
      return (await send("PATCH", path, { body: patch, contentType, query: writeQuery(write) })) as KubernetesObject;
    },
    async apply(object, write) {
      const path = await pathOf(refOf(object), object.metadata.name, write.subresource);
      const query = { ...writeQuery(write), force: write.force };
      // JSON is YAML; only the media type says apply.
      return (await send("PATCH", path, {
        body: object,
        contentType: "application/apply-patch+yaml",
        query,
      })) as KubernetesObject;
    },
    async delete(ref, deleteOptions = {}) {
      const { dryRun, ...rest } = deleteOptions;
      const body = { apiVersion: "v1", kind: "DeleteOptions", ...rest, ...(dryRun === true ? { dryRun: ["All"] } : {}) };
      await send("DELETE", await pathOf(ref, ref.name), { body }).catch((error: unknown) => {
        if (!(error instanceof ClusterError && error.status === 404)) throw error;
      });
    },
    as: (other) => clientOver(transport, discovery, { ...options, user: other }),
    // Who acts as somebody else shares the connections of the one that it came from.
    close: () => (user === undefined ? transport.close() : Promise.resolve()),
  };
}

interface Discovery {
  all(refresh: boolean): Promise<readonly ApiResource[]>;
  find(ref: Omit<ObjectRef, "name">): Promise<ApiResource>;
}

function cachedDiscovery(transport: Transport, rediscoverMs: number): Discovery {
  let known: { readonly list: readonly ApiResource[]; readonly byKind: ReadonlyMap<string, ApiResource> } | undefined;
  let running: Promise<readonly ApiResource[]> | undefined;
  const misses = new Map<string, number>();
  const keyOf = (group: string, version: string, kind: string): string => `${group}/${version}/${kind}`;
  const load = async (): Promise<readonly ApiResource[]> => {
    const list = await discoverResources(transport);
    const byKind = new Map<string, ApiResource>();
    for (const resource of list) {
      const key = keyOf(resource.group, resource.version, resource.kind);
      if (!byKind.has(key)) byKind.set(key, resource);
    }
    known = { list, byKind };
    return list;
  };
  const refresh = (): Promise<readonly ApiResource[]> => {
    running ??= load().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    all: async (again) => (known === undefined || again ? await refresh() : known.list),
    async find({ apiVersion, kind }) {
      const { group, version } = splitApiVersion(apiVersion);
      const key = keyOf(group, version, kind);
      if (known === undefined) await refresh();
      else if (!known.byKind.has(key) && performance.now() - (misses.get(key) ?? Number.NEGATIVE_INFINITY) >= rediscoverMs) {
        await refresh();
        misses.set(key, performance.now());
      }
      const resource = known?.byKind.get(key);
      if (resource !== undefined) return resource;
      throw new ClusterError(`no matches for kind "${kind}" in version "${apiVersion}"`, {
        reason: "NoKindMatch",
        status: 404,
        hint: "is the CustomResourceDefinition installed on this cluster?",
      });
    },
  };
}

function collectionPath(resource: ApiResource, namespace: string | undefined): string {
  const root = resource.group === "" ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`;
  const scope = resource.namespaced && namespace ? `/namespaces/${encodeURIComponent(namespace)}` : "";
  return `${root}${scope}/${resource.resource}`;
}

async function listAll(
  send: Transport["request"],
  resource: ApiResource,
  options: ListOptions,
): Promise<{ readonly items: readonly KubernetesObject[]; readonly resourceVersion: string }> {
  const path = collectionPath(resource, options.namespace);
  const { labelSelector, fieldSelector } = options;
  let limit: number | undefined = options.limit ?? pageSize;
  for (;;) {
    const items: KubernetesObject[] = [];
    let next: string | undefined;
    try {
      for (;;) {
        const query = {
          labelSelector,
          fieldSelector,
          limit,
          continue: next,
          resourceVersion: next === undefined ? options.resourceVersion : undefined,
        };
        const page = toObject(await send("GET", path, { query }));
        const metadata = objectAt(page, "metadata");
        addItems(items, page, resource);
        next = stringAt(metadata, "continue") || undefined;
        if (next === undefined) return { items, resourceVersion: stringAt(metadata, "resourceVersion") };
      }
    } catch (error) {
      // A continue token that expired while paging: once more, in one piece.
      if (next === undefined || !(error instanceof ClusterError) || error.reason !== "Expired") throw error;
      limit = undefined;
    }
  }
}

/** List items of built-in kinds come without apiVersion and kind. */
function addItems(items: KubernetesObject[], page: ValueObject, resource: ApiResource): void {
  const found = page["items"];
  if (!Array.isArray(found)) return;
  const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
  for (const item of found as KubernetesObject[])
    items.push(item.kind === undefined || item.apiVersion === undefined ? { ...item, apiVersion, kind: resource.kind } : item);
}

function toWatchEvent(line: string): WatchEvent | undefined {
  let event: ValueObject;
  try {
    event = toObject(JSON.parse(line));
  } catch {
    return undefined;
  }
  const object = event["object"] as unknown as KubernetesObject;
  switch (event["type"]) {
    case "ADDED":
      return { kind: "added", object };
    case "MODIFIED":
      return { kind: "modified", object };
    case "DELETED":
      return { kind: "deleted", object };
    case "BOOKMARK":
      return { kind: "bookmark", resourceVersion: object.metadata.resourceVersion ?? "" };
    case "ERROR":
      throw statusError(500, object);
    default:
      return undefined;
  }
}

function writeQuery(options: WriteOptions | undefined): Record<string, string | undefined> {
  return {
    dryRun: options?.dryRun === true ? "All" : undefined,
    fieldManager: options?.fieldManager,
    fieldValidation: options?.fieldValidation,
  };
}

function toObject(value: unknown): ValueObject {
  return isObject(value) ? value : {};
}
