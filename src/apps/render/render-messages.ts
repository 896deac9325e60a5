import type { Location } from "../../core/errors.js";
import type { ValueObject } from "../../core/manifest/value.js";
import type { RenderResult } from "../../core/render/render-source.js";

/** What a worker is told; trees are asked for by their names. */
export interface RenderOrder {
  readonly source: ValueObject;
  readonly project?: string;
  readonly kustomizeBuildOptions?: string;
  /** Seed of charts' random functions. */
  readonly stableRandom?: string;
  readonly appName: string;
  readonly namespace: string;
  readonly kubeVersion: string;
  readonly apiVersions: readonly string[];
  readonly revision: string | undefined;
  readonly refs: readonly string[];
  readonly remotes: readonly string[];
}

/** A question about a tree; the worker stands still until it is answered. */
export interface TreeQuestion {
  readonly kind: "tree";
  readonly tree: string;
  readonly method: "read" | "list" | "kind" | "realPath";
  readonly path: string;
}

export type TreeAnswer = { readonly value: unknown } | { readonly error: PlainError };

export type RenderReply =
  /** `ms` without what the thread waited for answers: these come late where the main thread is busy. */
  | { readonly kind: "done"; readonly result: RenderResult; readonly ms: number }
  | { readonly kind: "failed"; readonly error: PlainError };

/** An error as it passes between threads. */
export interface PlainError {
  readonly kind: "input" | "external" | "invariant" | "other";
  readonly message: string;
  readonly code: string;
  readonly location?: Location | undefined;
  readonly hint?: string | undefined;
}
