import {
  type Cluster,
  clusterFromSecret,
  decodeApplicationSet,
  type GenerateContext,
  generate,
  type NeedAnswer,
  needKey,
  type ReconcilePlan,
  reconcileApplicationSet,
} from "#src/core/applicationset/index.js";
import { applyMergePatch } from "#src/core/applicationset/reconcile/merge-patch.js";
import type { Generated } from "#src/core/applicationset/reconcile/types.js";
import type { KubernetesObject } from "#src/core/manifest/object.js";
import type { Value, ValueObject } from "#src/core/manifest/value.js";
import { isObject, objectAt, stringAt } from "#src/core/manifest/value.js";
import { answerNeed } from "./answers.js";
import type { CaseInput, CaseStep, ExpectedReconcile } from "./case.js";

const start = Date.parse("2026-01-01T00:00:00Z");

/** The API server, git and clusters of one case, and a controller that reconciles its ApplicationSet. */
export class World {
  private set: ValueObject | undefined;
  private readonly applications = new Map<string, ValueObject>();
  private readonly secrets: ValueObject[];
  private input: CaseInput;
  private ticks = 0;

  constructor(input: CaseInput, admitted: ValueObject) {
    this.input = input;
    const metadata = { namespace: "argocd", uid: "00000000-0000-4000-8000-000000000001", ...objectAt(admitted, "metadata") };
    this.set = { ...admitted, metadata };
    this.secrets = [...(input.clusters ?? [])];
    for (const application of input.existingApplications ?? [])
      this.applications.set(application.metadata.name, application as unknown as ValueObject);
  }

  context(): GenerateContext & { readonly clusters: readonly Cluster[] } {
    const { controller = {}, projects = ["default"] } = this.input;
    return {
      clusters: this.secrets.flatMap((secret) => clusterFromSecret(secret, "argocd") ?? []),
      projects: new Set(projects.map((project) => (typeof project === "string" ? project : nameOf(project)))),
      settings: {
        compat: true,
        newGitFileGlobbing: controller.newGitFileGlobbing ?? false,
        includeHiddenDirectories: controller.includeHiddenDirectories ?? false,
        enableScmProviders: controller.enableScmProviders ?? true,
        allowedScmProviders: controller.allowedScmProviders ?? [],
      },
      environment: { now: () => BigInt(this.time()) * 1_000_000n, random: (count) => new Uint8Array(count) },
    };
  }

  async generate(): Promise<Generated> {
    const set = decodeApplicationSet(this.set!);
    const answers = new Map<string, NeedAnswer>();
    for (let round = 0; round < 1000; round++) {
      const result = generate(set, { ...this.context(), answers });
      if (result.kind === "generated") return result;
      for (const need of result.needs) answers.set(needKey(need), await answerNeed(need, this.input));
    }
    throw new Error("generation never ends");
  }

  /** Reconciles as often as the step says and tells what is there then; events are those of all its reconciles. */
  async reconcile(times: number): Promise<ExpectedReconcile> {
    let plan: ReconcilePlan | undefined;
    const events: string[] = [];
    for (let round = 0; round < times && this.set; round++) {
      plan = await this.reconcileOnce();
      events.push(...plan.events.map(({ type, reason, message }) => `${type} ${reason} ${message}`));
    }
    return this.observe(plan, events);
  }

  apply(step: CaseStep): void {
    if (step.git) this.input = { ...this.input, git: step.git };
    if (step.addClusters) this.secrets.push(...step.addClusters);
    for (const name of step.deleteClusters ?? [])
      this.secrets.splice(
        this.secrets.findIndex((secret) => nameOf(secret) === name),
        1,
      );
    if (step.patchApplicationSet && this.set) this.set = applyMergePatch(this.set, step.patchApplicationSet) as ValueObject;
    for (const [name, patch] of Object.entries(step.patchApps ?? {}))
      this.change(name, (application) => applyMergePatch(application, patch) as ValueObject);
    for (const [name, status] of Object.entries(step.setAppStatus ?? {})) {
      this.change(name, (application) => ({
        ...application,
        status: { ...objectAt(application, "status"), ...(this.timed(status) as ValueObject) },
      }));
    }
    const cleared = Array.isArray(step.clearOperation)
      ? (step.clearOperation as readonly string[])
      : step.clearOperation
        ? [...this.applications.keys()]
        : [];
    for (const name of cleared) this.change(name, ({ operation: _, ...rest }) => rest);
    for (const name of step.deleteApps ?? []) this.delete(name);
    for (const name of step.removeFinalizers ?? []) this.setFinalizers(name, []);
    if (step.deleteApplicationSet && this.set) {
      const finalizers = objectAt(this.set, "metadata")["finalizers"];
      if (Array.isArray(finalizers) && finalizers.length > 0)
        this.set = withMetadata(this.set, { deletionTimestamp: this.now() });
      else this.set = undefined;
    }
  }

