import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import { explainField, type FieldStep } from "../../core/explain/explain-field.js";
import { type FieldPath, formatFieldPath, leavesOf, parseFieldPath, valueAt } from "../../core/explain/field-path.js";
import { findResource, resourceFile, resourcesOfKind, sameResource } from "../../core/explain/find-resource.js";
import { coverSecrets, type SecretCover } from "../../core/impact/cover-secrets.js";
import type { FleetApplication } from "../../core/impact/fleet-state.js";
import { formatValue } from "../../core/impact/format-value.js";
import { maskSecret } from "../../core/impact/resource-change.js";
import { asValue, type KubernetesObject } from "../../core/manifest/object.js";
import { equalValues, type Value } from "../../core/manifest/value.js";
import type { FileTree } from "../../core/render/file-tree.js";
import { filesRead } from "../../core/render/recording-tree.js";
import { firstDirectory } from "../../core/render/written-sources.js";
import type { ApplicationTracer } from "../fleet/application-tracer.js";
import { addRevisionOptions, chosenState, type FleetOptions, findApplication, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";
import { formatTable, outputOption, printValue } from "./output.js";

interface Options extends FleetOptions {
  readonly output: string;
}

/** `fleetwright explain APP [KIND/NAME] [FIELD]`: where what is rendered comes from. */
export function registerExplain(program: Command, io: CliIo): void {
  addRevisionOptions(
    program
      .command("explain <application> [resource] [field]")
      .description(
        "where an Application, a resource (KIND/NAME) or one field of it (spec.replicas) comes from: file, line, transformer",
      ),
  )
    .addOption(outputOption(["table", "json"]))
    .action((name: string, resource: string | undefined, field: string | undefined, options: Options) =>
      withFleet(io, options, async (fleet) => {
        const { id, state } = await chosenState(fleet, options);
        const application = findApplication(state, name);
        if (application.render.error) throw application.render.error;
        const tree = await fleet.checkout.tree(id);
        const tracer = await fleet.tracer(id, application);
        const explained = resource === undefined ? undefined : wantedResource(application, resource, tracer.make(tree));
        if (!explained) printApplication(io, application, tree, options.output);
        else if (field === undefined) printLeaves(io, { application, resource: explained, tree, output: options.output });
        else printField(io, { application, resource: explained, field, tree, output: options.output, tracer });
      }),
    );
}

/** What it renders, by KIND/NAME or by a kind of which there is one; or `Application/NAME`: the Application itself. */
function wantedResource(application: FleetApplication, resource: string, itself: KubernetesObject): KubernetesObject {
  const { manifests } = application.render;
  const found = findResource(manifests, resource) ?? findResource([itself], resource);
  if (found) return found;
  const ofKind = resource.includes("/") ? [] : resourcesOfKind(manifests, resource);
  if (ofKind.length === 1) return ofKind[0]!;
  throw new InputError(`${application.name} renders ${ofKind.length === 0 ? "no" : `${ofKind.length} of kind`} ${resource}`, {
    code: "EXPLAIN_NOTHING",
    hint: (ofKind.length === 0 ? manifests : ofKind).map(({ kind, metadata }) => `${kind}/${metadata.name}`).join(", "),
  });
}

function printApplication(io: CliIo, application: FleetApplication, tree: FileTree, output: string): void {
  const { origin } = application;
  const resources = application.render.manifests.map((manifest) => ({
    resource: `${manifest.kind}/${manifest.metadata.name}`,
    file: fileOf(application, manifest, tree),
  }));
  const cover = coverSecrets(application.render.manifests, randomBytes(16).toString("hex"), { specs: [application.spec] });
  if (output === "json")
    return printValue(io, { application: application.name, origin: cover.value(origin as unknown as Value), resources }, "json");
  if (origin.kind === "file") io.out(`${application.name} is written in ${origin.file}\n`);
  else {
    io.out(`${application.name} is made by ApplicationSet ${origin.applicationSet} (${origin.file})\n`);
    io.out(`generator  ${origin.generator}\n`);
    for (const { generator, file, index } of origin.origins)
      io.out(`  ${generator}${file === undefined ? "" : `  ${file}`}${index === undefined ? "" : `  item ${index}`}\n`);
    io.out("parameters\n");
    for (const [key, value] of Object.entries(origin.params)) io.out(`  ${key}: ${formatValue(cover.value(value as Value))}\n`);
  }
  io.out(
    `\n${formatTable(
      ["RESOURCE", "FILE"],
      resources.map(({ resource, file }) => [resource, file]),
    )}`,
  );
}

function printLeaves(io: CliIo, { application, resource, tree, output }: Omit<FieldRequest, "field" | "tracer">): void {
  const file = fileOf(application, resource, tree);
  const leaves = leavesOf(shown(resource, application)).map(({ path, value }) => ({ field: formatFieldPath(path), value, file }));
  if (output === "json") return printValue(io, leaves, "json");
  io.out(`${resource.kind}/${resource.metadata.name}  ${file}\n`);
  io.out(
    formatTable(
      ["FIELD", "VALUE"],
      leaves.map(({ field, value }) => [field, formatValue(value)]),
    ),
  );
}

interface FieldRequest {
  readonly application: FleetApplication;
  readonly resource: KubernetesObject;
  readonly field: string;
  readonly tree: FileTree;
  readonly output: string;
  readonly tracer: ApplicationTracer;
}

function printField(io: CliIo, { application, resource, field, tree, output, tracer }: FieldRequest): void {
  const root = asValue(resource);
  const path = parseFieldPath(field, root);
  const value = path && valueAt(root, path);
  if (path === undefined || value === undefined)
    throw new InputError(`${resource.kind}/${resource.metadata.name} has no ${field}`, { code: "EXPLAIN_NO_FIELD" });
  const isItself = !application.render.manifests.includes(resource);
  const question = {
    render: (edited: FileTree) => (isItself ? [tracer.make(edited)] : tracer.render(edited)),
    files: tracer.files,
    rankOf: tracer.rankOf,
    kindOf: tracer.kindOf,
    find: isItself ? ([made]: readonly KubernetesObject[]) => made : sameResource(resource, application.render.manifests),
  };
  const again = question.find(question.render(tree));
  if (!again || !equalValues(valueAt(asValue(again), path), value))
    throw new InputError(`${application.name} is not rendered from this checkout alone, or not twice the same`, {
      code: "EXPLAIN_UNSTEADY",
      hint: "explain follows fields through the files of the checkout only",
    });
  const isSecret = resource.kind === "Secret";
  const cover = coverSecrets(application.render.manifests, randomBytes(16).toString("hex"), { specs: [application.spec] });
  const fields = leavesOf(root, path).map((leaf) => ({
    field: formatFieldPath(leaf.path),
    steps: explainField({ ...question, path: leaf.path }, tree, firstDirectory(application.spec)).map((step) =>
      isSecret && (/^(data|stringData)$/.test(String(leaf.path[0])) || isLastApplied(leaf.path))
        ? hidden(step)
        : covered(step, cover),
    ),
  }));
  if (output === "json") return printValue(io, fields, "json");
  for (const { field: name, steps } of fields) {
    io.out(`${resource.kind}/${resource.metadata.name} ${name}\n`);
    for (const [index, step] of steps.entries()) {
      if (!step.writer) {
        io.out(`  ${index === 0 ? "is" : "overrode"} ${formatValue(step.value)}  by no one line: `);
        io.out(`the resource is at ${fileOf(application, resource, tree)}\n`);
        continue;
      }
      const at = `${step.writer.file}:${step.writer.line}`;
      const through = step.through === undefined ? "" : ` of ${step.through}`;
      io.out(`  ${index === 0 ? "is" : "overrode"} ${formatValue(step.value)}  ${at}  (${step.by}${through})\n`);
      const others = step.also.filter(({ file }) => file !== step.writer?.file);
      for (const also of others) io.out(`      with ${also.file}:${also.line}  ${also.text}\n`);
      const more = step.also.length - others.length;
      if (more > 0) io.out(`      with ${more} more ${more === 1 ? "line" : "lines"} of that file\n`);
    }
  }
}

function isLastApplied(path: FieldPath): boolean {
  return path[0] === "metadata" && path.includes("kubectl.kubernetes.io/last-applied-configuration");
}

/** What Secrets of the Application hold is covered in values and lines. */
function covered(step: FieldStep, cover: SecretCover): FieldStep {
  const line = <T extends { readonly text: string }>(writer: T): T => ({ ...writer, text: cover.text(writer.text) });
  return {
    ...step,
    value: cover.value(step.value),
    ...(step.writer ? { writer: line(step.writer) } : {}),
    also: step.also.map(line),
  };
}

/** A Secret's values are never printed, nor the lines that hold them. */
function hidden(step: FieldStep): FieldStep {
  const cover = <T extends { readonly text: string }>(writer: T): T => ({ ...writer, text: "(hidden)" });
  return { ...step, value: "(hidden)", ...(step.writer ? { writer: cover(step.writer) } : {}), also: step.also.map(cover) };
}

function shown(resource: KubernetesObject, { render, spec }: FleetApplication): Value {
  const secretKey = randomBytes(16).toString("hex");
  return coverSecrets(render.manifests, secretKey, { specs: [spec] }).value(asValue(maskSecret(resource, { secretKey })));
}

function fileOf(application: FleetApplication, resource: KubernetesObject, tree: FileTree): string {
  const found = resourceFile(resource, filesRead(application.render.readSet), tree, firstDirectory(application.spec));
  return found ? `${found.file}:${found.line}` : `(${firstDirectory(application.spec)})`;
}
