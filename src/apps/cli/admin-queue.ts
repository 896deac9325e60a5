import type { Command } from "commander";
import { ExternalError, formatError } from "../../core/errors.js";
import type { QueuedKey } from "../../engine/work-queue.js";
import { readShards } from "./admin-shards.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatAge, formatTable, type OutputFormat, outputOption, printValue } from "./output.js";

interface Queue {
  readonly replica: string;
  readonly applications: readonly QueuedKey[];
  readonly applicationSets: readonly QueuedKey[];
}

interface Options extends HubOptions {
  readonly output: OutputFormat;
  readonly url?: readonly string[];
  readonly all?: boolean;
}

const timeoutMs = 5_000;

/** `fleetwright admin queue`: what waits in each replica and what is worked on; asked of the replicas themselves. */
export function registerAdminQueue(admin: Command, io: CliIo): void {
  addHubOptions(admin.command("queue").description("what is worked on and what waits, in each replica"))
    .option("--url <url...>", "replicas to ask, for example of a port-forward (default: the addresses in their Leases)")
    .option("--all", "also what comes again only later")
    .addOption(outputOption())
    .action((options: Options) =>
      withHub(io, options, async (hub) => {
        const urls =
          options.url ??
          (await readShards(hub, options.namespace)).replicas.map(({ address }) => address).filter((address) => address !== "");
        if (urls.length === 0)
          throw new ExternalError("no replica says where it is reached", {
            code: "ADMIN_NO_REPLICA",
            hint: "kubectl port-forward to the controller and give --url http://127.0.0.1:PORT",
          });
        const answers = await Promise.allSettled(urls.map(ask));
        const queues = answers.flatMap((answer) => (answer.status === "fulfilled" ? [answer.value] : []));
        const silent = answers.flatMap((answer) => (answer.status === "rejected" ? [answer.reason as unknown] : []));
        if (queues.length === 0) throw silent[0];
        // One that hangs is why people look: the others are shown all the same.
        for (const error of silent) io.err(`${formatError(error)}\n`);
        if (silent.length > 0) io.setExitCode(1);
        const shown = options.all === true ? queues : queues.map(withoutLater);
        if (options.output !== "table") printValue(io, shown, options.output);
        else io.out(table(shown));
      }),
    );
}

async function ask(url: string): Promise<Queue> {
  try {
    const answer = await fetch(new URL("/api/v1/queue", url), { signal: AbortSignal.timeout(timeoutMs) });
    if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
    return (await answer.json()) as Queue;
  } catch (cause) {
    throw new ExternalError(`the replica at ${url} cannot be asked: ${formatError(cause)}`, {
      code: "ADMIN_REPLICA_UNREACHABLE",
      hint: "pods are reached from inside their cluster: kubectl port-forward, then --url",
      cause,
    });
  }
}

function withoutLater(queue: Queue): Queue {
  const now = (keys: readonly QueuedKey[]): readonly QueuedKey[] => keys.filter(({ state }) => state !== "later");
  return { ...queue, applications: now(queue.applications), applicationSets: now(queue.applicationSets) };
}

function table(queues: readonly Queue[]): string {
  const rows = queues.flatMap(({ replica, applications, applicationSets }) =>
    [
      ...applications.map((key) => ({ kind: "Application", ...key })),
      ...applicationSets.map((key) => ({ kind: "ApplicationSet", ...key })),
    ].map(({ kind, key, state, ms, failures }) => [
      replica || "(alone)",
      kind,
      key,
      state,
      formatAge(ms),
      failures ? String(failures) : "",
    ]),
  );
  return rows.length === 0 ? "nothing waits\n" : formatTable(["REPLICA", "KIND", "KEY", "STATE", "FOR", "FAILURES"], rows);
}
