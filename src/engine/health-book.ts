import { FleetwrightError, formatError, InputError } from "../core/errors.js";
import { type Assessment, type HealthOverride, healthAssessor, overrideFinder } from "../core/health/assess.js";
import { type Health, health } from "../core/health/health.js";
import { readLuaHealth } from "../core/health/lua-health.js";
import { asValue, type KubernetesObject } from "../core/manifest/object.js";
import type { LuaPort } from "../ports/lua.js";

interface Answer {
  readonly version: string;
  readonly override: HealthOverride;
  readonly outcome: { readonly health: Health } | { readonly error: FleetwrightError } | undefined;
}

const most = 20_000;

/**
 * How healthy live objects are, asked once for each version of an object. Users' scripts run elsewhere (`prepare`) and are then known;
 * what is judged before its script has answered is Progressing.
 */
export class HealthBook {
  private judged = new WeakMap<KubernetesObject, Assessment>();
  private answers = new Map<string, Answer>();
  private overrideOf: (object: KubernetesObject) => HealthOverride | undefined = () => undefined;
  private judge: (object: KubernetesObject) => Assessment = healthAssessor();

  constructor(private readonly lua: LuaPort | undefined) {}

  /** Takes other scripts from now on. */
  use(overrides: ReadonlyMap<string, HealthOverride>): void {
    this.judged = new WeakMap();
    this.answers = new Map();
    this.overrideOf = overrideFinder(overrides);
    this.judge = healthAssessor({ overrides, runScript: (object, override) => this.answered(object, override) });
  }

  readonly assess = (object: KubernetesObject): Assessment => {
    const known = this.judged.get(object);
    if (known !== undefined) return known;
    const assessment = this.judge(object);
    if (assessment.health !== running) this.judged.set(object, assessment);
    return assessment;
  };

  /** Runs the scripts of those objects that have one and were not judged yet. */
  async prepare(objects: readonly KubernetesObject[]): Promise<void> {
    const runs: Promise<void>[] = [];
    for (const object of objects) {
      const override = this.overrideOf(object);
      if (override !== undefined && !this.judged.has(object) && this.answerOf(object, override)?.outcome === undefined)
        runs.push(this.run(object, override));
    }
    await Promise.all(runs);
  }

  /** The health that a script gave; throws what it failed with. */
  private answered(object: KubernetesObject, override: HealthOverride): Health {
    const answer = this.answerOf(object, override);
    if (answer === undefined) void this.run(object, override);
    if (answer?.outcome === undefined) return running;
    if ("error" in answer.outcome) throw answer.outcome.error;
    return answer.outcome.health;
  }

  private answerOf(object: KubernetesObject, override: HealthOverride): Answer | undefined {
    const answer = this.answers.get(idOf(object));
    return answer?.override === override && answer.version === versionOf(object) ? answer : undefined;
  }

  private async run(object: KubernetesObject, override: HealthOverride): Promise<void> {
    const { answers } = this;
    const version = versionOf(object);
    const keep = (outcome: Answer["outcome"]): void => {
      answers.delete(idOf(object));
      answers.set(idOf(object), { version, override, outcome });
    };
    keep(undefined);
    try {
      if (this.lua === undefined)
        throw new InputError("this health check is a Lua script, and scripts are not enabled here", { code: "HEALTH_NO_LUA" });
      const result = await this.lua.run(override.script, { object: asValue(object), useOpenLibs: override.useOpenLibs });
      keep({ health: readLuaHealth(result) });
    } catch (error) {
      keep({
        error:
          error instanceof FleetwrightError ? error : new InputError(formatError(error), { code: "LUA_RUNTIME", cause: error }),
      });
    }
    for (const oldest of answers.keys()) {
      if (answers.size <= most) break;
      answers.delete(oldest);
    }
  }
}

const running = health("Progressing", "the health script is being run");

function idOf(object: KubernetesObject): string {
  const { uid, namespace, name } = object.metadata;
  return uid ?? `${object.apiVersion}/${object.kind}/${namespace ?? ""}/${name}`;
}

function versionOf(object: KubernetesObject): string {
  return object.metadata.resourceVersion ?? "";
}
