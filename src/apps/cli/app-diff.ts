import { type Command, Option } from "commander";
import { formatValue } from "../../core/impact/format-value.js";
import { parseRfc3339Ms } from "../../core/tracking/application-flags.js";
import { getApplication } from "./application-selection.js";
import { addInspectOptions, type InspectOptions, withInspector } from "./inspect-options.js";
import type { CliIo } from "./io.js";
import { formatAge, type OutputFormat, outputOption, printValue } from "./output.js";
import {
  differenceValue,
  type FieldDifference,
  type ResourceDifference,
  resourceDifferences,
  shown,
} from "./resource-difference.js";

interface DiffOptions extends InspectOptions {
  readonly output: OutputFormat;
  readonly revision?: string;
}

interface ManifestOptions extends InspectOptions {
  readonly output: OutputFormat;
  readonly revision?: string;
  readonly source: "git" | "live";
}

/** `fleetwright app diff NAME`: compared now, not as last reported. Exit code 1 when something differs, 2 when it cannot be told. */
export function registerAppDiff(app: Command, io: CliIo): void {
  addInspectOptions(app.command("diff <name>").description("render, read what is live, and show what a sync would change"))
    .option("--revision <revision>", "compare with this revision of the first source")
    .addOption(outputOption(["table", "wide", "json", "yaml"]))
    .action((name: string, options: DiffOptions) =>
      withInspector(io, options, async (inspector, hub) => {
        const inspection = await inspector.inspect(await getApplication(hub, name, options.namespace), options);
        const differences = resourceDifferences(inspection.resources);
        for (const { type, message } of inspection.conditions) io.err(`${type}: ${message}\n`);
        if (options.output === "json" || options.output === "yaml")
          printValue(io, differences.map(differenceValue), options.output);
        else io.out(differences.map((difference) => text(difference, options.output === "wide")).join(""));
        io.setExitCode(inspection.failed ? 2 : differences.length > 0 ? 1 : 0);
      }),
    );
}

/** `fleetwright app manifests NAME`: what git comes to, or what is live. Secret values are hidden. */
export function registerAppManifests(app: Command, io: CliIo): void {
  addInspectOptions(app.command("manifests <name>").description("the manifests of an Application"))
    .addOption(new Option("--source <side>", "of which side").choices(["git", "live"]).default("git"))
    .option("--revision <revision>", "of this revision of the first source")
    .addOption(outputOption(["yaml", "json", "table", "wide"], "yaml"))
    .action((name: string, options: ManifestOptions) =>
      withInspector(io, options, async (inspector, hub) => {
        const { resources } = await inspector.inspect(await getApplication(hub, name, options.namespace), options);
        const objects = resources.flatMap(({ target, live }) => {
          const pair = shown({ target, live });
          return (options.source === "git" ? pair.target : pair.live) ?? [];
        });
        if (options.output === "json") printValue(io, objects, "json");
        else if (options.output === "yaml")
          for (const object of objects) {
            io.out("---\n");
            printValue(io, object, "yaml");
          }
        else
          for (const { apiVersion, kind, metadata } of objects)
            io.out(`${apiVersion}  ${kind}  ${metadata.namespace ?? ""}  ${metadata.name}\n`);
      }),
    );
}

const titles = { changed: "differs", missing: "is not in the cluster", extra: "is not in git" } as const;

function text({ resource, difference, fields }: ResourceDifference, isWide: boolean): string {
  const { group, kind, namespace, name } = resource;
  const title = `${group === "" ? "" : `${group}/`}${kind} ${namespace === "" ? "" : `${namespace}/`}${name} ${titles[difference]}`;
  return [title, ...fields.map((field) => `  ${fieldText(field, isWide)}`)].map((line) => `${line}\n`).join("");
}

function fieldText({ path, live, git, by }: FieldDifference, isWide: boolean): string {
  const change = `${path}: ${formatValue(live)} → ${formatValue(git)}`;
  return isWide ? `${change}  (live value: ${actorText(by)})` : change;
}

/** `kubectl-edit, 5m ago`, or `unknown`. */
export function actorText(by: FieldDifference["by"], nowMs = Date.now()): string {
  if (by === "unknown") return by;
  const atMs = parseRfc3339Ms(by.time ?? "");
  const manager = by.subresource === undefined ? by.manager : `${by.manager} (${by.subresource})`;
  return atMs === undefined ? manager : `${manager}, ${formatAge(nowMs - atMs)} ago`;
}
