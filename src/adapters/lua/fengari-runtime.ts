import { InputError } from "../../core/errors.js";
import type { LuaInput, LuaResult, LuaRuntime } from "../../core/lua/lua-runtime.js";
import { fengari, type LuaState, stringBudget } from "./fengari-modules.js";
import { openLibraries } from "./libraries.js";
import { pushValue, readResult } from "./values.js";

const { lua, lauxlib, to_luastring: bytes, to_jsstring: text } = fengari;

export interface LuaLimits {
  /** VM instructions of one run. */
  readonly instructions: number;
  /** Bytes of the longest string. */
  readonly stringLength: number;
  /** Bytes of all strings that a run makes. */
  readonly stringBytes: number;
}

export const defaultLuaLimits: LuaLimits = { instructions: 3_000_000, stringLength: 4 << 20, stringBytes: 64 << 20 };

const instructionsPerCheck = 10_000;

/**
 * A LuaRuntime on fengari, a Lua interpreter in JavaScript. `nowSeconds` is what `os.time()` says. One state a run: scripts
 * share nothing.
 */
export function fengariRuntime(options: { readonly nowSeconds: () => number; readonly limits?: LuaLimits }): LuaRuntime {
  const limits = options.limits ?? defaultLuaLimits;
  return {
    run: (script, input) => {
      const outer = { ...stringBudget };
      stringBudget.remainingBytes = limits.stringBytes;
      stringBudget.maxLength = limits.stringLength;
      stringBudget.isExceeded = false;
      try {
        return runOnce(script, input, limits, options.nowSeconds());
      } finally {
        Object.assign(stringBudget, outer);
      }
    },
  };
}

function runOnce(script: string, input: LuaInput, limits: LuaLimits, nowSeconds: number): LuaResult {
  const state = lauxlib.luaL_newstate();
  openLibraries(state, { useOpenLibs: input.useOpenLibs, nowSeconds, maxLength: limits.stringLength });
  pushValue(state, { ...input.actionParams });
  lua.lua_setglobal(state, bytes("actionParams"));
  pushValue(state, input.object);
  lua.lua_setglobal(state, bytes("obj"));
  const code = bytes(script);
  if (lauxlib.luaL_loadbuffer(state, code, code.length, bytes("=<string>")) !== lua.LUA_OK) throw failure(state, "LUA_SYNTAX");
  limitInstructions(state, limits.instructions);
  const outcome = lua.lua_pcall(state, 0, lua.LUA_MULTRET, 0);
  lua.lua_sethook(state, null, 0, 0);
  if (outcome !== lua.LUA_OK) throw failure(state, "LUA_RUNTIME");
  return readResult(state);
}

/** Past the budget every further instruction fails, so a script cannot catch its way out. */
function limitInstructions(state: LuaState, instructions: number): void {
  let remaining = instructions;
  const check = (running: LuaState): void => {
    remaining -= instructionsPerCheck;
    if (remaining > 0 && !stringBudget.isExceeded) return;
    lua.lua_sethook(running, check, lua.LUA_MASKCOUNT, 1);
    lauxlib.luaL_where(running, 0);
    lua.lua_pushstring(running, bytes("context deadline exceeded"));
    lua.lua_concat(running, 2);
    lua.lua_error(running);
  };
  stringBudget.onExceeded = (running) => lua.lua_sethook(running, check, lua.LUA_MASKCOUNT, 1);
  lua.lua_sethook(state, check, lua.LUA_MASKCOUNT, instructionsPerCheck);
}

function failure(state: LuaState, code: "LUA_SYNTAX" | "LUA_RUNTIME"): InputError {
  if (stringBudget.isExceeded) return new InputError("<string>: the script's strings grow too large", { code: "LUA_BUDGET" });
  const found = lua.lua_tostring(state, -1);
  const message = found === null ? "the script raised an error that is no text" : text(found, undefined, undefined, true);
  const isOverBudget = message.includes("context deadline exceeded");
  return new InputError(message, { code: isOverBudget ? "LUA_BUDGET" : code });
}
