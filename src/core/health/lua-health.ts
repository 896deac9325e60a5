import { InputError } from "../errors.js";
import type { LuaResult, LuaRuntime } from "../lua/lua-runtime.js";
import { asValue, type KubernetesObject } from "../manifest/object.js";
import { isObject, type Value } from "../manifest/value.js";
import type { HealthOverride } from "./assess.js";
import { type Health, health, isHealthStatus } from "./health.js";

/** The verdict of a user's script; Argo CD: nothing returned is an empty status, an unknown one is Unknown. */
export function luaHealth(object: KubernetesObject, override: HealthOverride, lua: LuaRuntime): Health {
  return readLuaHealth(lua.run(override.script, { object: asValue(object), useOpenLibs: override.useOpenLibs }));
}

/** What a health script returned, as a verdict. Throws InputError LUA_RESULT. */
export function readLuaHealth(result: LuaResult): Health {
  if (result.kind === "nil") return health("");
  if (result.kind === "other") {
    throw new InputError(`expect table output from Lua script, not ${result.type}`, { code: "LUA_RESULT" });
  }
  const fields = readFields(result.value);
  if (fields === undefined) return health("");
  return isHealthStatus(fields.status)
    ? health(fields.status, fields.message)
    : health("Unknown", "Lua returned an invalid health status");
}

/** Undefined where Go's JSON reader would find a wrong type; field names match in any case. */
function readFields(value: Value): { readonly status: string; readonly message: string } | undefined {
  if (!isObject(value)) return undefined;
  const fields = { status: "", message: "" };
  for (const [key, member] of Object.entries(value)) {
    const name = key.toLowerCase();
    if ((name !== "status" && name !== "message") || member === null) continue;
    if (typeof member !== "string") return undefined;
    fields[name] = member;
  }
  return fields;
}
