import { hostname } from "node:os";
import { type RedisCache, redisCache } from "../../adapters/redis/redis-cache.js";
import { sealedCache } from "../../adapters/redis/sealed-cache.js";
import { formatError } from "../../core/errors.js";
import { secretData } from "../../core/manifest/secret-data.js";
import type { Clock } from "../../ports/clock.js";
import type { ClusterPort } from "../../ports/cluster.js";
import type { Telemetry } from "../../ports/telemetry.js";

export interface SharedCacheSetup {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** Certificates (PEM) that a `rediss://` server is trusted by. */
  readonly ca?: string;
  /** What seals the entries; default: of argocd-secret. */
  readonly secret?: string;
}

export interface SharedCacheContext {
  readonly hub: ClusterPort;
  readonly namespace: string;
  readonly clock: Clock;
  readonly telemetry: Telemetry;
}

const quietMs = 30_000;

/** The Redis that renders are shared in. Without a secret nothing is shared: an entry that cannot be told from a forged one is worth nothing. */
export async function openSharedCache(setup: SharedCacheSetup, context: SharedCacheContext): Promise<RedisCache | undefined> {
  const { clock, telemetry } = context;
  const secret = setup.secret || (await secretOfArgo(context));
  if (secret === "") {
    telemetry.log.warn(
      "renders are not shared: neither FLEETWRIGHT_CACHE_SECRET nor argocd-secret gives a secret to seal them with",
    );
    return undefined;
  }
  let quietUntilMs = 0;
  const redis = await redisCache({
    ...setup,
    clock,
    onRequest(command, seconds, failed) {
      const labels = { hostname: hostname(), initiator: "argocd-application-controller" };
      telemetry.metrics.count("argocd_redis_request_total", { ...labels, command, failed: String(failed) });
      telemetry.metrics.observe("argocd_redis_request_duration", labels, seconds);
    },
    onFailure(error) {
      telemetry.metrics.count("fleetwright_shared_cache_failures_total", { reason: "unreachable" });
      if (clock.monotonic() < quietUntilMs) return;
      quietUntilMs = clock.monotonic() + quietMs;
      telemetry.log.warn("the shared cache does not answer: renders are made here", { error: formatError(error) });
    },
  });
  const onForged = (): void => {
    telemetry.metrics.count("fleetwright_shared_cache_failures_total", { reason: "forged" });
    telemetry.log.warn("the shared cache holds an entry that is not ours: it is not used");
  };
  return { ...sealedCache(redis, { secret, onForged }), close: () => redis.close() };
}

/** `fleetwright.cache.secret`, else what Argo CD signs its sessions with. */
async function secretOfArgo({ hub, namespace, telemetry }: SharedCacheContext): Promise<string> {
  try {
    const found = await hub.get({ apiVersion: "v1", kind: "Secret", namespace, name: "argocd-secret" });
    const data = found === undefined ? {} : secretData(found);
    return data["fleetwright.cache.secret"] || data["server.secretkey"] || "";
  } catch (error) {
    telemetry.log.warn("argocd-secret cannot be read", { error: formatError(error) });
    return "";
  }
}
