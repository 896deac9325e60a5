import { randomBytes } from "node:crypto";
import { readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { diskTree } from "../../adapters/fs/disk-tree.js";
import { InputError } from "../../core/errors.js";
import {
  type Chart,
  loadChart,
  loadChartArchive,
  mergeUserValues,
  releaseNameOf,
  showOnly,
  templateChart,
} from "../../core/helm/index.js";
import type { CliIo } from "./io.js";

interface TemplateFlags {
  readonly values: readonly string[];
  readonly set: readonly string[];
  readonly setString: readonly string[];
  readonly setJson: readonly string[];
  readonly setFile: readonly string[];
  readonly setLiteral: readonly string[];
  readonly namespace?: string;
  readonly kubeVersion?: string;
  readonly apiVersions: readonly string[];
  readonly includeCrds?: boolean;
  readonly skipTests?: boolean;
  readonly hooks: boolean;
  readonly skipSchemaValidation?: boolean;
  readonly isUpgrade?: boolean;
  readonly nameTemplate?: string;
  readonly generateName?: boolean;
  readonly showOnly: readonly string[];
  readonly debug?: boolean;
  readonly repo?: string;
  readonly version?: string;
  readonly username?: string;
  readonly password?: string;
  readonly plainHttp?: boolean;
}

/** `fleetwright helm template [NAME] CHART`: the flags, output and messages of Helm 4.3, rendered in process. */
export function registerHelm(program: Command, io: CliIo): void {
  const helm = program.command("helm").description("charts, rendered in process");
  helm
    .command("template [args...]")
    .description("render a chart (a folder or a .tgz) and print it, as `helm template [NAME] CHART` does")
    .option("-f, --values <file>", "values in a YAML file (- for standard input)", many, [])
    .option("--set <assignments>", "values: key1=val1,key2=val2", many, [])
    .option("--set-string <assignments>", "string values", many, [])
    .option("--set-json <assignments>", "JSON values", many, [])
    .option("--set-file <assignments>", "values from files: key1=path1", many, [])
    .option("--set-literal <assignment>", "a literal string value", many, [])
    .option("-n, --namespace <name>", "namespace of the release")
    .option("--kube-version <version>", "Kubernetes version for Capabilities.KubeVersion")
    .option("-a, --api-versions <versions>", "API versions for Capabilities.APIVersions", manySeparated, [])
    .option("--include-crds", "include CRDs in the output")
    .option("--skip-tests", "leave tests out")
    .option("--no-hooks", "leave hooks out")
    .option("--skip-schema-validation", "do not check values against values.schema.json")
    .option("--is-upgrade", "set .Release.IsUpgrade instead of .Release.IsInstall")
    .option("--name-template <template>", "template of the release's name")
    .option("-g, --generate-name", "make up a name")
    .option("-s, --show-only <template>", "only manifests of these templates", many, [])
    .option("--repo <url>", "chart repository in which CHART is a name")
    .option("--version <range>", "version or range of the chart; default the newest release")
    .option("--username <name>", "user of the chart repository or registry")
    .option("--password <secret>", "password of the chart repository or registry")
    .option("--plain-http", "speak to the registry without TLS")
    .option("--debug", "say where an error was found")
    .action(async (args: readonly string[], flags: TemplateFlags) => {
      try {
        io.out(await template(io, args, flags));
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        const place =
          flags.debug && error.location ? ` (${error.code} at ${error.location.file}:${error.location.line ?? 1})` : "";
        io.err(`Error: ${error.message}${hintFor(error, flags)}${place}\n`);
        io.setExitCode(1);
      }
    });
}

function many(value: string, before: readonly string[]): string[] {
  return [...before, value];
}

function manySeparated(value: string, before: readonly string[]): string[] {
  return [...before, ...value.split(",")];
}

async function template(io: CliIo, args: readonly string[], flags: TemplateFlags): Promise<string> {
  const { releaseName, chartPath } = nameAndChart(args, flags);
  const files = await Promise.all(
    flags.values.map(async (name) => ({ name, text: name === "-" ? await io.readInput() : read(io, name).toString("utf8") })),
  );
  const { set, setString, setJson, setFile, setLiteral } = flags;
  const readFile = (path: string) => read(io, path).toString("utf8");
  const values = mergeUserValues({ files, set, setString, setJson, setFile, setLiteral, readFile });
  const output = templateChart(await chartFor(io, chartPath, flags), values, {
    releaseName,
    ...(flags.namespace && { namespace: flags.namespace }),
    ...(flags.kubeVersion && { kubeVersion: flags.kubeVersion }),
    apiVersions: flags.apiVersions,
    includeCrds: flags.includeCrds ?? false,
    skipTests: flags.skipTests ?? false,
    skipHooks: !flags.hooks,
    skipSchemaValidation: flags.skipSchemaValidation ?? false,
    isUpgrade: flags.isUpgrade ?? false,
    ...unstable,
  });
  for (const warning of output.warnings) io.err(`level=WARN msg=${JSON.stringify(warning)}\n`);
  return flags.showOnly.length > 0 ? showOnly(output.yaml, flags.showOnly) : output.yaml;
}

const unstable = {
  now: () => BigInt(Date.now()) * 1_000_000n,
  random: (count: number) => new Uint8Array(randomBytes(count)),
};

function nameAndChart(
  args: readonly string[],
  flags: TemplateFlags,
): { readonly releaseName: string; readonly chartPath: string } {
  const [first, second, ...more] = args;
  if (first === undefined) throw usage('"helm template" requires at least 1 argument');
  if (more.length > 0) throw usage(`expected at most two arguments, unexpected arguments: ${more.join(", ")}`);
  if (second !== undefined) {
    if (flags.generateName) throw usage("cannot set --generate-name and also specify a name");
    if (flags.nameTemplate) throw usage("cannot set --name-template and also specify a name");
    return { releaseName: first, chartPath: second };
  }
  if (flags.nameTemplate) return { releaseName: releaseNameOf(flags.nameTemplate, unstable), chartPath: first };
  if (!flags.generateName) return { releaseName: "release-name", chartPath: first };
  const base = basename(first).split(".")[0] || "chart";
  return { releaseName: `${base}-${Math.floor(Date.now() / 1000)}`, chartPath: first };
}

/** A chart of the disk, of `--repo` or of an `oci://` registry. */
async function chartFor(io: CliIo, path: string, flags: TemplateFlags): Promise<Chart> {
  const { repo, version = "", username, password, plainHttp } = flags;
  const isOci = path.startsWith("oci://");
  if (repo === undefined && !isOci) return load(io, path);
  // Only where a network is asked for: what `helm template` of a folder does not use, it does not load.
  const { chartRegistry } = await import("../../adapters/charts/chart-registry.js");
  const cacheDir = await mkdtemp(join(tmpdir(), "fleetwright-charts-"));
  const credentials = { ...(username === undefined ? {} : { username }), ...(password === undefined ? {} : { password }) };
  const [host = ""] = path.slice("oci://".length).split("/");
  const charts = chartRegistry({
    cacheDir,
    credentials: () => (password === undefined ? undefined : credentials),
    monotonic: () => performance.now(),
    ...(plainHttp === true ? { plainHosts: new Set([host]) } : {}),
  });
  try {
    const request = { repoURL: repo ?? path, chart: repo === undefined ? "" : path, revision: version };
    return loadChartArchive(await charts.archive(await charts.resolve(request)));
  } finally {
    await charts.close();
    await rm(cacheDir, { recursive: true, force: true });
  }
}

function load(io: CliIo, path: string): Chart {
  const place = resolve(io.cwd, path);
  let isFolder: boolean;
  try {
    isFolder = statSync(place).isDirectory();
  } catch {
    throw new InputError(`path ${JSON.stringify(path)} not found`, { code: "HELM_NOT_FOUND", location: { file: path } });
  }
  return isFolder ? loadChart(diskTree(place), "") : loadChartArchive(new Uint8Array(readFileSync(place)));
}

function read(io: CliIo, path: string): Buffer {
  try {
    return readFileSync(resolve(io.cwd, path));
  } catch (cause) {
    throw new InputError(`open ${path}: no such file or directory`, { code: "HELM_VALUES", location: { file: path }, cause });
  }
}

/** Helm: once a chart was rendered in part, --debug shows more. */
function hintFor(error: InputError, flags: TemplateFlags): string {
  const isLate = error.code === "HELM_TEMPLATE" || error.code === "HELM_MANIFEST" || error.code === "HELM_INCOMPATIBLE";
  return isLate && !flags.debug ? "\n\nUse --debug flag to render out invalid YAML" : "";
}

function usage(message: string): InputError {
  return new InputError(message, { code: "HELM_USAGE" });
}
