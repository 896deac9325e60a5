import type { ResMap } from "../model/res-map.js";
import type { Warning } from "../options.js";

/** What a transformer may know of the build around it. */
export interface TransformContext {
  /** Notes what changed nothing; the output is as the original's either way. */
  warn(warning: Warning): void;
}

/** One step of a build. A transformer is configured when it is made; applying it replaces resources, never changes one. */
export interface Transformer {
  /** The name in configuration files and messages. */
  readonly kind: string;
  transform(map: ResMap, context: TransformContext): void;
}
