import { InputError } from "../../core/errors.js";
import type { LuaInput, LuaResult } from "../../core/lua/lua-runtime.js";
import type { LuaPort } from "../../ports/lua.js";
import type { LuaLimits } from "./fengari-runtime.js";
import { LuaWorker } from "./lua-worker.js";

export interface LuaPoolOptions {
  readonly nowSeconds: () => number;
  readonly monotonic: () => number;
  readonly threads?: number;
  readonly timeLimitMs?: number;
  readonly heapMegabytes?: number;
  readonly limits?: LuaLimits;
}

const strikes = 3;
const pauseMs = 60_000;

/**
 * Scripts in a few threads without credentials or files. A script that exceeds its limits three times running is not run for a minute:
 * its objects are told so, and the others do not wait behind it.
 */
export function luaPool(options: LuaPoolOptions): LuaPort {
  const { threads = 2, timeLimitMs = 1_000, heapMegabytes = 64 } = options;
  const limits = options.limits === undefined ? {} : { limits: options.limits };
  const lanes = Array.from({ length: threads }, () => ({
    worker: new LuaWorker({ timeLimitMs, heapMegabytes, ...limits }),
    pending: 0,
  }));
  const offences = new Map<string, { readonly count: number; readonly at: number }>();
  const run = async (script: string, input: LuaInput): Promise<LuaResult> => {
    const lane = lanes.reduce((best, one) => (one.pending < best.pending ? one : best));
    lane.pending++;
    try {
      return await lane.worker.run(script, input, options.nowSeconds());
    } finally {
      lane.pending--;
    }
  };
  return {
    async run(script, input) {
      const offence = offences.get(script);
      if (offence !== undefined && offence.count >= strikes && options.monotonic() - offence.at < pauseMs)
        throw new InputError("<string>: the script exceeded its limits several times and is not run for a minute", {
          code: "LUA_BUDGET",
        });
      try {
        const result = await run(script, input);
        offences.delete(script);
        return result;
      } catch (error) {
        if (error instanceof InputError && error.code === "LUA_BUDGET")
          offences.set(script, { count: (offence?.count ?? 0) + 1, at: options.monotonic() });
        throw error;
      }
    },
    async close() {
      await Promise.all(lanes.map(({ worker }) => worker.close()));
    },
  };
}
