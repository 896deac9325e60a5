import { InputError } from "../errors.js";
import type { LuaRuntime } from "../lua/lua-runtime.js";
import { isObject, type Value, type ValueObject } from "../manifest/value.js";
import type { AvailableAction, ImpactedResource } from "./action.js";

export interface LuaScript {
  readonly script: string;
  readonly useOpenLibs: boolean;
}

/** What a user's action script does to `object`: a list of operations, or the changed object itself (one patch). */
export function runLuaAction(
  object: ValueObject,
  { script, useOpenLibs }: LuaScript,
  options: { readonly lua: LuaRuntime; readonly params?: { readonly [name: string]: string } },
): readonly ImpactedResource[] {
  const value = tableOf(options.lua.run(script, { object, useOpenLibs, actionParams: options.params ?? {} }));
  const operations = Array.isArray(value) ? value.map(readOperation) : [{ operation: "patch" as const, resource: value as ValueObject }];
  return operations.map(({ operation, resource }) => ({
    operation,
    resource: operation === "patch" ? restoreEmptyMaps(resource, object) : resource,
  }));
}

/** The actions that discovery scripts offer, by name; the first script that names one decides. */
export function discoverLuaActions(object: ValueObject, scripts: readonly LuaScript[], lua: LuaRuntime): readonly AvailableAction[] {
  if (scripts.length === 0) throw new InputError("no action discovery script provided", { code: "ACTION_UNKNOWN" });
  const found = new Map<string, AvailableAction>();
  for (const { script, useOpenLibs } of scripts) {
    const value = tableOf(lua.run(script, { object, useOpenLibs }));
    if (Array.isArray(value)) {
      if (value.length === 0) continue;
      throw new InputError("error unmarshaling action table: a list, not a table by name", { code: "LUA_RESULT" });
    }
    for (const [name, definition] of Object.entries(value as ValueObject)) {
      if (!found.has(name)) found.set(name, readAction(name, definition));
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function tableOf(result: ReturnType<LuaRuntime["run"]>): Value {
  if (result.kind === "table") return result.value;
  const type = result.kind === "nil" ? "nil" : result.type;
  throw new InputError(`expect table output from Lua script, not ${type}`, { code: "LUA_RESULT" });
}

function readOperation(value: Value): ImpactedResource {
  const operation = isObject(value) ? value.operation : undefined;
  const resource = isObject(value) ? value.resource : undefined;
  if (operation !== "patch" && operation !== "create") {
    throw new InputError(`unsupported operation: ${JSON.stringify(operation ?? null)}`, { code: "LUA_RESULT" });
  }
  if (!isObject(resource)) throw new InputError("the action names no resource", { code: "LUA_RESULT" });
  return { operation, resource };
}

function readAction(name: string, definition: Value): AvailableAction {
  if (!isObject(definition)) return { name };
  const { disabled, iconClass, displayName, params } = definition;
  return {
    name: typeof definition.name === "string" && definition.name !== "" ? definition.name : name,
    ...(disabled === true ? { disabled: true } : {}),
    ...(typeof iconClass === "string" && iconClass !== "" ? { iconClass } : {}),
    ...(typeof displayName === "string" && displayName !== "" ? { displayName } : {}),
    ...(Array.isArray(params) && params.length > 0 ? { params: params as readonly ValueObject[] } : {}),
  };
}

/** Lua cannot tell an empty map from an empty list: where the original had a map, `[]` becomes `{}` again. */
function restoreEmptyMaps(changed: ValueObject, original: ValueObject): ValueObject {
  return Object.fromEntries(
    Object.entries(changed).map(([key, value]): [string, Value] => [
      key,
      Object.hasOwn(original, key) ? restoreValue(value, original[key] ?? null) : value,
    ]),
  );
}

function restoreValue(changed: Value, original: Value): Value {
  if (isObject(changed)) return isObject(original) ? restoreEmptyMaps(changed, original) : changed;
  if (!Array.isArray(changed)) return changed;
  if (isObject(original)) return changed.length === 0 ? {} : changed;
  if (!Array.isArray(original)) return changed;
  // Argo CD: items of a list are only looked at where both sides are maps or both are lists.
  return changed.map((item: Value, index) => {
    const before = original[index] ?? null;
    return isObject(item) === isObject(before) ? restoreValue(item, before) : item;
  });
}
