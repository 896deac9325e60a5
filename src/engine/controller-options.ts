import type { ToolRenderers } from "../core/render/render-source.js";
import type { CachePort } from "../ports/cache.js";
import type { Clock, Random } from "../ports/clock.js";
import type { ClusterPort } from "../ports/cluster.js";
import type { ClusterRegistryPort } from "../ports/cluster-registry.js";
import type { GeneratorServices } from "../ports/generator-services.js";
import type { LuaPort } from "../ports/lua.js";
import type { NotificationPort } from "../ports/notifications.js";
import type { ChartRegistryPort } from "../ports/registry.js";
import type { RenderWorkers } from "../ports/render-workers.js";
import type { CredentialsFor, SourcePort } from "../ports/source.js";
import type { Telemetry } from "../ports/telemetry.js";
import type { ParameterOverrides } from "./parameters.js";
import type { ReplicaOptions } from "./replicas/share.js";

/** What a controller works with: ports, and what its process was told. */
export interface ControllerOptions {
  readonly hub: ClusterPort;
  readonly registry: ClusterRegistryPort;
  /** Makes the source of files; it asks for credentials by repository URL. */
  readonly createSource: (credentials: CredentialsFor) => Promise<SourcePort>;
  /** Makes the source of charts; without it only charts in git are rendered. */
  readonly createCharts?: (credentials: CredentialsFor) => ChartRegistryPort;
  readonly renderers: ToolRenderers;
  /** SCM hosts and plug-ins, for the generators that ask them. */
  readonly services?: GeneratorServices;
  readonly namespace: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly telemetry: Telemetry;
  /** Brings notifications to their services; without it nobody is told. */
  readonly notifications?: NotificationPort;
  /** Runs users' health scripts; without it objects that have one are Unknown. */
  readonly lua?: LuaPort;
  readonly waveDelayMs?: number;
  readonly concurrency?: number;
  /** Win over what argocd-cmd-params-cm says. */
  readonly parameters?: ParameterOverrides;
  /** Threads for renders that take long. */
  readonly renderWorkers?: RenderWorkers;
  /** Renders that replicas and restarts share; loses anything at any time, hands out only what is ours. */
  readonly renders?: CachePort;
  /** Shares the fleet with other replicas by Leases; absent: this process works on everything. */
  readonly replicas?: ReplicaOptions;
}
