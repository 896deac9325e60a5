import type { ResMap } from "../model/res-map.js";
import type { Resource } from "../model/resource.js";
import type { Selection, Warning } from "../options.js";

/** What a transformer may know of the build around it. */
export interface TransformContext {
  /** Notes what changed nothing; the output is as the original's either way. */
  warn(warning: Warning): void;
  /** Tells how many resources the step's entry selects. */
  selected?(count: number, part?: Pick<Selection, "entry" | "target">): void;
  /**
   * Tells that the step sets something in this resource, if only to what it was. Of a validator the original takes that for a change, unless a step
   * had set the same before it.
   */
  touched?(resource: Resource, what: string): void;
}

/** One step of a build. A transformer is configured when it is made; applying it replaces resources, never changes one. */
export interface Transformer {
  /** The name in configuration files and messages. */
  readonly kind: string;
  /** The entry of the kustomization that it comes from, where it selects resources. */
  readonly entry?: Pick<Selection, "field" | "entry">;
  transform(map: ResMap, context: TransformContext): void;
}
