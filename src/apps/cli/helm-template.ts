import { readFileSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import type { Command } from "commander";
import { diskTree } from "../../adapters/fs/disk-tree.js";
import { InputError } from "../../core/errors.js";
import {
  type Chart,
  loadChart,
  loadChartArchive,
  mergeUserValues,
  parseKubeVersion,
  releaseNameOf,
  showOnly,
  templateChart,
} from "../../core/helm/index.js";
import { collect } from "./collect.js";
import { inWordsOfGo } from "./go-flag-words.js";
import { takeFlagsOfGo } from "./go-switches.js";
import { withCharts } from "./helm-charts.js";
import { takeHelmFlagsWithoutEffect } from "./helm-flags-without-effect.js";
import { writeManifests } from "./helm-output.js";
import type { CliIo } from "./io.js";
import { randomBytes } from "./random-bytes.js";

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
  readonly passCredentials?: boolean;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly caFile?: string;
  readonly insecureSkipTlsVerify?: boolean;
  readonly devel?: boolean;
  readonly dependencyUpdate?: boolean;
  readonly dryRun?: string | boolean;
  readonly enableDns?: boolean;
  readonly verify?: boolean;
  readonly outputDir?: string;
  readonly releaseName?: boolean;
  readonly postRenderer?: string;
  readonly postRendererArgs?: string;
  readonly validate?: boolean;
}

/** `fleetwright helm template [NAME] CHART`: the flags, output and messages of Helm 4.3, rendered in process. */
export function registerTemplate(helm: Command, io: CliIo): void {
  const command = helm
    .command("template [args...]")
    .description("render a chart (a folder or a .tgz) and print it, as `helm template [NAME] CHART` does")
    .option("-f, --values <file>", "values in a YAML file (- for standard input)", collect, [])
    .option("--set <assignments>", "values: key1=val1,key2=val2", collect, [])
    .option("--set-string <assignments>", "string values", collect, [])
    .option("--set-json <assignments>", "JSON values", collect, [])
    .option("--set-file <assignments>", "values from files: key1=path1", collect, [])
    .option("--set-literal <assignment>", "a literal string value", collect, [])
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
    .option("-s, --show-only <template>", "only manifests of these templates", collect, [])
    .option("--repo <url>", "chart repository in which CHART is a name")
    .option("--version <range>", "version or range of the chart; default the newest release")
    .option("--username <name>", "user of the chart repository or registry")
    .option("--password <secret>", "password of the chart repository or registry")
    .option("--plain-http", "speak to the registry without TLS")
    .option("--pass-credentials", "also to the host that an index names for the chart")
    .option("--cert-file <file>", "client certificate for the repository")
    .option("--key-file <file>", "key of that certificate")
    .option("--insecure-skip-tls-verify", "trust any certificate of the repository")
    .option("--devel", "versions before a release too, where --version names none")
    .option("--dependency-update", "first fetch what charts/ lacks")
    .option("--output-dir <folder>", "write files below this folder instead of printing")
    .option("--release-name", "put the release's name into --output-dir")
    .option("--post-renderer <name>", "refused: no other program is run")
    .option("--post-renderer-args <argument>", "refused with it")
    .option("--validate", "refused: no cluster is asked")
    .option("--enable-dns", "refused: no name is looked up")
    .option("--verify", "refused: no signature is checked")
    .option("--ca-file <file>", "refused: set NODE_EXTRA_CA_CERTS")
    .option("--dry-run [how]", "accepted: nothing is ever installed; `server` is refused")
    .option("--debug", "say where an error was found")
    .action(async (args: readonly string[], flags: TemplateFlags) => {
      try {
        await template(io, args, flags);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        if (flags.debug && error.location)
          io.err(`level=DEBUG msg="${error.code} at ${error.location.file}:${error.location.line ?? 1}"\n`);
        io.err(`Error: ${error.message}${hintFor(error, flags)}\n`);
        io.setExitCode(1);
      }
    });
  takeHelmFlagsWithoutEffect(command);
  takeFlagsOfGo(command);
  command.configureOutput({ outputError: (message, write) => write(inWordsOfGo(message)) });
}

function manySeparated(value: string, before: readonly string[]): string[] {
  return [...before, ...value.split(",")];
}

async function template(io: CliIo, args: readonly string[], flags: TemplateFlags): Promise<void> {
  refuseWhatIsNotSupported(flags);
  // In the original's order, since the first error is the one that is told.
  if (flags.kubeVersion) parseKubeVersion(flags.kubeVersion);
  const { releaseName, chartPath } = nameAndChart(args, flags);
  if (flags.dependencyUpdate) await (await import("./helm-dependency.js")).fetchMissing(io, chartPath, flags);
  const chart = await locate(io, chartPath, flags);
  const files = await Promise.all(
    flags.values.map(async (name) => ({ name, text: name === "-" ? await io.readInput() : read(io, name).toString("utf8") })),
  );
  const { set, setString, setJson, setFile, setLiteral } = flags;
  const readFile = (path: string) => read(io, path).toString("utf8");
  const values = mergeUserValues({ files, set, setString, setJson, setFile, setLiteral, readFile });
  const output = templateChart(chart(), values, {
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
  const { outputDir } = flags;
  if (flags.showOnly.length > 0) io.out(showOnly(output.yaml, flags.showOnly));
  else if (outputDir === undefined) io.out(output.yaml);
  else writeManifests(io, output, flags.releaseName ? join(outputDir, releaseName) : outputDir);
}

function refuseWhatIsNotSupported(flags: TemplateFlags): void {
  const { postRenderer, postRendererArgs } = flags;
  if (postRenderer !== undefined || postRendererArgs !== undefined)
    throw usage("--post-renderer runs another program, which is not supported");
  if (flags.validate) throw usage("--validate asks a cluster, which is not supported: see `fleetwright diff`");
  if (flags.dryRun === "server") throw usage("--dry-run=server asks a cluster, which is not supported: see `fleetwright diff`");
  if (flags.enableDns)
    throw usage("--enable-dns looks names up while it renders, which is not supported: set the address as a value");
  if (flags.verify)
    throw usage("--verify checks a signature, which is not supported: charts are checked by the digest of the index");
  if (flags.caFile !== undefined) throw usage("--ca-file is not supported: set NODE_EXTRA_CA_CERTS to the file");
}

const unstable = { now: () => BigInt(Date.now()) * 1_000_000n, random: randomBytes };

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

/** Finds a chart on the disk, in `--repo` or in an `oci://` registry; the function reads it. */
async function locate(io: CliIo, path: string, flags: TemplateFlags): Promise<() => Chart> {
  const { repo, version = flags.devel ? ">0.0.0-0" : "" } = flags;
  if (repo === undefined && !path.startsWith("oci://")) return onDisk(io, path);
  const request = { repoURL: repo ?? path, chart: repo === undefined ? "" : path, revision: version };
  const asked = flags.passCredentials ? { ...request, passCredentials: true } : request;
  const archive = await withCharts(flags, async (charts) => await charts.archive(await charts.resolve(asked)));
  return () => loadChartArchive(archive);
}

function onDisk(io: CliIo, path: string): () => Chart {
  const place = resolve(io.cwd, path);
  let isFolder: boolean;
  try {
    isFolder = statSync(place).isDirectory();
  } catch {
    throw new InputError(`path ${JSON.stringify(path)} not found`, { code: "HELM_NOT_FOUND", location: { file: path } });
  }
  return () => (isFolder ? loadChart(diskTree(place), "") : loadChartArchive(new Uint8Array(readFileSync(place))));
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
