import type { LuaInput, LuaResult } from "../core/lua/lua-runtime.js";

/** Runs users' scripts away from here, with limits of time, memory and instructions. Rejects with InputError LUA_*. */
export interface LuaPort {
  run(script: string, input: LuaInput): Promise<LuaResult>;
  close(): Promise<void>;
}
