import { isBadServiceAccount } from "../decisions/impersonation.js";
import { InputError } from "../errors.js";
import { compileGobwas } from "../glob/gobwas.js";
import type { AppProject, ProjectRole, ProjectSpec, SyncWindow } from "./app-project.js";
import { readWindow } from "./sync-windows.js";
import { validateGroup, validateRoleName, validateRolePolicy } from "./validate-role.js";

/** Checks a whole project in Argo CD's order; throws InputError PROJECT_INVALID with the first finding. */
export function validateProject(project: AppProject): void {
  const { spec } = project;
  validateDestinations(spec);
  refuseTwice(spec.sourceNamespaces ?? [], (namespace) => `source namespace '${namespace}' already added`);
  for (const source of spec.sourceRepos ?? []) {
    if (source === "!*") throw invalid("source repository has an invalid format, '!*'");
  }
  refuseTwice(spec.sourceRepos ?? [], (source) => `source repository '${source}' already added`);
  validateRoles(project.metadata.name, spec.roles ?? []);
  validateWindows(spec.syncWindows ?? []);
  validateServiceAccounts(spec);
}

function validateDestinations(spec: ProjectSpec): void {
  const seen = new Set<string>();
  for (const { name = "", server = "", namespace = "" } of spec.destinations ?? []) {
    if (name === "!*") throw invalid("name has an invalid format, '!*'");
    if (server === "!*") throw invalid("server has an invalid format, '!*'");
    if (namespace === "!*") throw invalid("namespace has an invalid format, '!*'");
    addOnce(seen, `${server || name}/${namespace}`, (key) => `destination '${key}' already added`);
  }
}

function validateRoles(project: string, roles: readonly ProjectRole[]): void {
  const names = new Set<string>();
  for (const role of roles) {
    addOnce(names, role.name, (name) => `role '${name}' already exists`);
    validateRoleName(role.name);
    const policies = new Set<string>();
    for (const policy of role.policies ?? []) {
      addOnce(policies, policy, () => `policy '${policy}' already exists for role '${role.name}'`);
      validateRolePolicy(project, role.name, policy);
    }
    const groups = new Set<string>();
    for (const group of role.groups ?? []) {
      addOnce(groups, group, () => `group '${group}' already exists for role '${role.name}'`);
      validateGroup(group);
    }
  }
}

function validateWindows(windows: readonly SyncWindow[]): void {
  const seen = new Set<string>();
  for (const window of windows) {
    const { kind = "", schedule = "", duration = "" } = window;
    // YAML may say null where it means no entries.
    const [applications, namespaces, clusters] = [window.applications ?? [], window.namespaces ?? [], window.clusters ?? []];
    const identity = JSON.stringify([
      kind,
      schedule,
      duration,
      applications,
      namespaces,
      clusters,
      window.timeZone ?? "",
      window.andOperator === true,
    ]);
    addOnce(seen, identity, () => {
      return `sync window with kind '${kind}', schedule '${schedule}', and duration '${duration}' already exists (duplicate detected)`;
    });
    if (kind !== "allow" && kind !== "deny") throw invalid(`kind '${kind}' mismatch: can only be allow or deny`);
    readWindow(window);
    if ((window.description ?? "").length > 255) throw invalid("description must not exceed 255 characters");
    if (applications.length + namespaces.length + clusters.length === 0) {
      throw invalid(`window '${kind}':'${schedule}':'${duration}' requires one of application, cluster or namespace`);
    }
  }
}

function validateServiceAccounts(spec: ProjectSpec): void {
  const seen = new Set<string>();
  for (const { server = "", namespace = "", defaultServiceAccount = "" } of spec.destinationServiceAccounts ?? []) {
    if (server.includes("!")) throw invalid(`server has an invalid format, '${server}'`);
    if (namespace.includes("!")) throw invalid(`namespace has an invalid format, '${namespace}'`);
    if (isBadServiceAccount(defaultServiceAccount)) {
      throw invalid(`defaultServiceAccount has an invalid format, '${defaultServiceAccount}'`);
    }
    requireGlob("server", server);
    requireGlob("namespace", namespace);
    addOnce(seen, `${server}/${namespace}`, (key) => `destinationServiceAccount '${key}' already added`);
  }
}

function requireGlob(field: string, pattern: string): void {
  try {
    compileGobwas(pattern);
  } catch {
    throw invalid(`${field} has an invalid format, '${pattern}'`);
  }
}

function refuseTwice(items: readonly string[], message: (item: string) => string): void {
  const seen = new Set<string>();
  for (const item of items) addOnce(seen, item, message);
}

function addOnce(seen: Set<string>, key: string, message: (key: string) => string): void {
  if (seen.has(key)) throw invalid(message(key));
  seen.add(key);
}

function invalid(message: string): InputError {
  return new InputError(message, { code: "PROJECT_INVALID" });
}
