import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ProjectSpec, SyncWindow } from "../../core/project/app-project.js";
import { activeWindows } from "../../core/project/sync-windows.js";
import type { ApiResource, ClusterPort } from "../../ports/cluster.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatTable, type OutputFormat, outputOption, printValue } from "./output.js";

type Options = HubOptions & { readonly output: OutputFormat };

const projectResource: ApiResource = {
  group: "argoproj.io",
  version: "v1alpha1",
  kind: "AppProject",
  resource: "appprojects",
  namespaced: true,
  verbs: ["list"],
};

/** `fleetwright proj list|get|windows`: AppProjects on a hub. */
export function registerProj(program: Command, io: CliIo): void {
  const proj = program.command("proj").description("AppProjects on a hub");
  const formats = outputOption(["table", "wide", "json", "yaml"]);
  addHubOptions(proj.command("list").alias("ls").description("list projects"))
    .addOption(formats)
    .action((options: Options) =>
      withHub(io, options, async (hub) => {
        const { items } = await hub.list(projectResource, { namespace: options.namespace });
        const sorted = [...items].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
        if (isForPrograms(options)) printValue(io, sorted, options.output);
        else io.out(projectTable(sorted));
      }),
    );
  addHubOptions(proj.command("get <name>").description("what a project permits"))
    .addOption(formats)
    .action((name: string, options: Options) =>
      withHub(io, options, async (hub) => {
        const project = await getProject(hub, name, options.namespace);
        if (isForPrograms(options)) printValue(io, project, options.output);
        else io.out(summary(project));
      }),
    );
  addHubOptions(proj.command("windows <name>").description("the sync windows of a project, and which are open now"))
    .addOption(formats)
    .action((name: string, options: Options) =>
      withHub(io, options, async (hub) => {
        const windows = specOf(await getProject(hub, name, options.namespace)).syncWindows ?? [];
        const rows = windows.map((window) => ({ ...window, isActive: isActive(window) }));
        if (isForPrograms(options)) printValue(io, rows, options.output);
        else io.out(windowTable(rows));
      }),
    );
}

function isForPrograms({ output }: Options): boolean {
  return output === "json" || output === "yaml";
}

async function getProject(hub: ClusterPort, name: string, namespace: string): Promise<KubernetesObject> {
  const found = await hub.get({ apiVersion: "argoproj.io/v1alpha1", kind: "AppProject", namespace, name });
  if (found) return found;
  throw new InputError(`there is no AppProject ${name} in namespace ${namespace}`, {
    code: "PROJECT_NOT_FOUND",
    hint: "fleetwright proj list shows what there is",
  });
}

function specOf(project: KubernetesObject): ProjectSpec & { readonly description?: string } {
  return (project["spec"] ?? {}) as ProjectSpec & { readonly description?: string };
}

function projectTable(projects: readonly KubernetesObject[]): string {
  return formatTable(
    ["NAME", "DESCRIPTION", "SOURCES", "DESTINATIONS", "ROLES", "WINDOWS"],
    projects.map((project) => {
      const { description = "", sourceRepos = [], destinations = [], roles = [], syncWindows = [] } = specOf(project);
      const counts = [roles.length, syncWindows.length].map(String);
      return [project.metadata.name, description, list(sourceRepos), list(destinations.map(destinationText)), ...counts];
    }),
  );
}

function list(texts: readonly string[]): string {
  return texts.length > 2 ? `${texts.length} entries` : texts.join(",") || "<none>";
}

function destinationText(destination: { readonly server?: string; readonly name?: string; readonly namespace?: string }): string {
  return `${destination.name || destination.server || ""}/${destination.namespace ?? ""}`;
}

function summary(project: KubernetesObject): string {
  const spec = specOf(project);
  const kinds = (rules: ProjectSpec["clusterResourceWhitelist"] | null): readonly string[] =>
    (rules ?? []).map(({ group = "", kind = "" }) => `${group}/${kind}`);
  const sections: readonly (readonly [string, readonly string[] | undefined])[] = [
    ["Description", spec.description ? [spec.description] : undefined],
    ["Sources", spec.sourceRepos],
    ["Destinations", spec.destinations?.map(destinationText)],
    ["Application namespaces", spec.sourceNamespaces],
    ["Cluster kinds allowed", kinds(spec.clusterResourceWhitelist)],
    ["Cluster kinds denied", kinds(spec.clusterResourceBlacklist)],
    ["Namespaced kinds allowed", spec.namespaceResourceWhitelist ? kinds(spec.namespaceResourceWhitelist) : ["(all)"]],
    ["Namespaced kinds denied", kinds(spec.namespaceResourceBlacklist)],
    ["Roles", spec.roles?.map(({ name, groups = [] }) => (groups.length > 0 ? `${name} (${groups.join(", ")})` : name))],
    ["Sync windows", spec.syncWindows?.map(({ kind, schedule, duration }) => `${kind} ${schedule} for ${duration}`)],
  ];
  const lines = sections.flatMap(([label, texts = []]) =>
    (texts.length > 0 ? texts : ["<none>"]).map((text, index) => `${(index === 0 ? `${label}:` : "").padEnd(26)}${text}\n`),
  );
  return `${"Name:".padEnd(26)}${project.metadata.name}\n${lines.join("")}`;
}

/** A window that cannot be read is not open; the controller says why. */
function isActive(window: SyncWindow): boolean {
  try {
    return activeWindows([window], { atMs: Date.now() }).length > 0;
  } catch {
    return false;
  }
}

function windowTable(windows: readonly (SyncWindow & { readonly isActive: boolean })[]): string {
  return formatTable(
    ["ID", "STATUS", "KIND", "SCHEDULE", "DURATION", "ZONE", "APPLICATIONS", "NAMESPACES", "CLUSTERS", "MANUALSYNC"],
    windows.map((window, index) => [
      String(index),
      window.isActive ? "Active" : "Inactive",
      window.kind ?? "",
      window.schedule ?? "",
      window.duration ?? "",
      window.timeZone || "UTC",
      (window.applications ?? []).join(",") || "-",
      (window.namespaces ?? []).join(",") || "-",
      (window.clusters ?? []).join(",") || "-",
      String(window.manualSync === true),
    ]),
  );
}
