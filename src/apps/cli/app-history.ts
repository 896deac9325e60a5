import type { Command } from "commander";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { requestOperation, syncOptionsOf } from "./app-sync.js";
import {
  addSelectionOptions,
  chooseApplications,
  getApplication,
  isOneByName,
  type SelectionOptions,
} from "./application-selection.js";
import { addHubOptions, type HubOptions, withHub } from "./hub-options.js";
import type { CliIo } from "./io.js";
import { printOutcomes } from "./outcomes.js";
import { formatTable, isTable, type OutputFormat, outputOption, printValue } from "./output.js";

type Options = HubOptions & SelectionOptions & { readonly output: OutputFormat };

/** `fleetwright app history [NAMES]` and `app rollback NAME [ID]`. */
export function registerAppHistory(app: Command, io: CliIo): void {
  addSelectionOptions(addHubOptions(app.command("history [names...]").description("what was deployed when")))
    .addOption(outputOption())
    .action((names: readonly string[], options: Options) =>
      withHub(io, options, async (hub) => {
        const chosen = await chooseApplications(hub, names, options);
        const isOne = isOneByName(names);
        if (isTable(options.output)) io.out(historyTable(chosen, { isOne, isWide: options.output === "wide" }));
        else
          printValue(
            io,
            chosen.flatMap((application) => historyOf(application).map(named(application, isOne))),
            options.output,
          );
      }),
    );
  addHubOptions(
    app.command("rollback <name> [id]").description("sync to an earlier deployment (default: the one before the last)"),
  )
    .option("--prune", "delete what that deployment did not have")
    .addOption(outputOption())
    .action((name: string, id: string | undefined, options: HubOptions & { prune?: boolean; output: OutputFormat }) =>
      withHub(io, options, async (hub) => {
        const application = await getApplication(hub, name, options.namespace);
        const entry = chooseEntry(application, id);
        requireManual(application);
        const { source, sources, revision, revisions } = entry;
        const syncOptions = syncOptionsOf(application);
        const common = { ...(options.prune ? { prune: true } : {}), ...(syncOptions.length > 0 ? { syncOptions } : {}) };
        const sync = { ...common, ...(sources ? { sources, revisions } : { source, revision }) };
        await requestOperation(hub, application, { initiatedBy: { username: "fleetwright-cli" }, sync });
        const result = `rollback to ${revisionText(entry)} requested`;
        printOutcomes(io, [{ name, namespace: options.namespace, result }], options.output);
      }),
    );
}

function requireManual(application: KubernetesObject): void {
  const automated = objectAt(objectAt(application as unknown as ValueObject, "spec"), "syncPolicy")["automated"];
  if (!isObject(automated) || automated["enabled"] === false) return;
  throw new InputError(`${application.metadata.name} is synced automatically: a rollback would be undone at once`, {
    code: "APP_ROLLBACK_AUTOMATED",
    hint: "revert the commit in git, or switch automated sync off first",
  });
}

function historyTable(
  applications: readonly KubernetesObject[],
  { isOne, isWide }: { readonly isOne: boolean; readonly isWide: boolean },
): string {
  return formatTable(
    [...(isOne ? [] : ["APPLICATION"]), "ID", "DEPLOYED", ...(isWide ? ["BY", "PATH"] : []), "REVISION"],
    applications.flatMap((application) =>
      historyOf(application).map((entry) => [
        ...(isOne ? [] : [application.metadata.name]),
        String(entry["id"]),
        stringAt(entry, "deployedAt"),
        ...(isWide ? [initiatorOf(entry), stringAt(objectAt(entry, "source"), "path")] : []),
        revisionText(entry),
      ]),
    ),
  );
}

/** Among those of several Applications, an entry says whose it is. */
function named(application: KubernetesObject, isOne: boolean): (entry: ValueObject) => ValueObject {
  return (entry) => (isOne ? entry : { application: application.metadata.name, ...entry });
}

function revisionText(entry: ValueObject): string {
  return stringAt(entry, "revision") || listAt(entry, "revisions").map(String).join(",");
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
