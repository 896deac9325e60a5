import { randomBytes } from "node:crypto";
import { statSync, writeFileSync } from "node:fs";
import { join, parse, relative, resolve, sep } from "node:path";
import { type Command, CommanderError, Option } from "commander";
import { diskTree } from "../../adapters/fs/disk-tree.js";
import { FleetwrightError, formatLocation } from "../../core/errors.js";
import { helmRenderer } from "../../core/helm/kustomize-renderer.js";
import {
  buildKustomization,
  isClusterScopedKind,
  type KustomizeOptions,
  type KustomizeResult,
} from "../../core/kustomize/index.js";
import { parseRepoSpec } from "../../core/kustomize/tree/repo-spec.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { splitApiVersion } from "../../core/manifest/object.js";
import type { Value } from "../../core/manifest/value.js";
import { emitYaml } from "../../core/yaml/emit.js";
import { collect } from "./collect.js";
import { inWordsOfGo } from "./go-flag-words.js";
import { takeFlagsOfGo } from "./go-switches.js";
import type { CliIo } from "./io.js";

interface BuildFlags {
  readonly reorder?: string;
  readonly loadRestrictor: string;
  readonly enableHelm?: boolean;
  readonly helmKubeVersion?: string;
  readonly helmApiVersions: readonly string[];
  readonly enableManagedbyLabel?: boolean;
  readonly enableAlphaPlugins?: boolean;
  readonly output?: string;
}

const orders = ["legacy", "none"] as const;
const restrictors = ["LoadRestrictionsRootOnly", "LoadRestrictionsNone"] as const;

/** `fleetwright kustomize build`: takes the place of `kustomize build`, same flags, bytes, warnings and exit codes. */
export function registerKustomize(program: Command, io: CliIo): void {
  const kustomize = program
    .command("kustomize")
    .description("render kustomizations in process, byte for byte as Kustomize v5.8.1");
  const build = kustomize
    .command("build")
    .description("print the resources of a kustomization directory")
    .argument("[dir]", "directory with a kustomization.yaml", ".")
    .option("--enable-helm", "render helmCharts")
    .option("--helm-kube-version <version>", "the Kubernetes version that charts see")
    .option("--helm-api-versions <version>", "an API version that charts see; may be repeated", collect, [])
    .option(
      "--load-restrictor <name>",
      "LoadRestrictionsNone lets kustomizations read files outside of their directory",
      "LoadRestrictionsRootOnly",
    )
    .option("-o, --output <path>", "write to a file, or one file a resource into a directory that exists")
    .option("--reorder <order>", "deprecated: legacy or none, where the kustomization has no sortOptions")
    .option("--enable-managedby-label", "deprecated: add app.kubernetes.io/managed-by")
    .option("--enable-alpha-plugins", "taken for compatibility: only builtin plugins run in process")
    .action((directory: string, flags: BuildFlags) => runBuild(io, directory, flags));
  takeFlagsWithoutEffect(build);
  takeFlagsOfGo(build);
  for (const [flag, message] of Object.entries(deprecatedFlags))
    build.on(`option:${flag}`, () => io.err(`Flag --${flag} has been deprecated, ${message}\n`));
  // The original's exit code for a wrong command line is 1.
  build.exitOverride((error) => {
    if (error.exitCode !== 0) io.setExitCode(1);
    throw new CommanderError(0, error.code, error.message);
  });
  build.configureOutput({ outputError: (message, write) => write(inWordsOfGo(message)) });
}

/** Flags for containers and executables, and of the `helm` program: scripts may give them, nothing here runs either. */
function takeFlagsWithoutEffect(build: Command): void {
  for (const flag of ["--as-current-user", "--enable-exec", "--helm-debug", "--network", "--stack-trace"])
    build.addOption(new Option(flag).hideHelp());
  for (const flag of ["--helm-command <path>", "--network-name <name>"]) build.addOption(new Option(flag).hideHelp());
  for (const flag of ["-e, --env <variable>", "--mount <option>"])
    build.addOption(new Option(flag).hideHelp().argParser(collect).default([]));
}

/** Told wherever they are given, before the build. */
const deprecatedFlags = {
  "enable-managedby-label":
    "The flag `enable-managedby-label` has been deprecated. Use the `managedByLabel` option in the `buildMetadata` field instead.",
  reorder: "use the new 'sortOptions' field in kustomization.yaml instead.",
};

function acceptsFlags(io: CliIo, { reorder, loadRestrictor }: BuildFlags): boolean {
  return (
    isLegal(io, "load-restrictor", loadRestrictor, ["", ...restrictors]) && isLegal(io, "reorder", reorder ?? "legacy", orders)
  );
}

function isLegal(io: CliIo, flag: string, value: string, legal: readonly string[]): boolean {
  if (legal.includes(value)) return true;
  const values = legal.filter((name) => name !== "").join(" ");
  io.err(`Error: illegal flag value --${flag} ${value}; legal values: [${values}]\n`);
  io.setExitCode(1);
  return false;
}

