import type { Origin, Params } from "../applicationset/index.js";
import type { FleetwrightError } from "../errors.js";
import type { KubernetesObject } from "../manifest/object.js";
import type { ValueObject } from "../manifest/value.js";
import type { ReadSet } from "../render/recording-tree.js";

/** Where an Application comes from. */
export type ApplicationOrigin =
  | { readonly kind: "file"; readonly file: string; readonly document: number }
  | {
      readonly kind: "applicationSet";
      readonly applicationSet: string;
      readonly file: string;
      readonly generator: string;
      readonly params: Params;
      readonly origins: readonly Origin[];
    };

/** One render: equal keys and an unchanged read-set give the very same object. */
export interface FleetRender {
  readonly manifests: readonly KubernetesObject[];
  readonly warnings: readonly string[];
  /** Then there are no manifests. */
  readonly error?: FleetwrightError;
  readonly readSet: ReadSet;
}

export interface FleetApplication {
  /** `namespace/name`. */
  readonly key: string;
  readonly name: string;
  readonly namespace: string;
  readonly metadata: ValueObject;
  readonly spec: ValueObject;
  readonly origin: ApplicationOrigin;
  readonly render: FleetRender;
}

export interface FleetApplicationSet {
  readonly key: string;
  readonly file: string;
  readonly document: number;
  readonly manifest: ValueObject;
  readonly applications: readonly string[];
  readonly errors: readonly FleetwrightError[];
  readonly readSet: ReadSet;
}

/** A finding that is about no single Application: a file that cannot be read, a name that two have. */
export interface FleetProblem {
  readonly error: FleetwrightError;
  /** A file that may hold sets and Applications, and cannot be read. */
  readonly unreadable?: string;
}

/** The fleet at one tree. */
export interface FleetState {
  readonly applications: ReadonlyMap<string, FleetApplication>;
  readonly applicationSets: ReadonlyMap<string, FleetApplicationSet>;
  readonly problems: readonly FleetProblem[];
  /** Name of a cluster → the file that holds it. */
  readonly clusterFiles: ReadonlyMap<string, string>;
}

/** Renders one Application's manifests from a tree that records. Throws InputError. */
export type RenderApplication = (
  application: { readonly metadata: ValueObject; readonly spec: ValueObject },
  tree: FileTreeFor,
  kustomizeBuildOptions?: string,
) => {
  readonly manifests: readonly KubernetesObject[];
  readonly warnings: readonly string[];
};

/** The tree of a source: the checkout's for its own repository, another one or a chart that is at hand, else undefined. Throws why it cannot be had. */
export type FileTreeFor = (
  repoURL: string,
  revision: string,
  chart?: string,
) => import("../render/file-tree.js").FileTree | undefined;
