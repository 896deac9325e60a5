import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { formatError, InputError } from "../../core/errors.js";
import type { FleetApplication, FleetState } from "../../core/impact/fleet-state.js";
import { type FoldedChange, foldChanges } from "../../core/impact/fold.js";
import { formatValue } from "../../core/impact/format-value.js";
import { changedResources, type ResourceChange } from "../../core/impact/resource-change.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { type ApplicationPair, type ExplainedDifference, overlayExplainer } from "../fleet/overlay-explainer.js";
import { resourceLines, someNames } from "../fleet/report/terminal.js";
import { collect } from "./collect.js";
import { addRevisionOptions, chosenState, type FleetOptions, findApplication, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";
import { outputOption, printValue } from "./output.js";

interface Options extends FleetOptions {
  readonly output: string;
  readonly env: readonly string[];
  readonly label: string;
  readonly all?: boolean;
}

/** `fleetwright compare APP_A APP_B`, or two environments service by service. Exit code 1 when something differs that no overlay explains, 2 when a side cannot be rendered. */
export function registerCompare(program: Command, io: CliIo): void {
  addRevisionOptions(
    program
      .command("compare [appA] [appB]")
      .description("the rendered difference of two Applications, or of two environments, without what their overlays explain"),
  )
    .option("--env <env>", "an environment; give it twice", collect, [])
    .option("--label <key>", "the label that names the environment", "env")
    .option("--all", "leave nothing out")
    .addOption(outputOption(["table", "json"]))
    .action((appA: string | undefined, appB: string | undefined, options: Options) =>
      withFleet(io, options, async (fleet) => {
        const { id, state } = await chosenState(fleet, options);
        const asked = new Map(
          (options.env.length === 2 ? environmentPairs(state, options.label, options.env) : [namedPair(state, appA, appB)]).map(
            (pair) => [`${pair[0].name} → ${pair[1].name}`, pair],
          ),
        );
        const errors = [...asked].flatMap(([title, pair]) => errorOf(title, pair));
        const pairs = new Map([...asked].filter(([, pair]) => pair.every(({ render }) => !render.error)));
        const folded = foldChanges(new Map([...pairs].map(([title, pair]) => [title, differences(pair)])));
        const explain = overlayExplainer(await fleet.tree(id));
        const told = options.all
          ? folded.map((change) => ({ left: change, explained: [] }))
          : folded.map((change) => explain(change, pairs.get(change.applications[0]!)!));
        const left = told.flatMap((one) => one.left ?? []);
        const explained = told.flatMap((one) => one.explained);
        if (options.output === "json") printValue(io, { pairs: pairs.size, differences: left, explained, errors }, "json");
        else io.out(text(pairs.size, left, explained));
        for (const { pair, error } of errors) io.err(`! ${pair}: ${error}\n`);
        io.setExitCode(errors.length > 0 ? 2 : left.length > 0 ? 1 : 0);
      }),
    );
}

/** What cannot be rendered cannot be compared either; all other pairs are. */
function errorOf(pair: string, sides: ApplicationPair): readonly { readonly pair: string; readonly error: string }[] {
  return sides.flatMap(({ name, render }) => (render.error ? [{ pair, error: `${name}: ${formatError(render.error)}` }] : []));
}

/** More than these are counted; `-o json` has them all. */
const mostExplained = 40;

function text(pairs: number, left: readonly FoldedChange[], explained: readonly ExplainedDifference[]): string {
  const lines: string[] = [];
  for (const { change, applications } of left) {
    const sign = { added: "+", removed: "-", changed: "~" }[change.kind];
    lines.push(`${sign} ${change.resource.kind} ${change.resource.name}  in ${someNames(applications)}`);
    for (const line of resourceLines(change)) lines.push(`  ${line}`);
  }
  const listed = explained.length <= mostExplained ? explained : [];
  if (listed.length > 0) lines.push("explained by overlays:");
  for (const { resource, field, before, after, because, count } of listed) {
    const values = field === undefined ? "" : ` ${field}: ${shown(before)} → ${shown(after)}`;
    const places = because.map(({ file, line }) => `${file}:${line}`).join(", ");
    lines.push(`  ${resource}${values}  (${places})${count > 1 ? `  in ${count} pairs` : ""}`);
  }
  lines.push(
    `${pairs} ${pairs === 1 ? "pair" : "pairs"} compared, ${left.length} ${left.length === 1 ? "difference" : "differences"}` +
      `${explained.length > 0 ? `; ${explained.length} more are explained by overlays (--all shows them like the others)` : ""}`,
  );
  return lines.map((line) => `${line}\n`).join("");
}

function shown(value: ExplainedDifference["before"]): string {
  return value === undefined ? "(absent)" : formatValue(value);
}

function namedPair(state: FleetState, appA: string | undefined, appB: string | undefined): ApplicationPair {
  if (!appA || !appB) throw new InputError("two Applications are needed, or --env twice", { code: "CLI_USAGE" });
  return [findApplication(state, appA), findApplication(state, appB)];
}

/** Applications that are the same but for the environment label: every other label and the project agree, and the names but for the environment's. */
function environmentPairs(state: FleetState, label: string, [from = "", to = ""]: readonly string[]): readonly ApplicationPair[] {
  const labelsOf = (application: FleetApplication): Record<string, string> =>
    (application.metadata["labels"] ?? {}) as Record<string, string>;
  const keyOf = (application: FleetApplication, env: string): string => application.name.replace(env, "\u0000");
  const others = new Map(
    [...state.applications.values()]
      .filter((application) => labelsOf(application)[label] === to)
      .map((application) => [keyOf(application, to), application]),
  );
  const pairs = [...state.applications.values()]
    .filter((application) => labelsOf(application)[label] === from)
    .flatMap((application) => {
      const other = others.get(keyOf(application, from));
      return other ? [[application, other] as const] : [];
    });
  if (pairs.length > 0) return pairs;
  throw new InputError(`no Application with ${label}=${from} has a twin with ${label}=${to}`, {
    code: "CLI_USAGE",
    hint: "--label names the label that tells environments apart",
  });
}

/** Resources are paired by kind and name; the namespace is where an environment lives, not what it runs. */
function differences([a, b]: ApplicationPair): readonly ResourceChange[] {
  const bare = (manifests: readonly KubernetesObject[]): readonly KubernetesObject[] =>
    manifests.map((manifest) => {
      const { namespace: _, ...metadata } = manifest.metadata;
      return { ...manifest, metadata };
    });
  return changedResources(bare(a.render.manifests), bare(b.render.manifests), {
    secretKey: randomBytes(16).toString("hex"),
    specs: [a.spec, b.spec],
  });
}
