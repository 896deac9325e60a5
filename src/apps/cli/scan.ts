import type { Command } from "commander";
import { formatError } from "../../core/errors.js";
import type { FleetApplication, FleetState } from "../../core/impact/fleet-state.js";
import { addRevisionOptions, chosenState, type FleetOptions, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";
import { outputOption, printValue } from "./output.js";

/** `fleetwright scan`: what a repository holds, what renders and what does not. Exit code 1 when something does not. */
export function registerScan(program: Command, io: CliIo): void {
  addRevisionOptions(
    program.command("scan [dir]").description("what is here: sets, Applications, what renders, what does not and why"),
  )
    .addOption(outputOption(["table", "json"]))
    .action((dir: string | undefined, options: FleetOptions & { readonly output: string }) =>
      withFleet(io, { ...options, ...(dir === undefined ? {} : { checkout: dir }) }, async (fleet) => {
        const { state } = await chosenState(fleet, options);
        const found = survey(state);
        if (options.output === "json") printValue(io, found, "json");
        else io.out(text(found));
        io.setExitCode(found.failures.length + found.problems.length > 0 ? 1 : 0);
      }),
    );
}

interface Found {
  readonly applicationSets: readonly {
    readonly name: string;
    readonly file: string;
    readonly applications: number;
    readonly errors: readonly string[];
  }[];
  readonly applications: number;
  readonly writtenByHand: number;
  readonly resources: number;
  /** The same error of many Applications is told once. */
  readonly failures: readonly { readonly error: string; readonly applications: readonly string[] }[];
  readonly problems: readonly string[];
}

function survey(state: FleetState): Found {
  const applications = [...state.applications.values()];
  const failures = new Map<string, string[]>();
  for (const { name, render } of applications) {
    if (!render.error) continue;
    const error = formatError(render.error);
    failures.set(error, [...(failures.get(error) ?? []), name]);
  }
  return {
    applicationSets: [...state.applicationSets.values()].map((set) => ({
      name: set.key,
      file: set.file,
      applications: set.applications.length,
      errors: set.errors.map(formatError),
    })),
    applications: applications.length,
    writtenByHand: applications.filter(({ origin }: FleetApplication) => origin.kind === "file").length,
    resources: applications.reduce((sum, { render }) => sum + render.manifests.length, 0),
    failures: [...failures].map(([error, names]) => ({ error, applications: names })),
    problems: state.problems.map(({ error }) => formatError(error)),
  };
}

function text(found: Found): string {
  const lines = [
    `${found.applicationSets.length} ApplicationSets, ${found.applications} Applications (${found.writtenByHand} written by hand), ${found.resources} rendered resources`,
    ...found.applicationSets.flatMap((set) => [
      `  ${set.name}  ${set.applications} Applications  ${set.file}`,
      ...set.errors.map((error) => `    ! ${error}`),
    ]),
    found.failures.length === 0 ? "every Application renders" : "cannot be rendered:",
    ...found.failures.map(
      ({ error, applications }) =>
        `  ! ${error}  (${applications.length}: ${applications.slice(0, 3).join(", ")}${applications.length > 3 ? " …" : ""})`,
    ),
    ...found.problems.map((problem) => `! ${problem}`),
    "next: fleetwright impact HEAD~1 HEAD | fleetwright diff HEAD~1 | fleetwright render APP",
    ...(found.writtenByHand > 2
      ? ["      fleetwright adopt DIR turns Applications written by hand into one ApplicationSet"]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}
