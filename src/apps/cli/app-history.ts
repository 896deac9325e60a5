import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { requestOperation, syncOptionsOf } from "./app-sync.js";
import { getApplication } from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { formatTable, isTable, type OutputFormat, outputOption, printValue } from "./output.js";

/** `fleetwright app history NAME` and `app rollback NAME [ID]`. */
export function registerAppHistory(app: Command, io: CliIo): void {
  addHubOptions(app.command("history <name>").description("what was deployed when"))
    .addOption(outputOption())
    .action((name: string, options: HubOptions & { output: OutputFormat }) =>
      withHub(io, options, async (hub) => {
        const history = historyOf(await getApplication(hub, name, options.namespace));
        if (!isTable(options.output)) printValue(io, history, options.output);
        else
          io.out(
            formatTable(
              ["ID", "DEPLOYED", ...(options.output === "wide" ? ["BY", "PATH"] : []), "REVISION"],
              history.map((entry) => [
                String(entry["id"]),
                stringAt(entry, "deployedAt"),
                ...(options.output === "wide" ? [initiatorOf(entry), stringAt(objectAt(entry, "source"), "path")] : []),
                stringAt(entry, "revision") || listAt(entry, "revisions").map(String).join(","),
              ]),
            ),
          );
      }),
    );
  addHubOptions(
    app.command("rollback <name> [id]").description("sync to an earlier deployment (default: the one before the last)"),
  )
    .option("--prune", "delete what that deployment did not have")
    .action((name: string, id: string | undefined, options: HubOptions & { prune?: boolean }) =>
      withHub(io, options, async (hub) => {
        const application = await getApplication(hub, name, options.namespace);
        const entry = chooseEntry(application, id);
        const automated = objectAt(objectAt(application as unknown as ValueObject, "spec"), "syncPolicy")["automated"];
        if (isObject(automated) && automated["enabled"] !== false) {
          throw new InputError(`${name} is synced automatically: a rollback would be undone at once`, {
            code: "APP_ROLLBACK_AUTOMATED",
            hint: "revert the commit in git, or switch automated sync off first",
          });
        }
        const { source, sources, revision, revisions } = entry;
        const syncOptions = syncOptionsOf(application);
        const common = { ...(options.prune ? { prune: true } : {}), ...(syncOptions.length > 0 ? { syncOptions } : {}) };
        const sync = { ...common, ...(sources ? { sources, revisions } : { source, revision }) };
        await requestOperation(hub, application, { initiatedBy: { username: "fleetwright-cli" }, sync });
        io.out(`${name}: rollback to ${stringAt(entry, "revision")} requested\n`);
      }),
    );
}

function initiatorOf(entry: ValueObject): string {
  const by = objectAt(entry, "initiatedBy");
  return by["automated"] === true ? "automated" : stringAt(by, "username") || "unknown";
}

function historyOf(application: KubernetesObject): readonly ValueObject[] {
  return listAt(objectAt(application as unknown as ValueObject, "status"), "history").filter(isObject);
}

function chooseEntry(application: KubernetesObject, id: string | undefined): ValueObject {
  const history = historyOf(application);
  const found = id === undefined ? history.at(-2) : history.find((entry) => String(entry["id"]) === id);
  if (found) return found;
  const known = history.map((entry) => String(entry["id"])).join(", ") || "none";
  throw new InputError(`${application.metadata.name} has no deployment ${id ?? "before the last"}`, {
    code: "APP_NO_HISTORY",
    hint: `ids: ${known}`,
  });
}
