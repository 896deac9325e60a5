import type { KustomizeOptions } from "#src/core/kustomize/index.js";

/** What both sides build: paths and texts below a root, with the flags of `kustomize build`. */
export interface BuildCase {
  readonly files: Readonly<Record<string, string>>;
  /** path → base64 */
  readonly binaryFiles?: Readonly<Record<string, string>>;
  readonly symlinks?: Readonly<Record<string, string>>;
  readonly dirs?: readonly string[];
  /** "" is the root. */
  readonly target: string;
  readonly options?: BuildFlags;
}

export type BuildFlags = Pick<
  KustomizeOptions,
  "reorder" | "loadRestrictions" | "enableHelm" | "helmKubeVersion" | "helmApiVersions" | "managedByLabel" | "enableAlphaPlugins"
>;

/** What a build printed, or why it failed; `deprecations` in the order they were printed. */
export type Outcome =
  | { readonly kind: "built"; readonly output: string; readonly deprecations: readonly string[] }
  | { readonly kind: "failed"; readonly error: string };
