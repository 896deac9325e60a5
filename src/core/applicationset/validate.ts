import { objectAt, stringAt } from "../manifest/value.js";
import type { Cluster } from "./clusters.js";
import { findDestination } from "./destination.js";
import type { GeneratedApplication } from "./generate.js";

export interface ValidateContext {
  readonly setName: string;
  readonly clusters: readonly Cluster[];
  /** Names of the AppProjects; undefined: not checked. */
  readonly projects?: ReadonlySet<string> | undefined;
}

/** `namespace/name` → why that Application is not applied; the others are. Of Applications with one name the first is good. */
export function validateApplications(
  applications: readonly GeneratedApplication[],
  context: ValidateContext,
): ReadonlyMap<string, string> {
  const problems = new Map<string, string>();
  const names = new Set<string>();
  const destinations = new Map<unknown, string | undefined>();
  for (const application of applications) {
    const problem = problemOf(application, names, context, destinations);
    if (problem !== undefined) problems.set(qualifiedName(application), problem);
  }
  return problems;
}

export function qualifiedName(application: {
  readonly metadata: { readonly name?: string; readonly namespace?: string };
}): string {
  return `${application.metadata.namespace ?? ""}/${application.metadata.name ?? ""}`;
}

function problemOf(
  application: GeneratedApplication,
  names: Set<string>,
  context: ValidateContext,
  destinations: Map<unknown, string | undefined>,
): string | undefined {
  const name = application.metadata.name ?? "";
  if (names.has(name)) return `ApplicationSet ${context.setName} contains applications with duplicate name: ${name}`;
  names.add(name);
  const project = stringAt(application.spec, "project");
  if (context.projects && !context.projects.has(project)) return `application references project ${project} which does not exist`;
  const destination = objectAt(application.spec, "destination");
  const key = `${stringAt(destination, "name")}\n${stringAt(destination, "server")}`;
  if (!destinations.has(key)) {
    const found = findDestination(destination, context.clusters);
    destinations.set(key, found.kind === "invalid" ? `application destination spec is invalid: ${found.message}` : undefined);
  }
  return destinations.get(key);
}
