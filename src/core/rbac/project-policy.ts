import type { AppProject } from "../project/app-project.js";

/** The policy that a project's roles stand for: each role may see the project, its policies, and its groups are members. */
export function projectPolicyCsv({ metadata, spec }: AppProject): string {
  const project = metadata.name;
  return (spec.roles ?? [])
    .flatMap((role) => [
      `p, proj:${project}:${role.name}, projects, get, ${project}, allow`,
      ...(role.policies ?? []),
      ...(role.groups ?? []).map((group) => `g, ${group}, proj:${project}:${role.name}`),
    ])
    .join("\n");
}
