import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import type { FleetApplication, FleetState } from "../../core/impact/fleet-state.js";
import { foldChanges } from "../../core/impact/fold.js";
import { changedResources, type ResourceChange } from "../../core/impact/resource-change.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { resourceLines, someNames } from "../fleet/report/terminal.js";
import { addRevisionOptions, chosenState, type FleetOptions, findApplication, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";
import { outputOption, printValue } from "./output.js";

interface Options extends FleetOptions {
  readonly output: string;
  readonly env: readonly string[];
  readonly label: string;
}

/** `fleetwright compare APP_A APP_B`, or two environments service by service. Exit code 1 when they differ. */
export function registerCompare(program: Command, io: CliIo): void {
  addRevisionOptions(
    program.command("compare [appA] [appB]").description("the rendered difference of two Applications, or of two environments"),
  )
    .option("--env <env>", "an environment; give it twice", (value: string, before: readonly string[]) => [...before, value], [])
    .option("--label <key>", "the label that names the environment", "env")
    .addOption(outputOption(["table", "json"]))
    .action((appA: string | undefined, appB: string | undefined, options: Options) =>
      withFleet(io, options, async (fleet) => {
        const { state } = await chosenState(fleet, options);
        const pairs =
          options.env.length === 2 ? environmentPairs(state, options.label, options.env) : [namedPair(state, appA, appB)];
        const changes = new Map(pairs.map(([a, b]) => [`${a.name} → ${b.name}`, differences(a, b)]));
        const folded = foldChanges(changes);
        if (options.output === "json") printValue(io, folded, "json");
        else {
          for (const { change, applications } of folded) {
            io.out(
              `${{ added: "+", removed: "-", changed: "~" }[change.kind]} ${change.resource.kind} ${change.resource.name}  in ${someNames(applications)}\n`,
            );
            for (const line of resourceLines(change)) io.out(`  ${line}\n`);
          }
          io.out(`${pairs.length} ${pairs.length === 1 ? "pair" : "pairs"} compared, ${folded.length} differences\n`);
        }
        io.setExitCode(folded.length > 0 ? 1 : 0);
      }),
    );
}

function namedPair(
  state: FleetState,
  appA: string | undefined,
  appB: string | undefined,
): readonly [FleetApplication, FleetApplication] {
  if (!appA || !appB) throw new InputError("two Applications are needed, or --env twice", { code: "CLI_USAGE" });
  return [findApplication(state, appA), findApplication(state, appB)];
}

/** Applications that are the same but for the environment label: every other label and the project agree, and the names but for the environment's. */
function environmentPairs(
  state: FleetState,
  label: string,
  [from = "", to = ""]: readonly string[],
): readonly (readonly [FleetApplication, FleetApplication])[] {
  const labelsOf = (application: FleetApplication): Record<string, string> =>
    (application.metadata["labels"] ?? {}) as Record<string, string>;
  const keyOf = (application: FleetApplication, env: string): string => application.name.replace(env, "\u0000");
  const others = new Map(
    [...state.applications.values()]
      .filter((application) => labelsOf(application)[label] === to)
      .map((application) => [keyOf(application, to), application]),
  );
  return [...state.applications.values()]
    .filter((application) => labelsOf(application)[label] === from)
    .flatMap((application) => {
      const other = others.get(keyOf(application, from));
      return other ? [[application, other] as const] : [];
    });
}

/** Resources are paired by kind and name; the namespace is where an environment lives, not what it runs. */
function differences(a: FleetApplication, b: FleetApplication): readonly ResourceChange[] {
  const bare = (manifests: readonly KubernetesObject[]): readonly KubernetesObject[] =>
    manifests.map((manifest) => {
      const { namespace: _, ...metadata } = manifest.metadata;
      return { ...manifest, metadata };
    });
  return changedResources(bare(a.render.manifests), bare(b.render.manifests), { secretKey: randomBytes(16).toString("hex") });
}
