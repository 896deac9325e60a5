import type { Command } from "commander";
import { formatError } from "../../core/errors.js";
import { walkFiles } from "../../core/impact/discover.js";
import type { FleetApplication, FleetState } from "../../core/impact/fleet-state.js";
import type { Selection } from "../../core/kustomize/index.js";
import { readFleetFiles } from "../../core/lint/fleet-files.js";
import { lintFleet } from "../../core/lint/lint.js";
import type { RuleFinding } from "../../core/lint/rule.js";
import { isObject, listAt, stringAt } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { addRevisionOptions, chosenState, type FleetOptions, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";
import { outputOption, printValue } from "./output.js";
import { type FolderSurvey, surveyFolders } from "./scan-folders.js";

/** `fleetwright scan`: what a repository holds, what renders and what does not. Exit code 1 when something does not. */
export function registerScan(program: Command, io: CliIo): void {
  addRevisionOptions(
    program.command("scan [dir]").description("what is here: sets, Applications, what renders, what does not and why"),
  )
    .addOption(outputOption(["table", "json"]))
    .action((dir: string | undefined, options: FleetOptions & { readonly output: string }) => {
      const selections: Selection[] = [];
      const where = dir === undefined ? {} : { checkout: dir };
      return withFleet(io, { ...options, ...where, onSelection: (one) => void selections.push(one) }, async (fleet) => {
        const { id, state } = await chosenState(fleet, options);
        const { lint, isSearched } = await fleet.config(id);
        const tree = await fleet.tree(id);
        const suppressions = listAt(lint, "suppress").filter(isObject);
        const { findings } = lintFleet(
          { state, tree, isSearched, inventory: await fleet.inventory(id), selections },
          { suppressions },
        );
        const folders = surveyFolders(tree, readFleetFiles(tree, isSearched), state);
        const found = { ...survey(state), ...countFolders(tree, state), folders, lint: countFindings(findings) };
        if (options.output === "json") printValue(io, found, "json");
        else io.out(text(found));
        const isBroken = found.applications === 0 && folders.failures.length > 0;
        io.setExitCode(isBroken || found.failures.length + found.problems.length > 0 ? 1 : 0);
      });
    });
}

interface Found {
  readonly applicationSets: readonly {
    readonly name: string;
    readonly file: string;
    readonly applications: number;
    readonly errors: readonly string[];
  }[];
  readonly applications: number;
  /** Kustomizations that an Application points at, and others (bases, components, what nothing uses). */
  readonly overlays: number;
  readonly otherKustomizations: number;
  readonly charts: number;
  readonly folders: FolderSurvey;
  readonly lint: readonly { readonly rule: string; readonly severity: string; readonly count: number }[];
  readonly writtenByHand: number;
  readonly resources: number;
  /** The same error of many Applications is told once. */
  readonly failures: readonly { readonly error: string; readonly applications: readonly string[] }[];
  readonly problems: readonly string[];
}

function countFolders(tree: FileTree, state: FleetState): Pick<Found, "overlays" | "otherKustomizations" | "charts"> {
  const used = new Set<string>();
  for (const { spec } of state.applications.values())
    for (const source of [spec["source"], ...listAt(spec, "sources")].filter(isObject)) used.add(stringAt(source, "path"));
  const files = walkFiles(tree);
  const kustomizations = files
    .filter((path) => /(^|\/)(kustomization\.ya?ml|Kustomization)$/.test(path))
    .map((path) => path.slice(0, Math.max(0, path.lastIndexOf("/"))));
  const overlays = kustomizations.filter((folder) => used.has(folder)).length;
  const charts = files.filter((path) => /(^|\/)Chart\.yaml$/.test(path)).length;
  return { overlays, otherKustomizations: kustomizations.length - overlays, charts };
}

function countFindings(findings: readonly RuleFinding[]): Found["lint"] {
  const counts = new Map<string, { rule: string; severity: string; count: number }>();
  for (const { rule, severity } of findings) {
    const known = counts.get(rule);
    if (known) known.count++;
    else counts.set(rule, { rule, severity, count: 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count || (a.rule < b.rule ? -1 : 1));
}

function survey(state: FleetState): Omit<Found, "overlays" | "otherKustomizations" | "charts" | "folders" | "lint"> {
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

const foldersShown = 20;

function folderLines({ rendered, outside, failures }: FolderSurvey): readonly string[] {
  const count = rendered + outside + failures.length;
  if (count === 0) return [];
  const more = [
    ...(outside > 0 ? [`${outside} need other repositories`] : []),
    ...(failures.length > 0 ? [`${failures.length} cannot be rendered`] : []),
  ];
  return [
    `${count} folders that nothing here uses, rendered by themselves: ${[`${rendered} render`, ...more].join(", ")}`,
    ...failures.slice(0, foldersShown).map(({ folder, error }) => `  ! ${folder}: ${error.replace(/\s*\n\s*/g, " ")}`),
    ...(failures.length > foldersShown ? [`  … and ${failures.length - foldersShown} more (-o json has all)`] : []),
  ];
}

function text(found: Found): string {
  const lines = [
    `${found.applicationSets.length} ApplicationSets, ${found.applications} Applications (${found.writtenByHand} written by hand), ${found.resources} rendered resources`,
    `${found.overlays} overlays that Applications point at, ${found.otherKustomizations} other kustomizations, ${found.charts} charts`,
    ...found.applicationSets.flatMap((set) => [
      `  ${set.name}  ${set.applications} Applications  ${set.file}`,
      ...set.errors.map((error) => `    ! ${error}`),
    ]),
    ...(found.failures.length > 0 ? ["cannot be rendered:"] : found.applications > 0 ? ["every Application renders"] : []),
    ...found.failures.map(
      ({ error, applications }) =>
        `  ! ${error}  (${applications.length}: ${applications.slice(0, 3).join(", ")}${applications.length > 3 ? " …" : ""})`,
    ),
    ...folderLines(found.folders),
    ...found.problems.map((problem) => `! ${problem}`),
    found.lint.length === 0 ? "lint finds nothing" : "lint:",
    ...found.lint.map(({ rule, severity, count }) => `  ${severity.padEnd(7)}  ${String(count).padStart(5)}  ${rule}`),
    ...(found.lint.length === 0 ? [] : ["next: fleetwright lint tells each with its place"]),
    ...(found.applications === 0
      ? [
          "no ApplicationSet or Application is in this repository: fleetwright kustomize build DIR | fleetwright helm template DIR",
        ]
      : ["next: fleetwright impact HEAD~1 HEAD | fleetwright diff HEAD~1 | fleetwright render APP"]),
    ...(found.writtenByHand > 2
      ? ["      fleetwright adopt DIR turns Applications written by hand into one ApplicationSet"]
      : []),
  ];
  return `${lines.join("\n")}\n`;
}
