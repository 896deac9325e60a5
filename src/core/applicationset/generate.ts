import { InputError } from "../errors.js";
import type { Value, ValueObject } from "../manifest/value.js";
import type { Cluster } from "./clusters.js";
import { minRequeueAfterSeconds } from "./generators/children.js";
import { defaultSettings, type GeneratorSettings } from "./generators/generator.js";
import { type BaseRun, type TransformResult, transform } from "./generators/transform.js";
import type { ApplicationSet, GeneratorSpec } from "./model/application-set.js";
import { structType } from "./model/go-type.js";
import { type Answers, type GeneratorNeed, needKey } from "./needs.js";
import type { Origin, ParamSet, Params } from "./params/params.js";
import { applicationRenderer } from "./template/application-renderer.js";
import type { TemplateEnvironment } from "./template/go-text.js";
import { mergeTemplates } from "./template/merge-templates.js";
import { createTextRenderer } from "./template/text-renderer.js";

export interface GenerateContext {
  /** The known cluster Secrets. */
  readonly clusters: readonly Cluster[];
  /** Names of the AppProjects; undefined: every project counts as there (a preview without a server). */
  readonly projects?: ReadonlySet<string> | undefined;
  /** What the engine has fetched of the needs so far. */
  readonly answers?: Answers;
  readonly settings?: Partial<GeneratorSettings>;
  /** Clock and randomness for Go templates that ask for them; without, such a template fails. */
  readonly environment?: TemplateEnvironment;
}

/** An Application as its set makes it, and how it came to be. */
export interface GeneratedApplication {
  readonly metadata: GeneratedMetadata;
  readonly spec: ValueObject;
  /** Only a templatePatch can set one. */
  readonly operation?: ValueObject;
  readonly provenance: Provenance;
}

export interface GeneratedMetadata {
  readonly name?: string;
  readonly namespace: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
}

export interface Provenance {
  readonly params: Params;
  /** `spec.generators[0].matrix`: the entry that made it. */
  readonly generator: string;
  /** The terminal generators behind it, with repository, file and index. */
  readonly origins: readonly Origin[];
}

export interface GenerationError {
  readonly error: Error;
  readonly reason: "ApplicationGenerationFromParamsError" | "RenderTemplateParamsError";
}

/** Three-valued on purpose: only `ok` may ever lead to deletions without a question. */
export type SourceState = "ok" | "empty" | "failed";

export type GenerateResult =
  | { readonly kind: "needs"; readonly needs: readonly GeneratorNeed[] }
  | {
      readonly kind: "generated";
      readonly applications: readonly GeneratedApplication[];
      /** What went wrong; the first one is what the original reports. */
      readonly errors: readonly GenerationError[];
      readonly sourceState: SourceState;
      /** Seconds until the sources are looked at again, 0 when changes announce themselves. */
      readonly requeueAfterSeconds: number;
    };

/**
 * The Applications of a set: a pure function of the set, the clusters and the answers. What is missing comes back as needs, as many at once
 * as can be known. Never throws for what the user wrote: errors are part of the result, and good Applications are kept beside them.
 */
