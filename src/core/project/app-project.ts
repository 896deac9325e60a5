/** The part of an AppProject's spec that the rules read; fields as in `argoproj.io/v1alpha1`. */
export interface ProjectSpec {
  readonly sourceRepos?: readonly string[];
  readonly sourceNamespaces?: readonly string[];
  readonly destinations?: readonly ProjectDestination[];
  readonly permitOnlyProjectScopedClusters?: boolean;
  readonly clusterResourceWhitelist?: readonly ResourceRule[];
  readonly clusterResourceBlacklist?: readonly ResourceRule[];
  /** Absent: every kind; empty: none. */
  readonly namespaceResourceWhitelist?: readonly ResourceRule[] | null;
  readonly namespaceResourceBlacklist?: readonly ResourceRule[];
  readonly roles?: readonly ProjectRole[];
  readonly syncWindows?: readonly SyncWindow[];
  readonly orphanedResources?: OrphanedResources | null;
  readonly destinationServiceAccounts?: readonly {
    readonly server?: string;
    readonly namespace?: string;
    readonly defaultServiceAccount?: string;
  }[];
}

export interface AppProject {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: ProjectSpec;
}

export interface ProjectDestination {
  readonly server?: string;
  readonly name?: string;
  readonly namespace?: string;
}

export interface ResourceRule {
  readonly group?: string;
  readonly kind?: string;
  /** Only in rules of cluster-scoped kinds. */
  readonly name?: string;
}

export interface ProjectRole {
  readonly name: string;
  readonly policies?: readonly string[];
  readonly groups?: readonly string[];
}

export interface SyncWindow {
  readonly kind?: string;
  readonly schedule?: string;
  /** Go's duration, for example `1h30m`. */
  readonly duration?: string;
  readonly applications?: readonly string[];
  readonly namespaces?: readonly string[];
  readonly clusters?: readonly string[];
  readonly manualSync?: boolean;
  readonly timeZone?: string;
  readonly andOperator?: boolean;
  readonly description?: string;
  readonly syncOverrun?: boolean;
}

/** Objects in the project's namespaces that no Application has: looked for where this is given. */
export interface OrphanedResources {
  readonly warn?: boolean | null;
  readonly ignore?: readonly { readonly group?: string; readonly kind?: string; readonly name?: string }[] | null;
}
