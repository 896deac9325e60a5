import { isObject, stringAt, type ValueObject } from "../manifest/value.js";
import type { AppProject } from "../project/app-project.js";
import { builtinPolicy } from "./builtin-policy.js";
import { compileEnforcer, type RbacEnforcer, type RbacRequest } from "./enforcer.js";
import { type Policy, parsePolicy } from "./policy.js";
import { projectPolicyCsv } from "./project-policy.js";

export interface RbacSettings {
  /** `policy.csv` of argocd-rbac-cm. */
  readonly policyCsv: string;
  /** `policy.default`: a role that everybody has. */
  readonly defaultRole?: string | undefined;
  readonly matchMode?: "glob" | "regex" | undefined;
  /** Claims that hold groups; default `["groups"]`. */
  readonly scopes?: readonly string[] | undefined;
}

/** Whether the bearer of `claims` may do something. */
export type Authorizer = (claims: ValueObject, request: RbacRequest) => boolean;

const resourcesOfProjects = new Set(["applicationsets", "applications", "repositories", "clusters", "logs", "exec"]);

/**
 * Argo CD's access rules: built-in, user's and project's policies, the default role, then the user, then the user's groups. A
 * project token speaks for its own project only. Throws InputError RBAC_SYNTAX when the policy cannot be read.
 */
export function createAuthorizer(settings: RbacSettings, projects: readonly AppProject[]): Authorizer {
  const matchMode = settings.matchMode ?? "glob";
  const base = [builtinPolicy, parsePolicy(settings.policyCsv)];
  const general = compileEnforcer(base, matchMode);
  const byProject = new Map(
    projects.map((project) => [project.metadata.name, lazily(() => compileForProject(base, project, matchMode))]),
  );
  const scopes = settings.scopes ?? ["groups"];
  const isPermitted = (enforcer: RbacEnforcer, subject: string, request: RbacRequest): boolean =>
    (settings.defaultRole ? enforcer.isAllowed(settings.defaultRole, request) : false) || enforcer.isAllowed(subject, request);
  return (claims, request) => {
    const subject = subjectOf(claims);
    const projectName = projectOf(request);
    const ofProject = projectName === undefined ? undefined : byProject.get(projectName);
    // Argo CD asks the default role before anything about the bearer, a project token included.
    if (settings.defaultRole && general.isAllowed(settings.defaultRole, request)) return true;
    const enforcer = ofProject?.() ?? general;
    const tokenProject = projectOfToken(subject);
    if (ofProject && tokenProject !== undefined) return tokenProject === projectName && isPermitted(enforcer, subject, request);
    if (isPermitted(enforcer, subject, request)) return true;
    return groupsOf(claims, scopes).some((group) => enforcer.isMember(group) && isPermitted(enforcer, group, request));
  };
}

/** A project whose own policy cannot be read falls back to the general one (Argo CD). */
function compileForProject(base: readonly Policy[], project: AppProject, matchMode: "glob" | "regex"): RbacEnforcer {
  try {
    return compileEnforcer([...base, parsePolicy(projectPolicyCsv(project))], matchMode);
  } catch {
    return compileEnforcer(base, matchMode);
  }
}

function projectOf({ resource, object }: RbacRequest): string | undefined {
  if (resource === "projects") return object;
  if (!resourcesOfProjects.has(resource) || !object.includes("/")) return undefined;
  return object.slice(0, object.indexOf("/"));
}

function projectOfToken(subject: string): string | undefined {
  const parts = subject.split(":");
  return parts.length === 3 && parts[0] === "proj" ? parts[1] : undefined;
}

function subjectOf(claims: ValueObject): string {
  const federated = claims.federated_claims;
  return (isObject(federated) ? stringAt(federated, "user_id") : "") || stringAt(claims, "sub");
}

function groupsOf(claims: ValueObject, scopes: readonly string[]): readonly string[] {
  return scopes.flatMap((scope) => {
    const found = Object.hasOwn(claims, scope) ? claims[scope] : undefined;
    if (typeof found === "string") return [found];
    return Array.isArray(found) ? found.filter((group): group is string => typeof group === "string") : [];
  });
}

function lazily<Result>(make: () => Result): () => Result {
  let made: { readonly value: Result } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
