import { InputError } from "../../core/errors.js";
import type { CachePort } from "../../ports/cache.js";
import type { Clock } from "../../ports/clock.js";
import { CircuitBreaker } from "./circuit-breaker.js";

export interface RedisCacheOptions {
  /** `redis://host:6379`, `rediss://…` with TLS. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Certificates (PEM) that `rediss://` is trusted by; default: the system's. */
  readonly ca?: string;
  readonly clock: Pick<Clock, "monotonic">;
  /** A cache that answers later than this is slower than doing without. */
  readonly timeoutMs?: number;
  readonly onFailure?: (error: unknown) => void;
  /** A command has ended. */
  readonly onRequest?: (command: string, seconds: number, failed: boolean) => void;
}

/** More than any render; who writes into the server must not be able to fill the memory of those who read. */
const mostBytes = 64 * 1024 * 1024;

export interface RedisCache extends CachePort {
  close(): Promise<void>;
}

/** A CachePort over Redis or Valkey. It never throws and never makes a caller wait long: a server that is away is a miss. */
export async function redisCache(options: RedisCacheOptions): Promise<RedisCache> {
  const { createClient, RESP_TYPES } = await import("@redis/client").catch((cause: unknown) => {
    throw new InputError("the package @redis/client is not installed", { code: "REDIS_PACKAGE", cause });
  });
  const { url, username, password, ca, clock, timeoutMs = 250, onFailure = () => {}, onRequest } = options;
  const client = createClient({
    url,
    ...(username ? { username } : {}),
    ...(password ? { password } : {}),
    // Nothing is queued while the server is away: whoever asks then has a miss.
    disableOfflineQueue: true,
    commandsQueueMaxLength: 1_000,
    socket: {
      connectTimeout: 2_000,
      reconnectStrategy: (retries: number) => Math.min(5_000, 100 * 2 ** Math.min(retries, 6)),
      ...(ca === undefined ? {} : { tls: true as const, ca }),
    },
  });
  client.on("error", onFailure);
  const bytes = client.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
  void client.connect().catch(onFailure);
  const breaker = new CircuitBreaker({ clock, failures: 5, pauseMs: 2_000 });
  const asked = <T>(command: string, call: () => Promise<T>): Promise<T | undefined> =>
    breaker.run(async () => {
      const startedMs = clock.monotonic();
      let failed = true;
      try {
        const value = await withTimeout(call(), timeoutMs);
        failed = false;
        return value;
      } finally {
        onRequest?.(command, (clock.monotonic() - startedMs) / 1000, failed);
      }
    }, onFailure);
  return {
    async get(key) {
      const value = await asked("get", () => bytes.getRange(key, 0, mostBytes).catch(notOursWhenOfAnotherType));
      // Redis: what is not there is an empty string.
      return value === null || value === undefined || value.byteLength === 0 ? undefined : value;
    },
    async set(key, value, { ttlMs } = {}) {
      if (value.byteLength > mostBytes) return;
      await asked("set", () =>
        client.set(key, Buffer.from(value), ttlMs === undefined ? {} : { expiration: { type: "PX", value: Math.ceil(ttlMs) } }),
      );
    },
    async delete(key) {
      await asked("del", () => client.del(key));
    },
    async close() {
      client.destroy();
    },
  };
}

/** The server is well; somebody has put a list or a hash under the name. */
function notOursWhenOfAnotherType(error: unknown): Buffer {
  if (error instanceof Error && error.message.startsWith("WRONGTYPE")) return Buffer.of(0);
  throw error;
}

async function withTimeout<T>(call: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
    call.catch(() => {});
  }
}
