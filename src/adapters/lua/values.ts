import { InputError } from "../../core/errors.js";
import type { LuaResult } from "../../core/lua/lua-runtime.js";
import type { Value, ValueObject } from "../../core/manifest/value.js";
import { fengari, type LuaState } from "./fengari-modules.js";

const { lua, to_luastring: bytes, to_jsstring: text } = fengari;
const maxDepth = 190;

/** Pushes a JSON value; null becomes nil (a hole in a list), every number a float, as Lua 5.1 has no other. */
export function pushValue(state: LuaState, value: Value): void {
  lua.lua_checkstack(state, 4);
  if (value === null) lua.lua_pushnil(state);
  else if (typeof value === "boolean") lua.lua_pushboolean(state, value);
  else if (typeof value === "number") lua.lua_pushnumber(state, value);
  else if (typeof value === "bigint") lua.lua_pushnumber(state, Number(value));
  else if (typeof value === "string") lua.lua_pushstring(state, bytes(value));
  else if (Array.isArray(value)) pushList(state, value);
  else pushObject(state, value as ValueObject);
}

function pushList(state: LuaState, list: readonly Value[]): void {
  lua.lua_createtable(state, list.length, 0);
  let position = 0;
  for (const item of list) {
    // gopher-lua: appending nil leaves the list as long as it was.
    if (item === null) continue;
    pushValue(state, item);
    lua.lua_rawseti(state, -2, ++position);
  }
}

function pushObject(state: LuaState, object: ValueObject): void {
  const entries = Object.entries(object);
  lua.lua_createtable(state, 0, entries.length);
  for (const [key, member] of entries) {
    if (member === null) continue;
    pushValue(state, member);
    lua.lua_setfield(state, -2, bytes(key));
  }
}

/** The last value that the chunk returned. */
export function readResult(state: LuaState): LuaResult {
  if (lua.lua_gettop(state) === 0) return { kind: "nil" };
  const type = lua.lua_type(state, -1);
  if (type === lua.LUA_TNIL) return { kind: "nil" };
  if (type !== lua.LUA_TTABLE) return { kind: "other", type: typeName(state, type) };
  return { kind: "table", value: readTable(state, new Set(), 0) };
}

/** The value on top of the stack, which stays there. */
function readValue(state: LuaState, open: Set<unknown>, depth: number): Value {
  switch (lua.lua_type(state, -1)) {
    case lua.LUA_TNIL:
      return null;
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, -1);
    case lua.LUA_TNUMBER:
      return readNumber(lua.lua_tonumber(state, -1));
    case lua.LUA_TSTRING:
      return text(lua.lua_tostring(state, -1) ?? new Uint8Array(), undefined, undefined, true);
    case lua.LUA_TTABLE:
      return readTable(state, open, depth);
    default:
      throw badResult(`cannot encode ${typeName(state, lua.lua_type(state, -1))} to JSON`);
  }
}

function readNumber(value: number): number {
  if (!Number.isFinite(value)) throw badResult(`json: unsupported value: ${value}`);
  return Object.is(value, -0) ? 0 : value;
}

function readTable(state: LuaState, open: Set<unknown>, depth: number): Value {
  const identity = lua.lua_topointer(state, -1);
  if (open.has(identity) || depth > maxDepth) throw badResult("cannot encode recursively nested tables to JSON");
  open.add(identity);
  lua.lua_checkstack(state, 6);
  const entries: [number | string, Value][] = [];
  lua.lua_pushnil(state);
  while (lua.lua_next(state, -2) !== 0) {
    entries.push([readKey(state), readValue(state, open, depth + 1)]);
    lua.lua_pop(state, 1);
  }
  open.delete(identity);
  return typeof entries[0]?.[0] === "string" ? asObject(entries) : asList(entries);
}

function readKey(state: LuaState): number | string {
  const type = lua.lua_type(state, -2);
  if (type === lua.LUA_TNUMBER) return lua.lua_tonumber(state, -2);
  if (type === lua.LUA_TSTRING) return text(lua.lua_tostring(state, -2) ?? new Uint8Array(), undefined, undefined, true);
  throw badResult("cannot encode mixed or invalid key types");
}

function asList(entries: readonly [number | string, Value][]): readonly Value[] {
  const sorted = [...entries].sort(([a], [b]) => Number(a) - Number(b));
  return sorted.map(([key, value], index) => {
    if (typeof key === "string") throw badResult("cannot encode mixed or invalid key types");
    if (key !== index + 1) throw badResult("cannot encode sparse array");
    return value;
  });
}

function asObject(entries: readonly [number | string, Value][]): ValueObject {
  const sorted = entries.map(([key, value]): [string, Value] => {
    if (typeof key !== "string" || key === "__proto__") throw badResult("cannot encode mixed or invalid key types");
    return [key, value];
  });
  return Object.fromEntries(sorted.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function typeName(state: LuaState, type: number): string {
  return text(lua.lua_typename(state, type));
}

function badResult(message: string): InputError {
  return new InputError(message, { code: "LUA_RESULT" });
}
