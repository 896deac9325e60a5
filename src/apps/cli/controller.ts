import { readFileSync } from "node:fs";
import { homedir, hostname } from "node:os";
import { join } from "node:path";
import type { Command } from "commander";
import { loadKubeconfig } from "../../adapters/kubernetes/kubeconfig.js";
import { type LogLevel, pinoLogger } from "../../adapters/log/pino-logger.js";
import type { TracingOptions } from "../../adapters/otel/tracing.js";
import { replicaSetup } from "../controller/replica-setup.js";
import { runController } from "../controller/run-controller.js";
import type { SharedCacheSetup } from "../controller/shared-cache.js";
import { type CliIo, guarded } from "./io.js";

interface Options {
  readonly kubeconfig?: string;
  readonly context?: string;
  readonly namespace: string;
  readonly dataDir: string;
  readonly port: string;
  readonly host: string;
  readonly logLevel: LogLevel;
  readonly knownHosts?: string;
  readonly allowFileRepositories?: boolean;
  readonly applicationNamespaces?: string;
  readonly applicationsetNamespaces?: string;
  readonly metricsApplicationsetLabels?: string;
  readonly redis?: string;
  readonly leases: boolean;
  readonly leaseSeconds: string;
}

/** `fleetwright controller`: reconciles the Applications and ApplicationSets of a hub until it is stopped. */
export function registerController(program: Command, io: CliIo): void {
  program
    .command("controller")
    .description("reconcile the Applications and ApplicationSets of a cluster until stopped")
    .option("--kubeconfig <file>", "how to reach the hub (default: $KUBECONFIG, ~/.kube/config, in-cluster)")
    .option("--context <name>", "context of the kubeconfig")
    .option("--namespace <name>", "the control plane's namespace", "argocd")
    .option(
      "--data-dir <folder>",
      "where caches live",
      io.env["FLEETWRIGHT_DATA_DIR"] ?? join(homedir(), ".cache", "fleetwright"),
    )
    .option("--port <number>", "port of /metrics, /healthz, /readyz and /api/webhook", "8082")
    .option("--host <address>", "address to listen on", "0.0.0.0")
    .option("--log-level <level>", "debug, info, warn, error or silent", "info")
    .option("--known-hosts <file>", "known_hosts for ssh repositories")
    .option("--application-namespaces <patterns>", "further namespaces with Applications, comma-separated globs")
    .option("--applicationset-namespaces <patterns>", "further namespaces with ApplicationSets, comma-separated globs")
    .option(
      "--metrics-applicationset-labels <names>",
      "labels of ApplicationSets that argocd_appset_labels shows, comma-separated",
    )
    .option("--allow-file-repositories", "also read file:// repositories and local paths")
    .option(
      "--redis <url>",
      "share renders through this Redis (default: $FLEETWRIGHT_REDIS; password in $REDIS_PASSWORD, certificates for rediss:// in the file $FLEETWRIGHT_REDIS_CA)",
    )
    .option("--no-leases", "do not share the fleet with other replicas: this process works on everything")
    .option("--lease-seconds <number>", "after how long a silent replica's share moves to the others", "15")
    .action((options: Options) =>
      guarded(io, async () => {
        const { stop } = io;
        endInTime(stop, io);
        const connection = await loadKubeconfig({
          ...(options.kubeconfig === undefined ? {} : { file: options.kubeconfig }),
          ...(options.context === undefined ? {} : { context: options.context }),
        });
        const log = pinoLogger({ level: options.logLevel, destination: { write: (line) => io.err(line) } });
        const running = await runController({
          connection,
          namespace: options.namespace,
          dataDir: options.dataDir,
          port: Number(options.port),
          host: options.host,
          log,
          signal: stop,
          ...(options.knownHosts === undefined ? {} : { knownHosts: options.knownHosts }),
          ...(options.allowFileRepositories === true ? { allowFileRepositories: true } : {}),
          parameters: {
            ...listed("applicationNamespaces", options.applicationNamespaces),
            ...listed("applicationSetNamespaces", options.applicationsetNamespaces),
            ...listed("applicationSetLabels", options.metricsApplicationsetLabels),
          },
          ...tracing(io.env),
          ...sharedCache(options.redis ?? io.env["FLEETWRIGHT_REDIS"], io.env),
          ...(options.leases ? { replica: replicaSetup(io.env, hostname(), options) } : {}),
          ...waveDelay(io.env["ARGOCD_SYNC_WAVE_DELAY"]),
        });
        log.info("listening", { url: running.url });
        await new Promise<void>((resolve) => {
          if (stop.aborted) return resolve();
          stop.addEventListener("abort", () => resolve(), { once: true });
        });
        await running.stop();
      }),
    );
}

/** Kubernetes kills after 30 seconds: what does not let go until shortly before that (a server that never answers) is left as it is. */
const mostStoppingMs = 28_000;

function endInTime(stop: AbortSignal, io: CliIo): void {
  const end = (): void => {
    io.err("stopping took too long: what is still open is left to the next process\n");
    process.exit(2);
  };
  stop.addEventListener("abort", () => void setTimeout(end, mostStoppingMs).unref(), { once: true });
}

/** Opt-in: where the standard variable names a collector. */
function tracing(env: CliIo["env"]): { readonly tracing?: TracingOptions } {
  if (!env["OTEL_EXPORTER_OTLP_ENDPOINT"] && !env["OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"]) return {};
  return { tracing: { serviceName: env["OTEL_SERVICE_NAME"] || "fleetwright", instance: env["POD_NAME"] || hostname() } };
}

function sharedCache(url: string | undefined, env: CliIo["env"]): { readonly sharedCache?: SharedCacheSetup } {
  if (!url) return {};
  const username = env["REDIS_USERNAME"];
  const password = env["REDIS_PASSWORD"];
  const secret = env["FLEETWRIGHT_CACHE_SECRET"];
  const ca = env["FLEETWRIGHT_REDIS_CA"];
  return {
    sharedCache: {
      url,
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      ...(secret ? { secret } : {}),
      ...(ca ? { ca: readFileSync(ca, "utf8") } : {}),
    },
  };
}

/** Argo CD: ARGOCD_SYNC_WAVE_DELAY is the pause between waves in whole seconds. */
function waveDelay(seconds: string | undefined): { readonly waveDelayMs?: number } {
  return seconds !== undefined && /^\d+$/.test(seconds) ? { waveDelayMs: Number(seconds) * 1000 } : {};
}

function listed(key: string, text: string | undefined): { readonly [key: string]: readonly string[] } {
  if (text === undefined) return {};
  const patterns = text.split(",").map((part) => part.trim());
  return { [key]: patterns.filter((part) => part !== "") };
}
