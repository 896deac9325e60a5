import type { KubernetesObject } from "../core/manifest/object.js";

/** How to reach one API server. */
export interface ClusterConnection {
  readonly server: string;
  readonly caData?: string;
  readonly insecure?: boolean;
  readonly tlsServerName?: string;
  readonly bearerToken?: string;
  readonly username?: string;
  readonly password?: string;
  readonly clientCertData?: string;
  readonly clientKeyData?: string;
  /** Produces fresh request headers, for exec plug-ins and rotating token files. */
  readonly headers?: () => Promise<Readonly<Record<string, string>>>;
  readonly impersonate?: string;
  readonly proxyUrl?: string;
}

/** One resource of API discovery (subresources left out). */
export interface ApiResource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  /** Plural, as in the URL. */
  readonly resource: string;
  readonly namespaced: boolean;
  readonly verbs: readonly string[];
}

export interface ObjectRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

export interface ListOptions {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  /** Page size; pages are followed to the end. */
  readonly limit?: number;
  readonly resourceVersion?: string;
}

export type WatchEvent =
  | { readonly kind: "added" | "modified" | "deleted"; readonly object: KubernetesObject }
  | { readonly kind: "bookmark"; readonly resourceVersion: string };

export interface WriteOptions {
  readonly dryRun?: boolean;
  readonly fieldManager?: string;
  readonly fieldValidation?: "Ignore" | "Warn" | "Strict";
}

export interface ApplyOptions extends WriteOptions {
  readonly fieldManager: string;
  readonly force?: boolean;
}

export interface DeleteOptions {
  readonly propagationPolicy?: "Foreground" | "Background" | "Orphan";
  readonly gracePeriodSeconds?: number;
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string };
  readonly dryRun?: boolean;
}

/**
 * One API server. Failures are `ClusterError`s. Objects come back as plain values, integers beyond 2^53 as bigints.
 * Nothing here knows which kind of server answers.
 */
export interface ClusterPort {
  /** All resources that can be listed; cached, `refresh` asks again. */
  discover(refresh?: boolean): Promise<readonly ApiResource[]>;
  /** `v1.35.4` without build metadata. */
  version(): Promise<string>;
  get(ref: ObjectRef): Promise<KubernetesObject | undefined>;
  list(
    resource: ApiResource,
    options?: ListOptions,
  ): Promise<{ readonly items: readonly KubernetesObject[]; readonly resourceVersion: string }>;
  /** Events after `resourceVersion`, until the signal or the server ends it. A version that is too old throws ClusterError reason "Expired". */
  watch(
    resource: ApiResource,
    options: {
      readonly namespace?: string;
      readonly labelSelector?: string;
      readonly resourceVersion: string;
      readonly signal: AbortSignal;
    },
  ): AsyncIterable<WatchEvent>;
  create(object: KubernetesObject, options?: WriteOptions): Promise<KubernetesObject>;
  /** PUT; a stale resourceVersion throws reason "Conflict". */
  update(object: KubernetesObject, options?: WriteOptions & { readonly subresource?: "status" }): Promise<KubernetesObject>;
  patch(
    ref: ObjectRef,
    patch: unknown,
    options: WriteOptions & { readonly type: "merge" | "json" | "strategic"; readonly subresource?: "status" | "scale" },
  ): Promise<KubernetesObject>;
  /** Server-side apply. */
  apply(object: KubernetesObject, options: ApplyOptions & { readonly subresource?: "status" }): Promise<KubernetesObject>;
  delete(ref: ObjectRef, options?: DeleteOptions): Promise<void>;
  /** The same server, acting as another user (`Impersonate-User`); closed with this one. */
  as(user: string): ClusterPort;
  /** Closes connections; running watches end. */
  close(): Promise<void>;
}
