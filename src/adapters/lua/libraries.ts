import { chargeString, fengari, type LuaFunction, type LuaState } from "./fengari-modules.js";
import { osFunctions } from "./os-library.js";

const { lua, lauxlib, lualib, to_luastring: bytes, to_jsstring: text } = fengari;

export interface LibraryOptions {
  readonly useOpenLibs: boolean;
  readonly nowSeconds: number;
  readonly maxLength: number;
}

/** Work of one pattern match that is still allowed: (length of the subject) ^ (number of its repetitions). */
const maxPatternWork = 1e10;
const fileFunctions = ["dofile", "loadfile", "collectgarbage", "print"];

/** Opens what Argo CD's sandbox has, and puts Lua 5.1's names over 5.3's. Nothing reaches files, processes or the clock. */
export function openLibraries(state: LuaState, options: LibraryOptions): void {
  lauxlib.luaL_requiref(state, bytes("_G"), lualib.luaopen_base, true);
  lauxlib.luaL_requiref(state, bytes("table"), lualib.luaopen_table, true);
  for (const name of fileFunctions) setGlobal(state, name, name === "print" ? () => 0 : undefined);
  lua.lua_settop(state, 0);
  if (options.useOpenLibs) openStandard(state, options);
  addLua51Names(state);
  openSafeOs(state, options);
  guardConcat(state);
  explainBadOperands(state, options.useOpenLibs);
  lua.lua_settop(state, 0);
}

function openStandard(state: LuaState, options: LibraryOptions): void {
  lauxlib.luaL_requiref(state, bytes("string"), lualib.luaopen_string, true);
  lauxlib.luaL_requiref(state, bytes("math"), lualib.luaopen_math, true);
  lauxlib.luaL_requiref(state, bytes("coroutine"), lualib.luaopen_coroutine, true);
  lua.lua_settop(state, 0);
  guard(state, "string", "rep", (running) => {
    const length = stringLength(running, 1);
    chargeString(length * Math.max(0, numberAt(running, 2)) - length);
  });
  for (const name of ["find", "match", "gmatch"]) guard(state, "string", name, (running) => checkPattern(running));
  guard(state, "string", "gsub", (running) => {
    checkPattern(running);
    const replacement = lua.lua_type(running, 3) === lua.LUA_TSTRING ? stringLength(running, 3) : 0;
    chargeString(stringLength(running, 1) * replacement > options.maxLength * 16 ? options.maxLength + 1 : 0);
  });
  guard(state, "string", "format", integralNumbers);
}

function addLua51Names(state: LuaState): void {
  lua.lua_getglobal(state, bytes("table"));
  lua.lua_getfield(state, -1, bytes("unpack"));
  lua.lua_setglobal(state, bytes("unpack"));
  lua.lua_pushcfunction(state, (running) => {
    lua.lua_pushnumber(running, lua.lua_rawlen(running, 1));
    return 1;
  });
  lua.lua_setfield(state, -2, bytes("getn"));
  lua.lua_pop(state, 1);
  lua.lua_getglobal(state, bytes("load"));
  lua.lua_setglobal(state, bytes("loadstring"));
}

/** Argo CD: without the open libraries its os functions land in `table`, and `os` itself comes only by `require("os")`. */
function openSafeOs(state: LuaState, options: LibraryOptions): void {
  const functions = osFunctions(options.nowSeconds);
  const pushOs = (running: LuaState) => {
    lua.lua_createtable(running, 0, 2);
    setFunctions(running, functions);
  };
  lua.lua_getglobal(state, bytes("table"));
  setFunctions(state, functions);
  lua.lua_pop(state, 1);
  if (options.useOpenLibs) {
    pushOs(state);
    setFunctions(state, new Map([["getenv", pushNothing]]));
    lua.lua_setglobal(state, bytes("os"));
  }
  lua.lua_pushcfunction(state, (running) => {
    const name = text(lua.lua_tostring(running, 1) ?? new Uint8Array());
    if (name === "os") pushOs(running);
    else if (lua.lua_getglobal(running, bytes(name)) !== lua.LUA_TTABLE) {
      lauxlib.luaL_error(running, bytes(`module ${name} not found`));
    }
    return 1;
  });
  lua.lua_setglobal(state, bytes("require"));
}

function pushNothing(state: LuaState): number {
  lua.lua_pushnil(state);
  return 1;
}

function setFunctions(state: LuaState, functions: ReadonlyMap<string, LuaFunction>): void {
  for (const [name, run] of functions) {
    lua.lua_pushcfunction(state, run);
    lua.lua_setfield(state, -2, bytes(name));
  }
}

function setGlobal(state: LuaState, name: string, run: LuaFunction | undefined): void {
  if (run) lua.lua_pushcfunction(state, run);
  else lua.lua_pushnil(state);
  lua.lua_setglobal(state, bytes(name));
}

