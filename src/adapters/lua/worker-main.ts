import { parentPort, workerData } from "node:worker_threads";
import { FleetwrightError } from "../../core/errors.js";
import type { LuaInput } from "../../core/lua/lua-runtime.js";
import { fengariRuntime, type LuaLimits } from "./fengari-runtime.js";

/** The inside of a Lua worker: one message in, one out. */
const { limits } = workerData as { readonly limits: LuaLimits };

parentPort?.on("message", ({ script, input, nowSeconds }: { script: string; input: LuaInput; nowSeconds: number }) => {
  try {
    parentPort?.postMessage({ result: fengariRuntime({ nowSeconds: () => nowSeconds, limits }).run(script, input) });
  } catch (error) {
    const code = error instanceof FleetwrightError ? error.code : "LUA_RUNTIME";
    parentPort?.postMessage({ error: { code, message: error instanceof Error ? error.message : String(error) } });
  }
});
