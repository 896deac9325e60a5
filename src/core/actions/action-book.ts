import { InputError } from "../errors.js";
import type { LuaRuntime } from "../lua/lua-runtime.js";
import { isObject, listAt, stringAt, type ValueObject } from "../manifest/value.js";
import { parseYaml } from "../yaml/parse.js";
import type { AvailableAction, ImpactedResource } from "./action.js";
import { builtinActions } from "./builtin.js";
import { discoverLuaActions, runLuaAction } from "./lua-actions.js";

export interface ActionSettings {
  /** argocd-cm's data: `resource.customizations.actions.<group>_<Kind>` */
  readonly data: Readonly<Record<string, string>>;
  readonly lua: LuaRuntime;
}

/** The actions that an object of `group/Kind` offers now: users' scripts first, built-in ones unless the scripts stand for all. */
export function actionsOf(object: ValueObject, kind: string, settings: ActionSettings): readonly AvailableAction[] {
  const configured = configuredActions(kind, settings.data);
  const found = new Map<string, AvailableAction>();
  if (configured.discovery !== undefined) {
    const script = { script: configured.discovery, useOpenLibs: false };
    for (const action of discoverLuaActions(object, [script], settings.lua)) found.set(action.name, action);
  }
  for (const { name, isEnabled, displayName, iconClass, params } of builtinOf(kind, configured)) {
    if (found.has(name)) continue;
    found.set(name, {
      name,
      ...(isEnabled(object) ? {} : { disabled: true }),
      ...(displayName === undefined ? {} : { displayName }),
      ...(iconClass === undefined ? {} : { iconClass }),
      ...(params === undefined ? {} : { params }),
    });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What an action does. Throws InputError ACTION_UNKNOWN for one that the kind does not have. */
export function runAction(
  object: ValueObject,
  action: {
    readonly kind: string;
    readonly name: string;
    readonly params: { readonly [name: string]: string };
    readonly nowMs: number;
  },
  settings: ActionSettings,
): readonly ImpactedResource[] {
  const configured = configuredActions(action.kind, settings.data);
  const script = configured.definitions.get(action.name);
  if (script !== undefined)
    return runLuaAction(object, { script, useOpenLibs: false }, { lua: settings.lua, params: action.params });
  const builtin = builtinOf(action.kind, configured).find(({ name }) => name === action.name);
  if (builtin === undefined)
    throw new InputError(`${action.kind} has no action ${action.name}`, {
      code: "ACTION_UNKNOWN",
      hint: `it has ${actionsOf(object, action.kind, settings)
        .map(({ name }) => name)
        .join(", ")}`,
    });
  return builtin.run(object, action);
}

interface ConfiguredActions {
  readonly discovery: string | undefined;
  readonly definitions: ReadonlyMap<string, string>;
  readonly keepsBuiltin: boolean;
}

function builtinOf(kind: string, configured: ConfiguredActions) {
  return configured.keepsBuiltin ? (builtinActions.get(kind) ?? []) : [];
}

/** Argo CD: scripts replace the built-in actions of their kind unless `mergeBuiltinActions` is set. */
function configuredActions(kind: string, data: ActionSettings["data"]): ConfiguredActions {
  const text = data[`resource.customizations.actions.${kind.replace(/^\//, "").replace("/", "_")}`];
  const value = text === undefined ? undefined : parseYaml(text, { dialect: "kubernetes", file: "argocd-cm" });
  if (!isObject(value)) return { discovery: undefined, definitions: new Map(), keepsBuiltin: true };
  const definitions = listAt(value, "definitions")
    .filter(isObject)
    .map((definition) => [stringAt(definition, "name"), stringAt(definition, "action.lua")] as const);
  return {
    discovery: stringAt(value, "discovery.lua") || undefined,
    definitions: new Map(definitions),
    keepsBuiltin: value["mergeBuiltinActions"] === true,
  };
}
