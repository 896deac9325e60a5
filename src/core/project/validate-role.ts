import { InputError } from "../errors.js";

const resources = new Set(["applications", "applicationsets", "logs", "exec", "clusters", "repositories"]);
const actions = new Set(["get", "create", "update", "delete", "sync", "override", "*"]);

export function validateRoleName(name: string): void {
  if (/^[a-zA-Z0-9]([-_a-zA-Z0-9]*[a-zA-Z0-9])?$/.test(name)) return;
  const rule = "Must consist of alphanumeric characters, '-' or '_', and must start and end with an alphanumeric character";
  throw invalid(`invalid role name '${name}'. ${rule}`);
}

/** One policy line of a project role: it may speak of its own role and project only. */
export function validateRolePolicy(project: string, role: string, policy: string): void {
  const fail = (why: string) => invalid(`invalid policy rule '${policy}': ${why}`);
  const [type = "", subject = "", resource = "", action = "", object = "", effect = ""] = policy.split(",").map(trimSpaces);
  if (policy.split(",").length !== 6 || type !== "p") throw fail("must be of the form: 'p, sub, res, act, obj, eft'");
  const expected = `proj:${project}:${role}`;
  if (subject !== expected) throw fail(`policy subject must be: '${expected}', not '${subject}'`);
  if (!resources.has(resource)) {
    const names = "'applications', 'applicationsets', 'repositories', 'exec', 'logs' or 'clusters'";
    throw fail(`project resource must be: ${names}, not '${resource}'`);
  }
  if (!actions.has(action) && !/(action|update|delete)\//.test(action)) throw fail(`invalid action '${action}'`);
  if (!isObjectOf(project, object)) {
    throw fail(
      `object must be of form '${project}/*', '${project}[/<NAMESPACE>]/<APPNAME>' or '${project}/<APPNAME>', not '${object}'`,
    );
  }
  if (effect !== "allow" && effect !== "deny") throw fail("effect must be: 'allow' or 'deny'");
}

export function validateGroup(group: string): void {
  const trimmed = group.trim();
  const isQuoted = trimmed.length > 1 && trimmed.startsWith('"') && trimmed.endsWith('"');
  const name = isQuoted ? trimmed.slice(1, -1) : trimmed;
  if (!isQuoted && name.includes(",")) throw invalid(`group '${name}' must be quoted`);
  if (name === "") throw invalid(`group '${name}' is empty`);
  if (/["\n\r\t]/.test(name)) throw invalid(`group '${name}' contains invalid characters`);
  if (group.length > 1 && /^\s/.test(group)) throw invalid(`group '${name}' contains a leading space`);
  if (group.length > 1 && /\s$/.test(group)) throw invalid(`group '${name}' contains a trailing space`);
}

function isObjectOf(project: string, object: string): boolean {
  if (!object.startsWith(`${project}/`)) return false;
  const parts = object.slice(project.length + 1).split("/");
  return parts.length <= 2 && parts.every((part) => /^[*\w.-]+$/.test(part));
}

function trimSpaces(text: string): string {
  return text.replace(/^ +| +$/g, "");
}

function invalid(message: string): InputError {
  return new InputError(message, { code: "PROJECT_INVALID" });
}
