import { compareResource, dryRunTarget, needsDryRun } from "../core/diff/compare.js";
import type { IgnoreDifference, ResourceOverride } from "../core/diff/ignore-rules.js";
import { type CompareOptions, compileCompareOptions } from "../core/diff/options.js";
import type { UpdateOverride } from "../core/diff/resource-updates.js";
import { appliedTarget } from "../core/diff/respect-ignores.js";
import type { KubernetesObject } from "../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../core/manifest/value.js";
import { annotationItems } from "../core/sync/annotations.js";
import { parseYaml } from "../core/yaml/parse.js";
import type { Application } from "./application.js";
import type { Differ } from "./decide.js";
import type { ControllerSettings } from "./settings.js";

/** Compares resources by the rules of argocd-cm and of each Application; the rules are compiled once for equal ones. */
export class DifferBook {
  private readonly compiled = new Map<string, CompareOptions>();
  private settings: ControllerSettings | undefined;
  private overrides: ReadonlyMap<string, ResourceOverride> = new Map();

  /** Throws InputError where a rule cannot be read. */
  for(app: Application, settings: ControllerSettings): Differ {
    if (settings !== this.settings) {
      this.settings = settings;
      this.compiled.clear();
      this.overrides = resourceOverrides(settings.data);
    }
    const rules = listAt(app.spec, "ignoreDifferences").filter(isObject) as unknown as readonly IgnoreDifference[];
    const compareOptions = annotationItems(app.object, "argocd.argoproj.io/compare-options");
    const syncOptions = listAt(objectAt(app.spec, "syncPolicy"), "syncOptions").map(String);
    const isStructured = syncOptions.includes("ServerSideApply=true");
    const serverSideDiff =
      !compareOptions.includes("ServerSideDiff=false") &&
      (settings.parameters.serverSideDiff || compareOptions.includes("ServerSideDiff=true"));
    const key = JSON.stringify([rules, compareOptions, serverSideDiff, isStructured]);
    let options = this.compiled.get(key);
    if (options === undefined) {
      options = compileCompareOptions({
        ignoreDifferences: rules,
        resourceOverrides: this.overrides,
        ignoreStatus: ignoreStatusOf(settings.data),
        ignoreAggregatedRoles: settings.data["resource.compareoptions"]?.includes("ignoreAggregatedRoles: true") === true,
        trackingMethod: settings.tracking.method,
        instanceLabelKey: settings.tracking.labelKey,
        structuredMergeDiff: isStructured,
        serverSideDiff,
        includeMutationWebhook: compareOptions.includes("IncludeMutationWebhook=true"),
      });
      this.compiled.set(key, options);
      if (this.compiled.size > 1000) this.compiled.clear();
    }
    const compiled = options;
    return {
      rules: compiled,
      compare: (target, live, dryRun) =>
        compareResource(dryRun === undefined ? { target, live } : { target, live, dryRun }, compiled),
      dryRunOf: (target, live) => {
        const pair = { target, live };
        return needsDryRun(pair, compiled) ? (dryRunTarget(pair, compiled) ?? undefined) : undefined;
      },
      decidesByOwners: (target) => isStructured || compiled.serverSideDiff || compiled.rules.trustedManagers(target).length > 0,
      applied: (target, live) => appliedTarget(target, live, compiled),
    };
  }
}

/** Whether comparisons of an Application ask who owns fields, so that its live objects are better kept with that. */
export function asksForOwners(application: KubernetesObject, settings: ControllerSettings): boolean {
  const spec = objectAt(application as unknown as ValueObject, "spec");
  if (listAt(objectAt(spec, "syncPolicy"), "syncOptions").includes("ServerSideApply=true")) return true;
  if (listAt(spec, "ignoreDifferences").some((rule) => isObject(rule) && listAt(rule, "managedFieldsManagers").length > 0))
    return true;
  const options = annotationItems(application, "argocd.argoproj.io/compare-options");
  if (settings.parameters.serverSideDiff || options.includes("ServerSideDiff=true")) return true;
  return Object.values(settings.data).some((text) => text.includes("managedFieldsManagers"));
}

/** `resource.customizations.ignoreDifferences.<group>_<Kind>`, `.ignoreResourceUpdates.…`, `.knownTypeFields.…` and the old single text. */
export function resourceOverrides(data: Readonly<Record<string, string>>): ReadonlyMap<string, UpdateOverride> {
  const overrides = new Map<string, UpdateOverride>();
  const add = (key: string, part: UpdateOverride): void => void overrides.set(key, { ...overrides.get(key), ...part });
  const old = parsed(data["resource.customizations"]);
  for (const [key, value] of Object.entries(isObject(old) ? old : {})) {
    const rules = isObject(value) ? parsed(stringAt(value, "ignoreDifferences")) : undefined;
    if (isObject(rules)) add(key, { ignoreDifferences: rules as ResourceOverride["ignoreDifferences"] & object });
    const updates = isObject(value) ? parsed(stringAt(value, "ignoreResourceUpdates")) : undefined;
    if (isObject(updates)) add(key, { ignoreResourceUpdates: updates as UpdateOverride["ignoreResourceUpdates"] & object });
  }
  for (const [name, text] of Object.entries(data)) {
    const match = /^resource\.customizations\.(ignoreDifferences|ignoreResourceUpdates|knownTypeFields)\.(.+)$/.exec(name);
    if (match === null) continue;
    const [, what, place = ""] = match;
    const key = place === "all" ? "*/*" : place.includes("_") ? place.replace("_", "/") : place;
    const value = parsed(text);
    if (what === "ignoreDifferences" && isObject(value))
      add(key, { ignoreDifferences: value as ResourceOverride["ignoreDifferences"] & object });
    if (what === "ignoreResourceUpdates" && isObject(value))
      add(key, { ignoreResourceUpdates: value as UpdateOverride["ignoreResourceUpdates"] & object });
    if (what === "knownTypeFields" && Array.isArray(value))
      add(key, { knownTypeFields: value as unknown as NonNullable<ResourceOverride["knownTypeFields"]> });
  }
  return overrides;
}

function ignoreStatusOf(data: Readonly<Record<string, string>>): "all" | "crd" | "none" {
  const options = parsed(data["resource.compareoptions"]);
  const text = stringAt(isObject(options) ? options : undefined, "ignoreResourceStatusField");
  if (text === "crd") return "crd";
  return text === "none" || text === "off" || text === "false" ? "none" : "all";
}

/** What cannot be read counts as absent: one bad setting must not stop the fleet. */
function parsed(text: string | undefined): unknown {
  if (!text) return undefined;
  try {
    return parseYaml(text, { dialect: "kubernetes" });
  } catch {
    return undefined;
  }
}