/** Runs `check` on the arguments before the library's own function. */
function guard(state: LuaState, library: string, name: string, check: (state: LuaState) => void): void {
  lua.lua_getglobal(state, bytes(library));
  lua.lua_getfield(state, -1, bytes(name));
  const original = lua.lua_tocfunction(state, -1);
  lua.lua_pop(state, 1);
  lua.lua_pushcfunction(state, (running) => {
    check(running);
    return original(running);
  });
  lua.lua_setfield(state, -2, bytes(name));
  lua.lua_pop(state, 1);
}

function guardConcat(state: LuaState): void {
  guard(state, "table", "concat", (running) => {
    if (lua.lua_type(running, 1) !== lua.LUA_TTABLE) return;
    const count = lua.lua_rawlen(running, 1);
    let total = stringLength(running, 2) * count;
    for (let position = 1; position <= count; position++) {
      lua.lua_rawgeti(running, 1, position);
      total += stringLength(running, -1);
      lua.lua_pop(running, 1);
    }
    chargeString(total);
  });
}

function checkPattern(state: LuaState): void {
  const pattern = lua.lua_type(state, 2) === lua.LUA_TSTRING ? text(lua.lua_tostring(state, 2) ?? new Uint8Array(), undefined, undefined, true) : "";
  const repetitions = pattern.match(/[*+-]/g)?.length ?? 0;
  const work = (stringLength(state, 1) + 1) ** Math.min(repetitions, 20);
  if (repetitions > 1 && work > maxPatternWork) lauxlib.luaL_error(state, bytes("context deadline exceeded"));
}

/** `%d` takes any whole number in Lua 5.1; the interpreter's integers have 32 bits, so larger ones are handed over as text. */
function integralNumbers(state: LuaState): void {
  const top = lua.lua_gettop(state);
  for (let position = 2; position <= top; position++) {
    if (lua.lua_type(state, position) !== lua.LUA_TNUMBER) continue;
    const value = lua.lua_tonumber(state, position);
    if (!Number.isInteger(value)) continue;
    if (Math.abs(value) > 0x7fffffff) return rewriteFormat(state, top);
  }
}

function rewriteFormat(state: LuaState, top: number): void {
  const format = text(lua.lua_tostring(state, 1) ?? new Uint8Array());
  let position = 1;
  const rewritten = format.replace(/%(?:%|[-+ #0-9.]*[a-zA-Z])/g, (spec) => {
    if (spec === "%%") return spec;
    position++;
    const isLarge = position <= top && lua.lua_type(state, position) === lua.LUA_TNUMBER && Math.abs(lua.lua_tonumber(state, position)) > 0x7fffffff;
    return isLarge && /[di]$/.test(spec) ? "%.0f" : spec;
  });
  lua.lua_pushstring(state, bytes(rewritten));
  lua.lua_replace(state, 1);
}

const arithmetic = ["add", "sub", "mul", "div", "mod", "pow", "concat"];

/** Errors of wrong operands in the words of Argo CD's interpreter, since they become health messages. */
function explainBadOperands(state: LuaState, useOpenLibs: boolean): void {
  for (const sample of [null, true, "function", ...(useOpenLibs ? [] : [0, ""])]) {
    if (sample === "function") lua.lua_pushcfunction(state, pushNothing);
    else if (sample === null) lua.lua_pushnil(state);
    else if (sample === true) lua.lua_pushboolean(state, true);
    else if (sample === 0) lua.lua_pushnumber(state, 0);
    else lua.lua_pushstring(state, bytes(""));
    lua.lua_createtable(state, 0, 10);
    const events = new Map<string, LuaFunction>([
      ["__index", failIndex],
      ["__newindex", failIndex],
    ]);
    if (sample !== 0 && sample !== "") for (const name of arithmetic) events.set(`__${name}`, failOperation(name));
    if (sample !== "function") events.set("__call", (running) => lauxlib.luaL_error(running, bytes("attempt to call a non-function object")));
    setFunctions(state, events);
    lua.lua_setmetatable(state, -2);
    lua.lua_pop(state, 1);
  }
}

function failIndex(state: LuaState): number {
  const kind = kindAt(state, 1);
  const keyType = lua.lua_type(state, 2);
  const key = keyType === lua.LUA_TSTRING || keyType === lua.LUA_TNUMBER ? text(lua.lua_tostring(state, 2) ?? new Uint8Array()) : kindAt(state, 2);
  return lauxlib.luaL_error(state, bytes(`attempt to index a non-table object(${kind}) with key '${key}'`));
}

function failOperation(name: string): LuaFunction {
  return (state) =>
    lauxlib.luaL_error(state, bytes(`cannot perform ${name} operation between ${kindAt(state, 1)} and ${kindAt(state, 2)}`));
}

function kindAt(state: LuaState, index: number): string {
  return text(lua.lua_typename(state, lua.lua_type(state, index)));
}

function stringLength(state: LuaState, index: number): number {
  const type = lua.lua_type(state, index);
  if (type === lua.LUA_TSTRING) return lua.lua_tostring(state, index)?.length ?? 0;
  return type === lua.LUA_TNUMBER ? 24 : 0;
}

function numberAt(state: LuaState, index: number): number {
  return lua.lua_isnumber(state, index) ? lua.lua_tonumber(state, index) : 0;
}
