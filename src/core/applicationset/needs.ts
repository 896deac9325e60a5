import type { Value, ValueObject } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";

/** What a generator has to know and core cannot: asked for as a value, answered by the engine, then generated again. */
export type GeneratorNeed =
  | { readonly kind: "git"; readonly repoURL: string; readonly revision: string; readonly project: string }
  | { readonly kind: "configMap"; readonly name: string }
  | { readonly kind: "secret"; readonly name: string }
  | { readonly kind: "scm"; readonly provider: ScmQuery }
  | { readonly kind: "pullRequests"; readonly provider: PullRequestQuery }
  | { readonly kind: "plugin"; readonly request: PluginRequest }
  | { readonly kind: "resources"; readonly query: ResourceQuery };

export type AnswerOf = {
  readonly git: { readonly tree: FileTree; readonly commit?: string };
  /** undefined: there is none of that name. */
  readonly configMap: { readonly data: Readonly<Record<string, string>> } | undefined;
  readonly secret: { readonly data: Readonly<Record<string, string>> } | undefined;
  readonly scm: readonly ScmRepository[];
  /** "repoNotFound": the provider answered, and there is no such repository. */
  readonly pullRequests: readonly PullRequest[] | "repoNotFound";
  readonly plugin: readonly Value[];
  readonly resources: readonly ValueObject[];
};

/** An answer, or why there is none: an Error whose message goes into the set's condition. */
export type NeedAnswer<Kind extends GeneratorNeed["kind"] = GeneratorNeed["kind"]> =
  | { readonly kind: "answered"; readonly value: AnswerOf[Kind] }
  | { readonly kind: "failed"; readonly error: Error };

/** The answers by `needKey`. */
export type Answers = ReadonlyMap<string, NeedAnswer>;

/** The `scmProvider` generator's spec as far as a provider has to see it. */
export interface ScmQuery {
  readonly namespace: string;
  /** One of the provider keys (`github`, `gitlab`, …) with its settings, `cloneProtocol` and `filters`, as the manifest has them. */
  readonly spec: ValueObject;
}

/** The `pullRequest` generator's spec as far as a provider has to see it; filters are applied by core. */
export interface PullRequestQuery {
  readonly namespace: string;
  readonly spec: ValueObject;
}

/** A repository at one branch. */
export interface ScmRepository {
  readonly organization: string;
  readonly repository: string;
  readonly url: string;
  readonly branch: string;
  readonly sha: string;
  readonly labels: readonly string[];
  readonly repositoryId: Value;
}

export interface PullRequest {
  readonly number: number;
  readonly title: string;
  readonly branch: string;
  readonly targetBranch: string;
  readonly headSHA: string;
  readonly labels: readonly string[];
  readonly author: string;
}

/** `POST baseUrl/api/v1/getparams.execute` with the token as bearer. */
export interface PluginRequest {
  readonly applicationSetName: string;
  readonly baseUrl: string;
  readonly token: string;
  /** 0 for the default of 30 seconds. */
  readonly timeoutSeconds: number;
  readonly input: { readonly parameters: ValueObject };
}

export interface ResourceQuery {
  readonly group: string;
  readonly version: string;
  /** The plural that `kind` in the ConfigMap holds. */
  readonly resource: string;
  readonly name?: string;
  readonly labelSelector?: ValueObject;
}

/** Equal needs have equal keys. The token of a plugin takes part, so that a changed secret is a new question. */
export function needKey(need: GeneratorNeed): string {
  return JSON.stringify(need, (_, value) => (typeof value === "bigint" ? String(value) : value));
}
