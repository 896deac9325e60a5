import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { formatError, InputError } from "../../core/errors.js";
import { asObject, type KubernetesObject } from "../../core/manifest/object.js";
import { equalValues } from "../../core/manifest/value.js";
import { parseYamlDocuments } from "../../core/yaml/parse.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatTable } from "./output.js";

interface Options extends HubOptions {
  readonly dryRun?: boolean;
  readonly override?: boolean;
}

type Outcome = "created" | "unchanged" | "updated" | "differs" | "failed";

const kinds = new Set(["ConfigMap", "Secret", "AppProject", "Application", "ApplicationSet"]);

/** `fleetwright admin import FILE`: what `admin export` wrote. It deletes nothing, and changes what is there only with --override. */
export function registerAdminImport(admin: Command, io: CliIo): void {
  addHubOptions(
    admin.command("import <file>").description("make what `admin export` wrote (- for standard input); deletes nothing"),
  )
    .option("--dry-run", "ask the API server what it would say, and change nothing")
    .option("--override", "also change what is there and differs")
    .action((file: string, options: Options) =>
      withHub(io, options, async (hub) => {
        const text = file === "-" ? await io.readInput() : await readFile(file, "utf8");
        const rows: (readonly string[])[] = [];
        for (const object of objectsIn(text, file)) {
          const [outcome, message] = await put(hub, placed(object, options.namespace), options);
          if (outcome === "differs") io.setExitCode(1);
          if (outcome === "failed") io.setExitCode(2);
          rows.push([object.kind, object.metadata.name, outcome, message]);
        }
        io.out(formatTable(["KIND", "NAME", "RESULT", "MESSAGE"], rows));
      }),
    );
}

function objectsIn(text: string, file: string): readonly KubernetesObject[] {
  return parseYamlDocuments(text, { dialect: "kubernetes" }).flatMap((document) => {
    if (document === null) return [];
    const object = asObject(document);
    if (kinds.has(object.kind)) return [object];
    throw new InputError(`${object.kind} ${object.metadata.name} is no part of a control plane`, {
      code: "ADMIN_IMPORT_KIND",
      location: { file },
      hint: `import takes ${[...kinds].join(", ")}`,
    });
  });
}

function placed(object: KubernetesObject, namespace: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, namespace: object.metadata.namespace ?? namespace } };
}

async function put(hub: ClusterPort, object: KubernetesObject, options: Options): Promise<readonly [Outcome, string]> {
  const { name, namespace = "" } = object.metadata;
  const dryRun = options.dryRun === true;
  try {
    const live = await hub.get({ apiVersion: object.apiVersion, kind: object.kind, namespace, name });
    if (live === undefined) {
      await hub.create(object, { dryRun, fieldManager });
      return ["created", dryRun ? "(dry run)" : ""];
    }
    const next = merged(live, object);
    if (equalValues(next, live)) return ["unchanged", ""];
    if (options.override !== true) return ["differs", "is there already; --override changes it"];
    await hub.update(next, { dryRun, fieldManager });
    return ["updated", dryRun ? "(dry run)" : ""];
  } catch (error) {
    return ["failed", formatError(error)];
  }
}

const fieldManager = "fleetwright-admin";

/** The imported content in place of the live one; the status and what the server keeps stay. */
function merged(live: KubernetesObject, object: KubernetesObject): KubernetesObject {
  const { metadata, ...content } = object;
  return {
    ...live,
    ...content,
    metadata: {
      ...live.metadata,
      ...(metadata.labels === undefined ? {} : { labels: metadata.labels }),
      ...(metadata.annotations === undefined ? {} : { annotations: { ...live.metadata.annotations, ...metadata.annotations } }),
      ...(metadata.finalizers === undefined ? {} : { finalizers: metadata.finalizers }),
    },
  };
}
