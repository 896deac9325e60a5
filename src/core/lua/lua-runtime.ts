import type { Value, ValueObject } from "../manifest/value.js";

/** What a script sees: the globals `obj` and `actionParams`. */
export interface LuaInput {
  readonly object: ValueObject;
  /** Parameters of a resource action; their values are strings. */
  readonly actionParams?: { readonly [name: string]: string };
  /** False: only base, table, package and a safe os (by `require`), as Argo CD does unless told otherwise. */
  readonly useOpenLibs: boolean;
}

/** What a script returned last. A table is seen as JSON: an empty one is an empty list, since Lua cannot tell. */
export type LuaResult =
  | { readonly kind: "table"; readonly value: Value }
  | { readonly kind: "nil" }
  | { readonly kind: "other"; readonly type: string };

/**
 * Runs users' Lua 5.1 scripts in a sandbox: no files, no processes, and budgets of instructions, string bytes and pattern
 * work, so that it always ends. Throws InputError LUA_SYNTAX, LUA_RUNTIME, LUA_BUDGET or LUA_RESULT; the message starts with
 * `<string>:LINE:`.
 */
export interface LuaRuntime {
  run(script: string, input: LuaInput): LuaResult;
}