  private async reconcileOnce(): Promise<ReconcilePlan> {
    const { controller = {} } = this.input;
    const isDeleted = objectAt(this.set!, "metadata")["deletionTimestamp"] !== undefined;
    const context = this.context();
    const plan = reconcileApplicationSet({
      set: decodeApplicationSet(this.set!),
      generated: isDeleted ? undefined : await this.generate(),
      existing: [...this.applications.values()] as unknown as readonly KubernetesObject[],
      clusters: context.clusters,
      projects: context.projects,
      now: this.now(),
      settings: {
        mode: "compat",
        policy: controller.policy ?? "",
        enablePolicyOverride: controller.enablePolicyOverride ?? !controller.policy,
        enableProgressiveSyncs: controller.enableProgressiveSyncs ?? false,
        preservedLabels: controller.preservedLabels ?? [],
        preservedAnnotations: controller.preservedAnnotations ?? [],
        maxResourcesStatusCount: controller.maxResourcesStatusCount ?? 0,
      },
    });
    this.carryOut(plan);
    return plan;
  }

  private carryOut(plan: ReconcilePlan): void {
    for (const application of plan.creates)
      this.applications.set(application.metadata.name, application as unknown as ValueObject);
    for (const { name, result } of plan.updates) this.applications.set(name, result as unknown as ValueObject);
    for (const { name, finalizersBefore } of plan.deletes) {
      if (finalizersBefore) this.setFinalizers(name, finalizersBefore);
      this.delete(name);
    }
    let set: ValueObject = this.set!;
    if (plan.status) set = { ...set, status: plan.status };
    if (plan.finalizers) set = withMetadata(set, { finalizers: plan.finalizers.length > 0 ? plan.finalizers : null });
    if (plan.removeAnnotations.length > 0) {
      const annotations = Object.fromEntries(plan.removeAnnotations.map((key) => [key, null]));
      set = withMetadata(set, { annotations });
    }
    const metadata = objectAt(set, "metadata");
    this.set = metadata["deletionTimestamp"] !== undefined && metadata["finalizers"] === undefined ? undefined : set;
  }

  private observe(plan: ReconcilePlan | undefined, events: readonly string[]): ExpectedReconcile {
    const status = this.set ? objectAt(this.set, "status") : {};
    const finalizers = this.set ? objectAt(this.set, "metadata")["finalizers"] : undefined;
    return {
      ...(plan?.error === undefined ? {} : { error: plan.error }),
      requeueAfterSeconds: plan?.requeueAfterSeconds ?? 0,
      conditions: timeless(status["conditions"]),
      applicationStatus: timeless(status["applicationStatus"]),
      resources: (status["resources"] ?? []) as unknown as readonly ValueObject[],
      resourcesCount: Number(status["resourcesCount"] ?? 0),
      applications: [...this.applications.keys()].sort().map((name) => shown(this.applications.get(name)!)),
      events: [...events].sort(),
      ...(this.set ? {} : { applicationSetGone: true }),
      ...(Array.isArray(finalizers) ? { applicationSetFinalizers: finalizers as string[] } : {}),
    };
  }

  private change(name: string, change: (application: ValueObject) => ValueObject): void {
    const application = this.applications.get(name);
    if (application) this.applications.set(name, change(application));
  }

  private delete(name: string): void {
    const application = this.applications.get(name);
    if (!application) return;
    const finalizers = objectAt(application, "metadata")["finalizers"];
    if (Array.isArray(finalizers) && finalizers.length > 0)
      this.applications.set(name, withMetadata(application, { deletionTimestamp: this.now() }));
    else this.applications.delete(name);
  }

  private setFinalizers(name: string, finalizers: readonly string[]): void {
    this.change(name, (application) => withMetadata(application, { finalizers: finalizers.length > 0 ? finalizers : null }));
    const metadata = objectAt(this.applications.get(name), "metadata");
    if (metadata["deletionTimestamp"] !== undefined && metadata["finalizers"] === undefined) this.applications.delete(name);
  }

  /** `@now+10s` → a time. */
  private timed(value: Value): Value {
    if (typeof value === "string" && value.startsWith("@now")) {
      return new Date(this.time() + Number.parseInt(value.slice(4).replace("+", "") || "0", 10) * 1000).toISOString();
    }
    if (Array.isArray(value)) return value.map((item: Value) => this.timed(item));
    return isObject(value) ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, this.timed(item)])) : value;
  }

  private now(): string {
    return new Date(this.time()).toISOString();
  }

  private time(): number {
    return start + this.ticks++;
  }
}

function nameOf(manifest: ValueObject): string {
  return stringAt(objectAt(manifest, "metadata"), "name");
}

function withMetadata(object: ValueObject, fields: ValueObject): ValueObject {
  return applyMergePatch(object, { metadata: fields }) as ValueObject;
}

function timeless(list: Value | undefined): readonly ValueObject[] {
  return ((list ?? []) as readonly ValueObject[]).map(({ lastTransitionTime: _, ...rest }) => rest);
}

/** An Application as the corpus records it. */
function shown(application: ValueObject): ValueObject {
  const { apiVersion: _, kind: __, status: ___, ...rest } = application;
  const { uid: _uid, resourceVersion: _version, creationTimestamp: _time, ...metadata } = objectAt(application, "metadata");
  return {
    ...rest,
    metadata: metadata["deletionTimestamp"] === undefined ? metadata : { ...metadata, deletionTimestamp: "<set>" },
  };
}
