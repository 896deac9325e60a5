import { randomBytes } from "node:crypto";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join, parse, relative, resolve, sep } from "node:path";
import { type Command, Option } from "commander";
import { diskTree } from "../../adapters/fs/disk-tree.js";
import { FleetwrightError, formatLocation } from "../../core/errors.js";
import { helmRenderer } from "../../core/helm/kustomize-renderer.js";
import { buildKustomization, type KustomizeOptions, type KustomizeResult } from "../../core/kustomize/index.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { splitApiVersion } from "../../core/manifest/object.js";
import type { Value } from "../../core/manifest/value.js";
import { emitYaml } from "../../core/yaml/emit.js";
import type { CliIo } from "./io.js";

interface BuildFlags {
  readonly reorder?: "legacy" | "none";
  readonly loadRestrictor: string;
  readonly enableHelm?: boolean;
  readonly helmKubeVersion?: string;
  readonly helmApiVersions?: readonly string[];
  readonly enableManagedbyLabel?: boolean;
  readonly enableAlphaPlugins?: boolean;
  readonly output?: string;
}

/** `fleetwright kustomize build`: takes the place of `kustomize build`, same bytes, warnings and exit codes. */
export function registerKustomize(program: Command, io: CliIo): void {
  const kustomize = program
    .command("kustomize")
    .description("render kustomizations in process, byte for byte as Kustomize v5.8.1");
  kustomize
    .command("build")
    .description("print the resources of a kustomization directory")
    .argument("[dir]", "directory with a kustomization.yaml", ".")
    .addOption(
      new Option("--reorder <order>", "order of the output where the kustomization has no sortOptions").choices([
        "legacy",
        "none",
      ]),
    )
    .addOption(
      new Option("--load-restrictor <name>", "LoadRestrictionsNone lets kustomizations read files outside of their directory")
        .choices(["LoadRestrictionsRootOnly", "LoadRestrictionsNone"])
        .default("LoadRestrictionsRootOnly"),
    )
    .option("--enable-helm", "render helmCharts")
    .option("--helm-kube-version <version>", "the Kubernetes version that charts see")
    .option("--helm-api-versions <versions...>", "the API versions that charts see")
    .option("--enable-managedby-label", "add app.kubernetes.io/managed-by")
    .option("--enable-alpha-plugins", "accepted for compatibility; only builtin plugins run in process")
    .option("-o, --output <path>", "write to a file, or one file a resource into a directory that exists")
    .action((directory: string, flags: BuildFlags) => runBuild(io, directory, flags));
}

function runBuild(io: CliIo, directory: string, flags: BuildFlags): void {
  const { root } = parse(resolve(io.cwd, directory));
  try {
    const result = buildDirectory(io, directory, flags);
    if (result.kind === "needs") throw new Error(`remote content is needed: ${result.needs.map(({ url }) => url).join(", ")}`);
    writeResult(io, result, flags.output);
  } catch (error) {
    io.err(`Error: ${error instanceof Error ? error.message : String(error)}\n`);
    if (error instanceof FleetwrightError && error.location) {
      const { file } = error.location;
      io.err(`  in ${formatLocation({ ...error.location, file: shownPath(io.cwd, join(root, file)) })}\n`);
    }
    io.setExitCode(1);
  }
}

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
    ...(flags.reorder ? { reorder: flags.reorder } : {}),
    enableHelm: flags.enableHelm ?? false,
    renderHelm: helmRenderer({
      now: () => BigInt(Date.now()) * 1_000_000n,
      random: (count) => new Uint8Array(randomBytes(count)),
    }),
    ...(flags.helmKubeVersion ? { helmKubeVersion: flags.helmKubeVersion } : {}),
    ...(flags.helmApiVersions ? { helmApiVersions: flags.helmApiVersions } : {}),
    managedByLabel: flags.enableManagedbyLabel ?? io.env["KUSTOMIZE_ENABLE_MANAGEDBY_LABEL"] === "true",
    enableAlphaPlugins: flags.enableAlphaPlugins ?? false,
    onWarning: ({ kind, message }) => io.err(kind === "deprecation" ? `${message}\n` : `# Warning: ${message}\n`),
  };
  return buildKustomization(diskTree(root), relative(root, target).split(sep).join("/"), options);
}

function writeResult(io: CliIo, result: Extract<KustomizeResult, { kind: "built" }>, output: string | undefined): void {
  if (output === undefined) {
    io.out(result.yaml());
    return;
  }
  const path = resolve(io.cwd, output);
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory()) writeEach(path, result.resources);
  else {
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, result.yaml());
  }
}

function writeEach(directory: string, resources: readonly KubernetesObject[]): void {
  const namespaces = new Set(resources.map(({ metadata }) => metadata.namespace ?? "default"));
  for (const resource of resources) {
    const { group, version } = splitApiVersion(resource.apiVersion);
    const type = [group, version, resource.kind].filter((part) => part !== "").join("_");
    const name = `${type}_${resource.metadata.name}.yaml`.toLowerCase();
    const prefix = namespaces.size > 1 && resource.metadata.namespace ? `${resource.metadata.namespace.toLowerCase()}_` : "";
    writeFileSync(join(directory, prefix + name), emitYaml(resource as unknown as Value, { style: "kustomize" }));
  }
}
