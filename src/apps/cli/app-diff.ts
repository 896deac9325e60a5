import { type Command, Option } from "commander";
import { formatValue } from "../../core/impact/format-value.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { parseRfc3339Ms } from "../../core/tracking/application-flags.js";
import { addSelectionOptions, chooseApplications, isOneByName, type SelectionOptions } from "./application-selection.js";
import { addInspectOptions, type InspectOptions, withInspector } from "./inspect-options.js";
import type { CliIo } from "./io.js";
import { formatAge, isTable, type OutputFormat, outputOption, printValue } from "./output.js";
import {
  differenceValue,
  type FieldDifference,
  type ResourceDifference,
  resourceDifferences,
  shown,
} from "./resource-difference.js";

interface DiffOptions extends InspectOptions, SelectionOptions {
  readonly output: OutputFormat;
  readonly revision?: string;
}

interface ManifestOptions extends InspectOptions, SelectionOptions {
  readonly output: OutputFormat;
  readonly revision?: string;
  readonly source: "git" | "live";
}

/** `fleetwright app diff [NAMES]`: compared now, not as last reported. Exit code 1 when something differs, 2 when it cannot be told. */
export function registerAppDiff(app: Command, io: CliIo): void {
  addSelectionOptions(
    addInspectOptions(app.command("diff [names...]").description("render, read what is live, and show what a sync would change")),
  )
    .option("--revision <revision>", "compare with this revision of the first source")
    .addOption(outputOption())
    .action((names: readonly string[], options: DiffOptions) =>
      withInspector(io, options, async (inspector, hub) => {
        const isNamed = !isOneByName(names);
        const values: unknown[] = [];
        let code: 0 | 1 | 2 = 0;
        for (const application of await chooseApplications(hub, names, options)) {
          const inspection = await inspector.inspect(application, options);
          const differences = resourceDifferences(inspection.resources);
          const { name } = application.metadata;
          for (const { type, message } of inspection.conditions) io.err(`${isNamed ? `${name}: ` : ""}${type}: ${message}\n`);
          const whose = isNamed ? { application: name } : {};
          values.push(...differences.map((difference) => ({ ...whose, ...differenceValue(difference) })));
          if (isTable(options.output)) {
            if (isNamed && differences.length > 0) io.out(`${name}\n`);
            io.out(differences.map((difference) => text(difference, options.output === "wide")).join(""));
          }
          code = inspection.failed ? 2 : code === 0 && differences.length > 0 ? 1 : code;
        }
        if (!isTable(options.output)) printValue(io, values, options.output);
        io.setExitCode(code);
      }),
    );
}

/** `fleetwright app manifests [NAMES]`: what git comes to, or what is live. Secret values are hidden. */
export function registerAppManifests(app: Command, io: CliIo): void {
  addSelectionOptions(addInspectOptions(app.command("manifests [names...]").description("the manifests of Applications")))
    .addOption(new Option("--source <side>", "of which side").choices(["git", "live"]).default("git"))
    .option("--revision <revision>", "of this revision of the first source")
    .addOption(outputOption(["yaml", "json", "table", "wide"], "yaml"))
    .action((names: readonly string[], options: ManifestOptions) =>
      withInspector(io, options, async (inspector, hub) => {
        const objects: KubernetesObject[] = [];
        for (const application of await chooseApplications(hub, names, options)) {
          const { resources } = await inspector.inspect(application, options);
          objects.push(...resources.flatMap(({ target, live }) => sideOf(shown({ target, live }), options.source)));
        }
        printManifests(io, objects, options.output);
      }),
    );
}

function sideOf(pair: ReturnType<typeof shown>, source: "git" | "live"): readonly KubernetesObject[] {
  const object = source === "git" ? pair.target : pair.live;
  return object ? [object] : [];
}

function printManifests(io: CliIo, objects: readonly KubernetesObject[], output: OutputFormat): void {
  if (output === "json") printValue(io, objects, "json");
  else if (output === "yaml")
    for (const object of objects) {
      io.out("---\n");
      printValue(io, object, "yaml");
    }
  else
    for (const { apiVersion, kind, metadata } of objects)
      io.out(`${apiVersion}  ${kind}  ${metadata.namespace ?? ""}  ${metadata.name}\n`);
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
