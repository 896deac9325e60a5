import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import type { Command } from "commander";
import { diskTree } from "../../adapters/fs/disk-tree.js";
import { type Adoption, adoptApplications } from "../../core/adopt/adopt.js";
import type { GeneratorSources } from "../../core/adopt/choose-generators.js";
import type { SourceApplication } from "../../core/adopt/sample.js";
import { type Cluster, clusterFromSecret } from "../../core/applicationset/index.js";
import { formatLocation, InputError } from "../../core/errors.js";
import { formatValue } from "../../core/impact/format-value.js";
import { isObject, listAt, objectAt, stringAt, type Value } from "../../core/manifest/value.js";
import { emitYaml } from "../../core/yaml/emit.js";
import { parseYamlDocuments } from "../../core/yaml/parse.js";
import { type CliIo, guarded } from "./io.js";
import { outputOption, printValue } from "./output.js";

interface Options {
  readonly output: "report" | "yaml" | "json";
  readonly name: string;
  readonly fix?: boolean;
  readonly keep?: boolean;
  readonly out?: string;
  readonly repo?: string;
}

/** `fleetwright adopt DIR|-`: hand-written Applications become one ApplicationSet, with proof. Exit code 1 when some are unlike their siblings. */
export function registerAdopt(program: Command, io: CliIo): void {
  program
    .command("adopt <dir>")
    .description(
      "turn hand-written Applications (a folder, or - for standard input) into the smallest ApplicationSet, with proof",
    )
    .addOption(outputOption(["report", "yaml", "json"], "report"))
    .option("--name <name>", "name of the ApplicationSet", "adopted")
    .option("--fix", "anomalies become as their siblings are")
    .option("--keep", "anomalies stay as they are, as exceptions (the default)")
    .option("--out <folder>", "write applicationset.yaml and the exceptions there")
    .option("--repo <dir>", "the repository with cluster Secrets and files to generate from (default: the one around DIR)")
    .action((dir: string, options: Options) =>
      guarded(io, async () => {
        const applications = dir === "-" ? readText("-", await io.readInput()) : readFolder(join(io.cwd, dir), io.cwd);
        if (applications.length === 0) throw new InputError(`${dir} holds no Application`, { code: "ADOPT_NOTHING" });
        const top = options.repo ?? (dir === "-" ? undefined : repositoryAround(join(io.cwd, dir)));
        const sources = top === undefined ? undefined : readSources(top, applications);
        const adoption = adoptApplications(applications, { name: options.name, fix: options.fix === true, sources });
        if (options.out !== undefined) writeAdoption(options.out, adoption, applications);
        if (options.output === "json") printValue(io, jsonOf(adoption), "json");
        else if (options.output === "yaml") io.out(emitYaml(adoption.applicationSet, { style: "kubernetes" }));
        else io.out(reportText(adoption, applications.length));
        io.setExitCode(adoption.anomalies.length > 0 ? 1 : 0);
      }),
    );
}

function readFolder(folder: string, cwd: string): readonly SourceApplication[] {
  if (!existsSync(folder)) throw new InputError(`${folder} is not there`, { code: "ADOPT_NOTHING" });
  if (statSync(folder).isFile()) return readText(relative(cwd, folder), readFileSync(folder, "utf8"));
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => /\.(ya?ml|json)$/.test(name))
    .sort()
    .flatMap((name) => readText(relative(cwd, join(folder, name)), readFileSync(join(folder, name), "utf8")));
}

function readText(file: string, text: string): readonly SourceApplication[] {
  if (!text.includes("argoproj.io/")) return [];
  return parseYamlDocuments(text, { dialect: "kubernetes", file }).flatMap((document, index) =>
    itemsOf(document)
      .filter((value) => stringAt(value, "kind") === "Application" && stringAt(value, "apiVersion").startsWith("argoproj.io/"))
      .map((value) => ({ file, document: index, text, value })),
  );
}

/** What kubectl prints is one List. */
function itemsOf(document: Value) {
  if (!isObject(document)) return [];
  return stringAt(document, "kind") === "List" ? listAt(document, "items").filter(isObject) : [document];
}

function repositoryAround(folder: string): string | undefined {
  for (let here = folder; ; here = join(here, "..")) {
    if (existsSync(join(here, ".git"))) return here;
    if (here === join(here, "..")) return undefined;
  }
}

function readSources(top: string, applications: readonly SourceApplication[]): GeneratorSources {
  const clusters: Cluster[] = [];
  for (const name of readdirSync(top, { recursive: true, encoding: "utf8" })) {
    if (!/\.ya?ml$/.test(name) || name.startsWith(".git/")) continue;
    const text = readFileSync(join(top, name), "utf8");
    if (!text.includes("argocd.argoproj.io/secret-type")) continue;
    try {
      for (const document of parseYamlDocuments(text, { dialect: "kubernetes", file: name })) {
        const cluster = isObject(document) && stringAt(document, "kind") === "Secret" ? clusterFromSecret(document) : undefined;
        if (cluster) clusters.push(cluster);
      }
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
    }
  }
  const repoURL = stringAt(objectAt(objectAt(applications[0]!.value, "spec"), "source"), "repoURL");
  return { clusters, tree: diskTree(top), repoURL };
}

function jsonOf({ applicationSet, anomalies, exceptions, proof }: Adoption): unknown {
  return {
    applicationSet,
    exceptions,
    anomalies: anomalies.map(({ application, file, fields }) => ({
      application,
      file,
      line: fields[0]?.location.line ?? 1,
      fields: fields.map(({ location, is, expected, ...field }) => ({
        ...field,
        ...(is === undefined ? {} : { is }),
        ...(expected === undefined ? {} : { expected }),
        line: location.line ?? 1,
      })),
    })),
    proof,
  };
}

function reportText({ applicationSet, anomalies, exceptions, proof }: Adoption, count: number): string {
  const lines = anomalies.flatMap(({ application, fields }) =>
    fields.map(
      ({ location, path, is, expected, agreeing, siblings }) =>
        `${formatLocation(location)}: ${application}: ${path} is ${is === undefined ? "missing" : formatValue(is)}; ` +
        `${expected === undefined ? "missing" : formatValue(expected)} is expected, as in ${agreeing} of ${siblings} siblings`,
    ),
  );
  const proven = `${proof.equal.length} of ${count} Applications come out of the set field by field as they were written`;
  const rest = [
    exceptions.length > 0 ? `${exceptions.length} stay as exceptions` : "",
    proof.different.length > 0 ? `${proof.different.length} come out fixed` : "",
    proof.missing.length > 0 ? `${proof.missing.length} are missing` : "",
    proof.extra.length > 0 ? `${proof.extra.length} would be new` : "",
    ...proof.errors,
  ].filter((text) => text !== "");
  const summary = [`${anomalies.length} Applications are unlike their siblings`, [proven, ...rest].join("; ")];
  return `${emitYaml(applicationSet, { style: "kubernetes" })}---\n${[...lines, ...summary].map((line) => `# ${line}\n`).join("")}`;
}

function writeAdoption(folder: string, adoption: Adoption, applications: readonly SourceApplication[]): void {
  mkdirSync(join(folder, "exceptions"), { recursive: true });
  writeFileSync(join(folder, "applicationset.yaml"), emitYaml(adoption.applicationSet, { style: "kubernetes" }));
  for (const { value } of applications) {
    const name = stringAt(objectAt(value, "metadata"), "name");
    if (adoption.exceptions.includes(name))
      writeFileSync(join(folder, "exceptions", `${name}.yaml`), emitYaml(value, { style: "kubernetes" }));
  }
}
