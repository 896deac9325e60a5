import type { ValueObject } from "../../manifest/value.js";
import type { Cluster } from "../clusters.js";
import type { ApplicationSet, GeneratorSpec } from "../model/application-set.js";
import type { AnswerOf, GeneratorNeed } from "../needs.js";
import type { ParamSet, Params } from "../params/params.js";
import type { TextRenderer } from "../template/text-renderer.js";

/** One kind of generator. */
export interface Generator {
  /** The parameter sets of `spec`. Throws `InputError` where the original reports an error. */
  generate(spec: ValueObject, run: GeneratorRun): readonly ParamSet[];
  /** How long until the source is looked at again; 0 where changes announce themselves. */
  requeueAfterSeconds(spec: ValueObject, defaults: RequeueDefaults): number;
}

export interface RequeueDefaults {
  /** git and clusterDecisionResource (Argo CD: 180, ARGOCD_APPLICATIONSET_CONTROLLER_REQUEUE_AFTER). */
  readonly requeueAfterSeconds: number;
}

/** What one generator may use while it runs. */
export interface GeneratorRun {
  readonly set: ApplicationSet;
  readonly settings: GeneratorSettings;
  readonly clusters: readonly Cluster[];
  /** Names of the AppProjects in the controller's namespace; undefined: not checked. */
  readonly projects: ReadonlySet<string> | undefined;
  readonly text: TextRenderer;
  /** Where this generator stands: `spec.generators[0].git`. */
  readonly path: string;
  /** The answer to a need; undefined when it is not there yet, and then the result of this run does not count. */
  ask<Kind extends GeneratorNeed["kind"]>(
    need: Extract<GeneratorNeed, { kind: Kind }>,
  ): { readonly value: AnswerOf[Kind] } | undefined;
  /** One element is bad: throws in compat mode (the generator fails), else keeps the finding and lets the others through. */
  elementFailed(error: unknown): void;
  /** Runs a child of matrix or merge. `over` are the parameters its own strings may use. */
  child(spec: GeneratorSpec, path: string, over: Params | undefined): readonly ParamSet[];
  /** Something computed once for one object, such as the parsed form of a file. */
  once<T>(key: object, compute: () => T): T;
}

export interface GeneratorSettings {
  /** Exactly as Argo CD 3.5.1: one bad element fails its generator, and what cannot nest does not. */
  readonly compat: boolean;
  /** Where cluster Secrets, AppProjects, ConfigMaps and plugin Secrets live. */
  readonly controllerNamespace: string;
  /** doublestar instead of git's own pathspecs. */
  readonly newGitFileGlobbing: boolean;
  readonly includeHiddenDirectories: boolean;
  readonly enableScmProviders: boolean;
  /** Allowed API URLs; empty: all. */
  readonly allowedScmProviders: readonly string[];
  /** Beyond the original: matrix of more than two children, and nesting to any depth. */
  readonly wideNesting: boolean;
}

export const defaultSettings: GeneratorSettings = {
  compat: false,
  controllerNamespace: "argocd",
  newGitFileGlobbing: false,
  includeHiddenDirectories: false,
  enableScmProviders: true,
  allowedScmProviders: [],
  wideNesting: false,
};
