import { randomBytes } from "node:crypto";
import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import { coverSecrets } from "../../core/impact/cover-secrets.js";
import { changedFields } from "../../core/impact/field-change.js";
import type { FleetApplication } from "../../core/impact/fleet-state.js";
import { formatValue } from "../../core/impact/format-value.js";
import { stripGeneratedHash } from "../../core/impact/generated-name.js";
import { maskSecret } from "../../core/impact/resource-change.js";
import { asValue } from "../../core/manifest/object.js";
import { equalValues, type Value } from "../../core/manifest/value.js";
import { addFleetOptions, type FleetOptions, findApplication, withFleet } from "./fleet-options.js";
import type { CliIo } from "./io.js";

/** One for the run, so that equal Secret values stay equal from commit to commit and none can be guessed from its hash. */
const secretKey = randomBytes(16).toString("hex");

interface Options extends FleetOptions {
  readonly revision: string;
}

/** `fleetwright blame APP KIND/NAME [FIELD]`: the commit that last changed what is rendered, whatever file it came from. */
export function registerBlame(program: Command, io: CliIo): void {
  addFleetOptions(
    program
      .command("blame <application> <resource> [field]")
      .description("the commit that last changed a rendered resource (KIND/NAME), or one field of it (spec.replicas)"),
  )
    .option("--revision <revision>", "where to begin", "HEAD")
    .action((name: string, resource: string, field: string | undefined, options: Options) =>
      withFleet(io, options, async (fleet) => {
        let commit = await fleet.checkout.resolve(options.revision);
        const application = findApplication(await fleet.at(commit), name);
        const wanted = valueAt(application, resource, field);
        if (wanted === undefined) {
          const names = application.render.manifests.map(({ kind, metadata }) => `${kind}/${metadata.name}`);
          throw new InputError(`${name} renders no ${resource}${field ? ` with ${field}` : ""}`, {
            code: "BLAME_NOTHING",
            hint: names.join(", "),
          });
        }
        for (;;) {
          // Only commits that touch what the render read, or what made the Application, can have changed it.
          const state = await fleet.at(commit);
          const here = findApplication(state, name);
          const set = here.origin.kind === "applicationSet" ? state.applicationSets.get(here.origin.applicationSet) : undefined;
          const paths = [...here.render.readSet.files.keys(), here.origin.file, ...(set ? set.readSet.files.keys() : [])];
          const [last] = await fleet.checkout.commitsTouching(commit, paths);
          if (last === undefined) break;
          commit = last;
          const parent = await fleet.checkout.resolve(`${last}~1`).catch(() => undefined);
          const before = parent === undefined ? undefined : (await fleet.at(parent)).applications.get(application.key);
          const value = before && valueAt(before, resource, field);
          if (parent === undefined && fleet.checkout.isCutOff(last)) {
            io.out(`at ${last.slice(0, 10)}, where the history of this shallow clone begins, it was so already\n`);
            io.err("git fetch --unshallow brings the rest\n");
            return;
          }
          if (parent === undefined || !equalValues(value, wanted)) {
            const { author, date, message } = describe(await fleet.checkout.describe(last));
            io.out(`${last.slice(0, 10)} ${date} ${author}: ${message}\n`);
            if (field !== undefined)
              io.out(`${field}: ${value === undefined ? "(absent)" : formatValue(value)} → ${formatValue(wanted)}\n`);
            else for (const change of changedFields(value, wanted)) io.out(`  ${change.path}\n`);
            return;
          }
          commit = parent;
        }
        io.out("it was so from the first commit\n");
      }),
    );
}

function describe(commit: object): { readonly author: string; readonly date: string; readonly message: string } {
  const { author = "", date = "", message = "" } = commit as { author?: string; date?: string; message?: string };
  return { author, date: date.slice(0, 10), message: message.split("\n")[0] ?? "" };
}

/** Names with a generated hash are found without it too. Values of Secrets come out as keyed hashes. */
function valueAt({ render, spec }: FleetApplication, resource: string, field: string | undefined): Value | undefined {
  const { manifests } = render;
  const [kind = "", name = ""] = resource.split("/");
  const found = manifests.find(
    (manifest) =>
      manifest.kind.toLowerCase() === kind.toLowerCase() &&
      (manifest.metadata.name === name || stripGeneratedHash(manifest.metadata.name) === stripGeneratedHash(name)),
  );
  if (!found) return undefined;
  const value = coverSecrets(manifests, secretKey, { specs: [spec] }).value(asValue(maskSecret(found, { secretKey })));
  if (field === undefined) return value;
  let here: Value | undefined = value;
  for (const [, key, quoted, index] of field.matchAll(/([^.[\]]+)|\["([^"]*)"\]|\[([^\]]*)\]/g)) {
    if (index !== undefined && Array.isArray(here)) here = itemAt(here, index);
    else {
      const step = key ?? quoted ?? index ?? "";
      here = typeof here === "object" && here !== null ? (here as { readonly [key: string]: Value })[step] : undefined;
    }
  }
  return here;
}

function itemAt(list: readonly Value[], index: string): Value | undefined {
  const [key = "", value] = index.split(/=(.*)/s);
  if (value === undefined) return list[Number(index)];
  return list.find(
    (item) => typeof item === "object" && item !== null && String((item as { readonly [key: string]: Value })[key]) === value,
  );
}
