import { type Command, Option } from "commander";
import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ClusterPort } from "../../ports/cluster.js";
import { applicationResource } from "../server/applications-view.js";
import { applicationRow } from "./application-row.js";

/** Which Applications a command means: names, or all that the filters keep. */
export interface SelectionOptions {
  readonly namespace: string;
  readonly selector?: string;
  readonly appset?: string;
  readonly project?: string;
  readonly allNamespaces?: boolean;
}

export function addSelectionOptions(command: Command): Command {
  return command
    .addOption(new Option("-l, --selector <labels>", "label selector, as kubectl takes it"))
    .addOption(new Option("--appset <name>", "only Applications that this ApplicationSet generated"))
    .addOption(new Option("--project <name>", "only Applications of this project"))
    .addOption(new Option("-A, --all-namespaces", "Applications of all namespaces; names are NAMESPACE/NAME"));
}

/** The Applications, sorted by name. A name that does not exist is an InputError; so is a selection that was asked for and is empty. */
export async function selectApplications(
  hub: ClusterPort,
  names: readonly string[],
  options: SelectionOptions,
): Promise<readonly KubernetesObject[]> {
  const { items } = await hub.list(applicationResource, {
    ...(options.allNamespaces === true ? {} : { namespace: options.namespace }),
    ...(options.selector === undefined ? {} : { labelSelector: options.selector }),
  });
  const kept = items.filter((application) => isKept(application, options));
  if (names.length === 0) return [...kept].sort(byName);
  const nameOf = ({ metadata }: KubernetesObject): string =>
    options.allNamespaces === true ? `${metadata.namespace ?? ""}/${metadata.name}` : metadata.name;
  const byNames = new Map(kept.map((application) => [nameOf(application), application]));
  return names.map((name) => {
    const found = byNames.get(name);
    if (!found) throw unknownApplication(name, options.namespace);
    return found;
  });
}

/** As `selectApplications` for a command that needs a choice: no name and no filter is an InputError. */
export async function chooseApplications(
  hub: ClusterPort,
  names: readonly string[],
  options: SelectionOptions,
): Promise<readonly KubernetesObject[]> {
  if (names.length === 0 && !options.selector && !options.appset && !options.project) {
    throw new InputError("no Application is named", { code: "CLI_USAGE", hint: "give names, --selector, --appset or --project" });
  }
  return await selectApplications(hub, names, options);
}

/** Whether a choice is one Application by its name: then its output stands alone. */
export function isOneByName(names: readonly string[]): boolean {
  return names.length === 1;
}

export async function getApplication(hub: ClusterPort, name: string, namespace: string): Promise<KubernetesObject> {
  const found = await hub.get({ apiVersion: "argoproj.io/v1alpha1", kind: "Application", namespace, name });
  if (!found) throw unknownApplication(name, namespace);
  return found;
}

function unknownApplication(name: string, namespace: string): InputError {
  return new InputError(`there is no Application ${name} in namespace ${namespace}`, {
    code: "APP_NOT_FOUND",
    hint: "fleetwright app list shows what there is",
  });
}

function isKept(application: KubernetesObject, options: SelectionOptions): boolean {
  const { appset, project } = options;
  if (project !== undefined && applicationRow(application).project !== project) return false;
  const owners = application.metadata.ownerReferences ?? [];
  return appset === undefined || owners.some((owner) => owner.kind === "ApplicationSet" && owner.name === appset);
}

function byName(a: KubernetesObject, b: KubernetesObject): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
