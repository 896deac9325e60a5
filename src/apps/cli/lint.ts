import type { Command } from "commander";
import { formatLocation } from "../../core/errors.js";
import { lintFleet, type RuleFinding, rules } from "../../core/lint/lint.js";
import { isObject, listAt } from "../../core/manifest/value.js";
import { addRevisionOptions, chosenState, type FleetOptions, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";
import { formatTable, outputOption, printValue } from "./output.js";

/** `fleetwright lint`: what is wrong with the fleet beyond what fails. Exit code 1 with findings. */
export function registerLint(program: Command, io: CliIo): void {
  addRevisionOptions(program.command("lint").description("findings about the fleet, each with its place"))
    .addOption(outputOption(["table", "json", "sarif"]))
    .action((options: FleetOptions & { readonly output: string }) =>
      withFleet(io, options, async (fleet) => {
        const { id, state } = await chosenState(fleet, options);
        const { lint, isSearched } = await fleet.config(id);
        const tree = await fleet.checkout.tree(id);
        const findings = lintFleet({ state, tree, isSearched }, listAt(lint, "suppress").filter(isObject));
        if (options.output === "json") printValue(io, { findings }, "json");
        else if (options.output === "sarif") printValue(io, sarif(findings), "json");
        else io.out(findings.length === 0 ? "no findings\n" : table(findings));
        io.setExitCode(findings.length > 0 ? 1 : 0);
      }),
    );
}

function table(findings: readonly RuleFinding[]): string {
  return formatTable(
    ["SEVERITY", "RULE", "PLACE", "FINDING"],
    findings.map(({ severity, rule, location, message }) => [severity, rule, formatLocation(location), message]),
  );
}

function sarif(findings: readonly RuleFinding[]): unknown {
  const results = findings.map(({ rule, severity, message, location }) => ({
    ruleId: rule,
    level: severity,
    message: { text: message },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: location.file },
          ...(location.line === undefined
            ? {}
            : {
                region: { startLine: location.line, ...(location.column === undefined ? {} : { startColumn: location.column }) },
              }),
        },
      },
    ],
  }));
  const driver = { name: "fleetwright lint", rules: rules.map(({ id }) => ({ id })) };
  return { $schema: "https://json.schemastore.org/sarif-2.1.0.json", version: "2.1.0", runs: [{ tool: { driver }, results }] };
}
