import { type Command, Option } from "commander";
import { systemClock } from "../../adapters/clock/system-clock.js";
import { type DriftFilter, type DriftRow, driftRows, driftRowValue } from "../../core/drift/drift-rows.js";
import { driftAnnotation } from "../../core/drift/record-text.js";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { parseGoDurationMs } from "../../core/tracking/go-duration.js";
import { DriftBook } from "../../engine/drift-book.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { silentTelemetry } from "../../ports/telemetry.js";
import type { Inspector } from "../inspect/open-inspector.js";
import { actorText } from "./app-diff.js";
import { addSelectionOptions, type SelectionOptions, selectApplications } from "./application-selection.js";
import { driftSarif } from "./drift-sarif.js";
import { withHub } from "./hub-options.js";
import { addInspectOptions, type InspectOptions, withInspector } from "./inspect-options.js";
import type { CliIo } from "./io.js";
import { formatAge, formatTable, outputOption, printValue } from "./output.js";

interface Options extends InspectOptions, SelectionOptions {
  readonly for?: string;
  readonly env?: string;
  readonly cluster?: string;
  readonly cause?: string;
  readonly live?: boolean;
  readonly output: "table" | "wide" | "json" | "yaml" | "sarif";
}

const atOnce = 8;

/** `fleetwright drift`: what differs, since when, and who wrote it. Exit code 1 when something drifts, 2 on an error. */
export function registerDrift(program: Command, io: CliIo): void {
  addSelectionOptions(
    addInspectOptions(program.command("drift [names...]").description("what differs from git, since when, and who changed it")),
  )
    .addOption(new Option("--for <duration>", "only what has drifted for so long, for example 15m"))
    .option("--env <name>", "only Applications with this label env")
    .option("--cluster <name>", "only Applications on this cluster (name or server)")
    .addOption(new Option("--cause <side>", "only where this side moved").choices(["git", "cluster", "unknown"]))
    .option("--live", "compare now instead of reading what the controller noted")
    .addOption(outputOption(["table", "wide", "json", "yaml", "sarif"]))
    .action(async (names: readonly string[], options: Options) => {
      const report = async (hub: ClusterPort, inspector?: Inspector): Promise<void> => {
        const filter = filterOf(options);
        const chosen = await selectApplications(hub, names, options);
        const noted = inspector === undefined ? chosen : await compareNow(io, inspector, chosen);
        const isWhole = noted.length === chosen.length;
        const rows = driftRows(noted as unknown as readonly ValueObject[], filter, Date.now());
        print(io, rows, options, noted);
        io.setExitCode(isWhole ? (rows.length > 0 ? 1 : 0) : 2);
      };
      if (options.live) await withInspector(io, options, (inspector, hub) => report(hub, inspector));
      else await withHub(io, options, (hub) => report(hub));
    });
}

function filterOf(options: Options): DriftFilter {
  const minAgeMs = options.for === undefined ? 0 : parseGoDurationMs(options.for);
  if (minAgeMs === undefined)
    throw new InputError(`--for ${options.for}: not a duration`, { code: "CLI_USAGE", hint: "such as 15m" });
  const { env, cluster, cause } = options;
  return {
    minAgeMs,
    ...(env === undefined ? {} : { env }),
    ...(cluster === undefined ? {} : { cluster }),
    ...(cause === undefined ? {} : { cause }),
  };
}

/** The Applications with the record that a controller would write now. One that cannot be compared is told of and left out. */
async function compareNow(
  io: CliIo,
  inspector: Inspector,
  applications: readonly KubernetesObject[],
): Promise<readonly KubernetesObject[]> {
  const book = new DriftBook(systemClock(), silentTelemetry.metrics);
  const noted: KubernetesObject[] = [];
  const queue = [...applications];
  const worker = async (): Promise<void> => {
    for (let application = queue.shift(); application !== undefined; application = queue.shift()) {
      try {
        const inspection = await inspector.inspect(application);
        if (inspection.failed)
          throw new InputError(inspection.conditions.map(({ message }) => message).join("; "), { code: "APP_COMPARISON" });
        const text = await book.observe(inspection.app, inspection, inspection.cluster);
        noted.push(text === undefined ? application : withRecord(application, text));
      } catch (error) {
        io.err(`${application.metadata.name}: ${(error as Error).message}\n`);
      }
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return noted;
}

function withRecord(application: KubernetesObject, text: string | null): KubernetesObject {
  const { [driftAnnotation]: _, ...others } = application.metadata.annotations ?? {};
  const annotations = text === null ? others : { ...others, [driftAnnotation]: text };
  return { ...application, metadata: { ...application.metadata, annotations } };
}

function print(io: CliIo, rows: readonly DriftRow[], { output }: Options, applications: readonly KubernetesObject[]): void {
  if (output === "sarif") printValue(io, driftSarif(rows, applications), "json");
  else if (output === "json" || output === "yaml") printValue(io, rows.map(driftRowValue), output);
  else io.out(table(rows, output === "wide"));
}

function table(rows: readonly DriftRow[], isWide: boolean): string {
  const headers = ["APPLICATION", "CLUSTER", "RESOURCE", "DRIFT", "CAUSE", "AGE", "FIELDS"];
  const lines = rows.flatMap(({ application, cluster, episode, ageMs, project, env }) => {
    const { resource, drift, cause, fields, moreFields } = episode;
    const first = [application, cluster, resource.replace(/^\//, ""), drift, cause, formatAge(ageMs)];
    const texts = fields.map(({ path, by }) => `${path} (${actorText(by)})`);
    const listed = isWide ? texts : texts.slice(0, 3);
    const more = fields.length - listed.length + moreFields;
    const all = `${listed.join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
    return [[...first.slice(0, 2), ...(isWide ? [project, env] : []), ...first.slice(2), all]];
  });
  return formatTable(isWide ? [...headers.slice(0, 2), "PROJECT", "ENV", ...headers.slice(2)] : headers, lines);
}