export function generate(set: ApplicationSet, context: GenerateContext): GenerateResult {
  const settings = { ...defaultSettings, ...context.settings };
  const needs = new Map<string, GeneratorNeed>();
  const errors: GenerationError[] = [];
  const applications: GeneratedApplication[] = [];
  const specs = set.spec.generators ?? [];
  let elementsFailed = false;
  let base: BaseRun;
  try {
    base = createRun(set, context, settings, needs, (error) => {
      elementsFailed = true;
      errors.push({ error, reason: "ApplicationGenerationFromParamsError" });
    });
  } catch (error) {
    return failedWith(error, specs);
  }
  const renderer = templateRenderer(set, base);
  specs.forEach((spec, index) => {
    const path = `spec.generators[${index}]`;
    let results: readonly TransformResult[];
    try {
      results = transform(spec, path, base);
    } catch (error) {
      errors.push({ error: asError(error), reason: "ApplicationGenerationFromParamsError" });
      return;
    }
    for (const { key, sets } of results) {
      const render = renderer(spec[key]!["template"]);
      for (const paramSet of sets) {
        try {
          applications.push(applicationOf(render(paramSet.params), paramSet, `${path}.${key}`, set));
        } catch (error) {
          errors.push({ error: asError(error), reason: "RenderTemplateParamsError" });
        }
      }
    }
  });
  if (needs.size > 0) return { kind: "needs", needs: [...needs.values()] };
  const failed = errors.length > 0 || elementsFailed;
  return {
    kind: "generated",
    applications,
    errors,
    sourceState: failed ? "failed" : applications.length === 0 ? "empty" : "ok",
    requeueAfterSeconds: requeueOf(specs),
  };
}

/** Argo CD: ARGOCD_APPLICATIONSET_CONTROLLER_REQUEUE_AFTER, three minutes. */
const defaultRequeueAfterSeconds = 180;

function requeueOf(specs: readonly GeneratorSpec[]): number {
  return minRequeueAfterSeconds(specs, { requeueAfterSeconds: defaultRequeueAfterSeconds });
}

function failedWith(error: unknown, specs: readonly GeneratorSpec[]): GenerateResult {
  const found: GenerationError = { error: asError(error), reason: "RenderTemplateParamsError" };
  return { kind: "generated", applications: [], errors: [found], sourceState: "failed", requeueAfterSeconds: requeueOf(specs) };
}

function createRun(
  set: ApplicationSet,
  context: GenerateContext,
  settings: GeneratorSettings,
  needs: Map<string, GeneratorNeed>,
  elementFailed: (error: Error) => void,
): BaseRun {
  const memo = new Map<object, unknown>();
  return {
    set,
    settings,
    clusters: context.clusters,
    projects: context.projects,
    text: createTextRenderer({
      goTemplate: set.spec.goTemplate === true,
      options: set.spec.goTemplateOptions ?? [],
      environment: context.environment ?? {},
    }),
    ask(need) {
      const key = needKey(need);
      const answer = context.answers?.get(key);
      if (answer?.kind === "failed") throw answer.error;
      if (answer) return { value: answer.value as never };
      needs.set(key, need);
      return undefined;
    },
    elementFailed(error) {
      if (settings.compat) throw error;
      elementFailed(asError(error));
    },
    once<T>(key: object, compute: () => T): T {
      if (!memo.has(key)) memo.set(key, compute());
      return memo.get(key) as T;
    },
  };
}

/** The renderer for a generator's own template over the set's; generators without one share it. */
function templateRenderer(
  set: ApplicationSet,
  base: BaseRun,
): (own: Value | undefined) => ReturnType<typeof applicationRenderer> {
  const byText = new Map<string, ReturnType<typeof applicationRenderer>>();
  return (own) => {
    const key = own === undefined ? "" : JSON.stringify(own);
    let render = byText.get(key);
    if (!render) {
      const template = mergeTemplates(structType("ApplicationSetTemplate"), own, set.spec.template as unknown as Value);
      render = applicationRenderer(template as ValueObject, set.spec, base.text);
      byText.set(key, render);
    }
    return render;
  };
}

function applicationOf(
  shape: { readonly metadata: ValueObject; readonly spec: ValueObject; readonly operation?: ValueObject },
  { params, origins }: ParamSet,
  generator: string,
  set: ApplicationSet,
): GeneratedApplication {
  return {
    // Argo CD: an Application always lives in its set's namespace.
    metadata: { ...shape.metadata, namespace: set.metadata.namespace } as GeneratedMetadata,
    spec: shape.spec,
    ...(shape.operation === undefined ? {} : { operation: shape.operation }),
    provenance: { params, generator, origins },
  };
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new InputError(String(error), { code: "APPSET_GENERATOR" });
}
