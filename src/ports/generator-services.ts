import type { PluginRequest } from "../core/applicationset/index.js";
import type { Value } from "../core/manifest/value.js";
import type { ScmPort } from "./scm.js";

/** What generators ask of the world beside git and the control plane. */
export interface GeneratorServices {
  readonly scm: ScmPort;
  /** The parameter sets of a plug-in's answer. Failures are ExternalError or InputError. */
  readonly plugin: (request: PluginRequest) => Promise<readonly Value[]>;
}
