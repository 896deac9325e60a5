import { canonicalTime } from "../diff/typed/time.js";
import { FleetwrightError, InputError } from "../errors.js";
import { compileGobwasLenient } from "../glob/gobwas.js";
import type { LuaRuntime } from "../lua/lua-runtime.js";
import { type KubernetesObject, type ObjectMeta, splitApiVersion } from "../manifest/object.js";
import { builtinChecks } from "./builtin.js";
import { genericHealth } from "./generic.js";
import { type Health, type HealthCheck, health } from "./health.js";
import { luaHealth } from "./lua-health.js";
import { findKindRule } from "./rules/find-rule.js";

const hookFinalizer = "argocd.argoproj.io/hook-finalizer";

/** A user's script from argocd-cm (`resource.customizations.health.<group>_<Kind>`). */
export interface HealthOverride {
  readonly script: string;
  readonly useOpenLibs: boolean;
}

export interface HealthSettings {
  /** By `group/Kind` (core: `Kind`), gobwas wildcards allowed. */
  readonly overrides?: ReadonlyMap<string, HealthOverride>;
  /** Runs the overrides; without it an object that has one is Unknown. */
  readonly lua?: LuaRuntime;
  /** Gives the verdict of an override instead of `lua`: from where its script is run elsewhere. Throws InputError LUA_*. */
  readonly runScript?: (object: KubernetesObject, override: HealthOverride) => Health;
  /** The tables of well-known operators' kinds; default true. */
  readonly kindRules?: boolean;
  /** Kinds that nobody knows: Argo CD gives no health (`none`, default); `generic` reads their conditions. */
  readonly unknownKinds?: "none" | "generic";
}

/** Undefined health: the kind has no notion of it. */
export interface Assessment {
  readonly health: Health | undefined;
  readonly error?: FleetwrightError;
}

/** Prepares a judge of live objects; the judge never throws for what an object or a script does. */
export function healthAssessor(settings: HealthSettings = {}): (object: KubernetesObject) => Assessment {
  const findOverride = overrideFinder(settings.overrides ?? new Map());
  return (object) => {
    // A live object always has metadata; what users feed to a dry run may not.
    const { deletionTimestamp, finalizers, namespace = "", name = "" }: Partial<ObjectMeta> = object.metadata ?? {};
    if (isTime(deletionTimestamp) && !finalizers?.includes(hookFinalizer)) {
      return { health: health("Progressing", "Pending deletion") };
    }
    const override = findOverride(object);
    if (override === undefined) return attempt(() => checkOf(object, settings)?.(object));
    return attempt(() => runOverride(object, override, settings), `failed to get resource health for ${namespace}/${name}: `);
  };
}

/** What Kubernetes' accessors read as a time: another text counts as absent. */
function isTime(value: unknown): boolean {
  return typeof value === "string" && canonicalTime(value) !== undefined;
}

/** `group/Kind`, core kinds `Kind`: the key of argocd-cm's customizations. */
export function kindKey(object: { readonly apiVersion: string; readonly kind: string }): string {
  const { group } = splitApiVersion(object.apiVersion);
  return group === "" ? object.kind : `${group}/${object.kind}`;
}

function checkOf(object: KubernetesObject, settings: HealthSettings): HealthCheck | undefined {
  const key = kindKey(object);
  // Argo CD asks its shipped scripts before its built-in checks.
  const rule = settings.kindRules === false ? undefined : findKindRule(key);
  return rule ?? builtinChecks.get(key) ?? (settings.unknownKinds === "generic" ? genericHealth : undefined);
}

function runOverride(object: KubernetesObject, override: HealthOverride, { lua, runScript }: HealthSettings): Health {
  if (runScript) return runScript(object, override);
  if (!lua)
    throw new InputError("this health check is a Lua script, and scripts are not enabled here", { code: "HEALTH_NO_LUA" });
  return luaHealth(object, override, lua);
}

/** Exact keys first, then wildcards, the longest pattern first (Argo CD takes any that matches). */
export function overrideFinder(
  overrides: ReadonlyMap<string, HealthOverride>,
): (object: KubernetesObject) => HealthOverride | undefined {
  const usable = [...overrides].filter(([, override]) => override.script !== "");
  const exact = new Map(usable);
  const patterns = usable
    .sort(([a], [b]) => b.length - a.length || (a < b ? -1 : 1))
    .map(([pattern, override]) => ({ matches: compileGobwasLenient(pattern), override }));
  return (object) => {
    if (patterns.length === 0) return undefined;
    const key = kindKey(object);
    return exact.get(key) ?? patterns.find(({ matches }) => matches(key))?.override;
  };
}

function attempt(run: () => Health | undefined, prefix = ""): Assessment {
  try {
    return { health: run() };
  } catch (error) {
    if (!(error instanceof FleetwrightError)) throw error;
    const reported = prefix === "" ? error : new InputError(prefix + error.message, { code: error.code, cause: error });
    return { health: health("Unknown", error.message), error: reported };
  }
}