function runBuild(io: CliIo, directory: string, flags: BuildFlags): void {
  if (!acceptsFlags(io, flags)) return;
  const refused =
    directory === ""
      ? "must build at directory: directory path cannot be empty"
      : remote.test(directory) || parseRepoSpec(directory) !== undefined
        ? `${directory} is remote: clone the repository and build its directory`
        : undefined;
  if (refused !== undefined) {
    io.err(`Error: ${refused}\n`);
    io.setExitCode(1);
    return;
  }
  const { root } = parse(resolve(io.cwd, directory));
  try {
    const result = buildDirectory(io, directory, flags);
    if (result.kind === "needs") throw new Error(`remote content is needed: ${result.needs.map(({ url }) => url).join(", ")}`);
    writeResult(io, result, flags.output);
  } catch (error) {
    io.err(`Error: ${asGiven(messageOf(error), resolve(io.cwd, directory), directory)}\n`);
    if (error instanceof FleetwrightError && error.location) {
      const { file } = error.location;
      io.err(`  in ${formatLocation({ ...error.location, file: shownPath(io.cwd, join(root, file)) })}\n`);
    }
    io.setExitCode(1);
  }
}

/** The original names a directory that is none as it was given. */
function asGiven(message: string, path: string, given: string): string {
  return message.startsWith("must build at directory:") ? message.replace(`'${path}'`, `'${given}'`) : message;
}

/** What the system refuses in the words that Go has for it. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, syscall, path } = error as NodeJS.ErrnoException;
  const reason = code === "ENOENT" ? "no such file or directory" : code === "EACCES" ? "permission denied" : undefined;
  return reason && syscall && path ? `${syscall} ${path}: ${reason}` : error.message;
}

const remote = /^(?:git::|[a-z]+:\/\/|git@)/i;

/** As the user would name it from where they are. */
function shownPath(cwd: string, path: string): string {
  const below = relative(cwd, path);
  return below === "" || below === ".." || below.startsWith(`..${sep}`) ? path : below;
}

/** The tree is the whole disk, as for the original; what may be read is the load restrictor's business. */
function buildDirectory(io: CliIo, directory: string, flags: BuildFlags): KustomizeResult {
  const target = resolve(io.cwd, directory);
  const { root } = parse(target);
  const options: KustomizeOptions = {
    loadRestrictions: flags.loadRestrictor === "LoadRestrictionsNone" ? "none" : "rootOnly",
    ...(flags.reorder ? { reorder: flags.reorder as (typeof orders)[number] } : {}),
    enableHelm: flags.enableHelm ?? false,
    renderHelm: helmRenderer({
      now: () => BigInt(Date.now()) * 1_000_000n,
      random: (count) => new Uint8Array(randomBytes(count)),
    }),
    ...(flags.helmKubeVersion ? { helmKubeVersion: flags.helmKubeVersion } : {}),
    ...(flags.helmApiVersions.length > 0 ? { helmApiVersions: flags.helmApiVersions } : {}),
    managedByLabel: flags.enableManagedbyLabel ?? io.env["KUSTOMIZE_ENABLE_MANAGEDBY_LABEL"] === "on",
    enableAlphaPlugins: flags.enableAlphaPlugins ?? false,
    onWarning: ({ kind, message }) => io.err(kind === "deprecation" ? `${message}\n` : `# Warning: ${message}\n`),
  };
  return buildKustomization(diskTree(root), relative(root, target).split(sep).join("/"), options);
}

function writeResult(io: CliIo, result: Extract<KustomizeResult, { kind: "built" }>, output: string | undefined): void {
  if (output === undefined || output === "") {
    io.out(result.yaml());
    return;
  }
  const path = resolve(io.cwd, output);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) writeEach(path, result.resources);
  else writeFileSync(path, result.yaml());
}

/** `[namespace_]group_version_kind_name.yaml`; the namespace where there are several. */
function writeEach(directory: string, resources: readonly KubernetesObject[]): void {
  const namespaces = new Set(resources.flatMap((resource) => namespaceOf(resource) ?? []));
  for (const resource of resources) {
    const { group, version } = splitApiVersion(resource.apiVersion);
    const namespace = namespaceOf(resource);
    const prefix = namespaces.size > 1 && namespace !== undefined ? [namespace] : [];
    const parts = [...prefix, group, version, resource.kind, resource.metadata.name].filter((part) => part !== "");
    writeFileSync(
      join(directory, `${parts.join("_").toLowerCase()}.yaml`),
      emitYaml(resource as unknown as Value, { style: "kustomize" }),
    );
  }
}

/** undefined for what is in no namespace. */
function namespaceOf({ apiVersion, kind, metadata }: KubernetesObject): string | undefined {
  return isClusterScopedKind(apiVersion, kind) ? undefined : metadata.namespace || "default";
}
