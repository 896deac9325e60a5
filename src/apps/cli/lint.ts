import { randomBytes } from "node:crypto";
import { type Command, Option } from "commander";
import { formatLocation, InputError } from "../../core/errors.js";
import { coverSecrets } from "../../core/impact/cover-secrets.js";
import type { FleetState } from "../../core/impact/fleet-state.js";
import type { Selection } from "../../core/kustomize/index.js";
import { type LintResult, lintFleet, rules, suppressionRules } from "../../core/lint/lint.js";
import { isObject, listAt } from "../../core/manifest/value.js";
import { addRevisionOptions, chosenState, type FleetOptions, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";
import { fixWorktree } from "./lint-fix.js";
import { lintSarif } from "./lint-sarif.js";
import { outputOption, printValue } from "./output.js";

interface Options extends FleetOptions {
  readonly output: "text" | "json" | "sarif";
  readonly rule: readonly string[];
  readonly severity: "error" | "warning";
  readonly fix?: boolean;
}

/** `fleetwright lint`: what is wrong with the fleet beyond what fails. Exit code 1 with findings, 2 on an error. */
export function registerLint(program: Command, io: CliIo): void {
  addRevisionOptions(program.command("lint").description("findings about the fleet, each with its place"))
    .addOption(outputOption(["text", "json", "sarif"], "text"))
    .addOption(
      new Option("--rule <ids>", "only these rules, separated by commas; may be repeated")
        .default([])
        .argParser((value: string, before: readonly string[]) => [...before, ...value.split(",").map((id) => id.trim())]),
    )
    .addOption(
      new Option("--severity <severity>", "the least severity that counts").choices(["error", "warning"]).default("warning"),
    )
    .option("--fix", "put deprecated fields into the form that takes their place, where the fleet provably renders the same")
    .action(async (options: Options) => {
      if (options.fix === true && !(await fixWorktree(io, options))) return;
      const selections: Selection[] = [];
      await withFleet(io, { ...options, onSelection: (selection) => void selections.push(selection) }, async (fleet) => {
        checkRules(options.rule);
        const { id, state } = await chosenState(fleet, options);
        const { lint, isSearched } = await fleet.config(id);
        const input = {
          state,
          tree: await fleet.checkout.tree(id),
          isSearched,
          inventory: await fleet.inventory(id),
          selections,
        };
        const result = lintFleet(input, {
          suppressions: listAt(lint, "suppress").filter(isObject),
          severity: options.severity,
          ...(options.rule.length > 0 ? { only: new Set(options.rule) } : {}),
        });
        print(io, withoutSecrets(result, state), options.output);
        io.setExitCode(result.findings.length > 0 ? 1 : 0);
      });
    });
}

/** A message may quote a value: what Secrets hold is covered. */
function withoutSecrets({ findings, suppressed, ...rest }: LintResult, state: FleetState): LintResult {
  const manifests = [...state.applications.values()].flatMap(({ render }) => render.manifests);
  const specs = [...state.applications.values()].map(({ spec }) => spec);
  const cover = coverSecrets(manifests, randomBytes(16).toString("hex"), { specs });
  const told = <T extends { readonly message: string }>(finding: T): T => ({ ...finding, message: cover.text(finding.message) });
  return { ...rest, findings: findings.map(told), suppressed: suppressed.map(told) };
}

function checkRules(asked: readonly string[]): void {
  const known = [...rules, ...suppressionRules].map(({ id }) => id);
  const unknown = asked.find((id) => !known.includes(id));
  if (unknown !== undefined)
    throw new InputError(`there is no rule ${unknown}`, { code: "CLI_USAGE", hint: `the rules are ${known.join(", ")}` });
}

function print(io: CliIo, result: LintResult, format: Options["output"]): void {
  if (format === "json") printValue(io, result, "json");
  else if (format === "sarif") printValue(io, lintSarif(result), "json");
  else io.out(textOf(result));
}

function textOf({ findings, suppressed }: LintResult): string {
  const lines = findings.map(
    ({ severity, rule, location, message }) => `${formatLocation(location)}: ${severity}: ${message} [${rule}]`,
  );
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const counts = [
    `${errors} ${errors === 1 ? "error" : "errors"}`,
    `${findings.length - errors} ${findings.length - errors === 1 ? "warning" : "warnings"}`,
    ...(suppressed.length > 0 ? [`${suppressed.length} suppressed`] : []),
  ];
  const fixable = findings.filter(({ isFixable }) => isFixable === true).length;
  const hint = fixable > 0 ? `; ${fixable} may be mended by --fix` : "";
  return `${[...lines, findings.length === 0 && suppressed.length === 0 ? "no findings" : `${counts.join(", ")}${hint}`].join("\n")}\n`;
}
