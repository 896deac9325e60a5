import type { Command } from "commander";
import { systemClock } from "../../adapters/clock/system-clock.js";
import { ExternalError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { ApplicationsView } from "../server/applications-view.js";
import { applicationRow } from "./application-row.js";
import { addSelectionOptions, type SelectionOptions, selectApplications } from "./application-selection.js";
import { printStates } from "./application-states.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { type OutputFormat, outputOption } from "./output.js";
import { Progress } from "./progress.js";

interface Options extends HubOptions, SelectionOptions {
  readonly sync?: boolean;
  readonly health?: boolean;
  readonly operation?: boolean;
  readonly timeout: string;
  readonly output: OutputFormat;
}

export interface WaitOptions {
  readonly namespace: string;
  readonly timeoutMs: number;
  /** Only the end of the running operation counts. */
  readonly isOperationOnly?: boolean;
  readonly isSyncWanted?: boolean;
  readonly isHealthWanted?: boolean;
}

/** `fleetwright app wait`: exit code 2 when the time ends first. */
export function registerAppWait(app: Command, io: CliIo): void {
  addSelectionOptions(
    addHubOptions(app.command("wait [names...]").description("wait until Applications are Synced, Healthy and at rest")),
  )
    .option("--sync", "only until Synced")
    .option("--health", "only until Healthy")
    .option("--operation", "only until no operation runs")
    .option("--timeout <seconds>", "how long to wait", "300")
    .addOption(outputOption())
    .action((names: readonly string[], options: Options) =>
      withHub(io, options, async (hub) => {
        const chosen = await selectApplications(hub, names, options);
        const ended = await waitForApplications(io, hub, chosen, {
          namespace: options.namespace,
          timeoutMs: Number(options.timeout) * 1000,
          isOperationOnly: options.operation === true,
          isSyncWanted: options.health !== true,
          isHealthWanted: options.sync !== true,
        });
        printStates(io, ended, options.output);
      }),
    );
}

/** Watches until all are as wanted and gives them as they are then; a failed operation is told of and is exit code 2. */
export async function waitForApplications(
  io: CliIo,
  hub: ClusterPort,
  applications: readonly KubernetesObject[],
  options: WaitOptions,
): Promise<readonly KubernetesObject[]> {
  const clock = systemClock();
  const view = new ApplicationsView(hub, clock);
  const stop = new AbortController();
  const watching = view.run(AbortSignal.any([stop.signal, io.stop]));
  const keys = applications.map((application) => `${application.metadata.namespace}/${application.metadata.name}`);
  const stage = new Progress(io, () => clock.monotonic()).stage("waiting", keys.length);
  try {
    const holds = (all: ReadonlyMap<string, KubernetesObject>): boolean => {
      const done = keys.filter((key) => isDone(all.get(key), options)).length;
      stage.at(done);
      return done === keys.length;
    };
    await view
      .until(`${keys.length} Applications`, holds, { timeoutMs: options.timeoutMs, signal: io.stop })
      .catch((error: unknown) => {
        const left = keys.filter((key) => !isDone(view.all.get(key), options));
        throw new ExternalError(
          `${(error as Error).message}; still waiting for ${left.slice(0, 10).join(", ")}${left.length > 10 ? " …" : ""}`,
          {
            code: "APP_WAIT_TIMEOUT",
            cause: error,
          },
        );
      });
    stage.done(keys.length);
    const ended = keys.map((key) => view.all.get(key)).filter((found) => found !== undefined);
    reportFailures(io, ended);
    return ended;
  } finally {
    stop.abort();
    await watching;
  }
}

function isDone(application: KubernetesObject | undefined, options: WaitOptions): boolean {
  if (!application) return false;
  const row = applicationRow(application);
  if (application["operation"] || row.operation === "Running" || row.operation === "Terminating") return false;
  if (options.isOperationOnly) return true;
  if (options.isSyncWanted !== false && row.sync !== "Synced") return false;
  return options.isHealthWanted === false || row.health === "Healthy";
}

function reportFailures(io: CliIo, applications: readonly KubernetesObject[]): void {
  for (const row of applications.map(applicationRow)) {
    if (row.operation !== "Failed" && row.operation !== "Error") continue;
    io.err(`${row.name}: ${row.operation}: ${row.operationMessage}\n`);
    io.setExitCode(2);
  }
}
