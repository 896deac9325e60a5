import { createRequire } from "node:module";
import { InputError } from "../../core/errors.js";
import { goNumberText } from "./number-text.js";

/** A Lua string: bytes. */
export type LuaBytes = Uint8Array;

export interface LuaState {
  readonly opaque: unique symbol;
}

export type LuaFunction = (state: LuaState) => number;

/** The part of the C API that we call; positions are stack indexes. */
export interface LuaApi {
  readonly LUA_OK: number;
  readonly LUA_MULTRET: number;
  readonly LUA_MASKCOUNT: number;
  readonly LUA_ERRSYNTAX: number;
  readonly LUA_TNIL: number;
  readonly LUA_TBOOLEAN: number;
  readonly LUA_TNUMBER: number;
  readonly LUA_TSTRING: number;
  readonly LUA_TTABLE: number;
  lua_checkstack(state: LuaState, extra: number): boolean;
  lua_close(state: LuaState): void;
  lua_concat(state: LuaState, count: number): void;
  lua_replace(state: LuaState, index: number): void;
  lua_tocfunction(state: LuaState, index: number): LuaFunction;
  lua_createtable(state: LuaState, list: number, record: number): void;
  lua_error(state: LuaState): never;
  lua_getfield(state: LuaState, index: number, name: LuaBytes): number;
  lua_getglobal(state: LuaState, name: LuaBytes): number;
  lua_getmetatable(state: LuaState, index: number): boolean;
  lua_gettop(state: LuaState): number;
  lua_insert(state: LuaState, index: number): void;
  lua_next(state: LuaState, index: number): number;
  lua_pcall(state: LuaState, args: number, results: number, handler: number): number;
  lua_call(state: LuaState, args: number, results: number): void;
  lua_pop(state: LuaState, count: number): void;
  lua_pushboolean(state: LuaState, value: boolean): void;
  lua_pushcfunction(state: LuaState, run: LuaFunction): void;
  lua_pushnil(state: LuaState): void;
  lua_pushnumber(state: LuaState, value: number): void;
  lua_pushstring(state: LuaState, value: LuaBytes): void;
  lua_pushvalue(state: LuaState, index: number): void;
  lua_rawgeti(state: LuaState, index: number, at: number): number;
  lua_rawseti(state: LuaState, index: number, at: number): void;
  lua_rawlen(state: LuaState, index: number): number;
  lua_setfield(state: LuaState, index: number, name: LuaBytes): void;
  lua_setglobal(state: LuaState, name: LuaBytes): void;
  lua_sethook(state: LuaState, hook: ((state: LuaState) => void) | null, mask: number, count: number): void;
  lua_setmetatable(state: LuaState, index: number): void;
  lua_settop(state: LuaState, index: number): void;
  lua_toboolean(state: LuaState, index: number): boolean;
  lua_tonumber(state: LuaState, index: number): number;
  lua_topointer(state: LuaState, index: number): unknown;
  lua_tostring(state: LuaState, index: number): LuaBytes | null;
  lua_type(state: LuaState, index: number): number;
  lua_typename(state: LuaState, type: number): LuaBytes;
  lua_isnumber(state: LuaState, index: number): boolean;
}

export interface LuaAux {
  luaL_error(state: LuaState, text: LuaBytes): never;
  luaL_loadbuffer(state: LuaState, code: LuaBytes, size: number | null, chunk: LuaBytes): number;
  luaL_newstate(): LuaState;
  luaL_where(state: LuaState, level: number): void;
  luaL_requiref(state: LuaState, name: LuaBytes, open: LuaFunction, global: boolean): void;
}

export interface LuaLibraries {
  readonly luaopen_base: LuaFunction;
  readonly luaopen_table: LuaFunction;
  readonly luaopen_string: LuaFunction;
  readonly luaopen_math: LuaFunction;
  readonly luaopen_coroutine: LuaFunction;
}

interface Fengari {
  readonly lua: LuaApi;
  readonly lauxlib: LuaAux;
  readonly lualib: LuaLibraries;
  readonly to_luastring: (text: string) => LuaBytes;
  readonly to_jsstring: (bytes: LuaBytes, from?: number, to?: number, replace?: boolean) => string;
}

/** What strings the running script may still make; every new Lua string passes here. */
export const stringBudget = { remainingBytes: 0, maxLength: 0, isExceeded: false, onExceeded: (_state: LuaState): void => undefined };

const require = createRequire(import.meta.url);
export const fengari: Fengari = loadFengari();

/**
 * Loads the interpreter with two parts replaced before the rest binds to them: numbers print as in Argo CD's Lua 5.1 (`2`, not
 * `2.0`), and each new string is charged to a budget, since strings live outside V8's heap limit.
 */
function loadFengari(): Fengari {
  require("fengari/src/defs.js");
  const configuration = require("fengari/src/luaconf.js") as { LUA_COMPAT_FLOATSTRING: boolean; lua_number2str: unknown };
  configuration.LUA_COMPAT_FLOATSTRING = true;
  configuration.lua_number2str = goNumberText;
  const strings = require("fengari/src/lstring.js") as { luaS_bless: (state: LuaState, bytes: LuaBytes) => unknown };
  const makeString = strings.luaS_bless;
  strings.luaS_bless = (state, bytes) => {
    try {
      chargeString(bytes.length);
    } catch (error) {
      stringBudget.onExceeded(state);
      throw error;
    }
    return makeString(state, bytes);
  };
  return require("fengari") as Fengari;
}

/** Throws InputError LUA_BUDGET when a string of `length` bytes is too much. */
export function chargeString(length: number): void {
  stringBudget.remainingBytes -= length;
  if (length <= stringBudget.maxLength && stringBudget.remainingBytes >= 0) return;
  stringBudget.isExceeded = true;
  throw new InputError("the script's strings grow too large", { code: "LUA_BUDGET" });
}
