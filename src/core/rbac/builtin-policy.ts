import type { Policy, PolicyRule } from "./policy.js";

const scopedToProjects = new Set(["applications", "applicationsets", "logs", "exec"]);
const readable =
  "applications applicationsets certificates clusters repositories write-repositories projects accounts gpgkeys logs".split(" ");
const writable: readonly (readonly [resource: string, actions: string])[] = [
  ["applications", "create update update/* delete delete/* sync override action/*"],
  ["applicationsets", "get create update delete"],
  ["certificates", "create update delete"],
  ["clusters", "create update delete"],
  ["repositories", "create update delete"],
  ["write-repositories", "create update delete"],
  ["projects", "create update delete"],
  ["accounts", "update"],
  ["gpgkeys", "create delete"],
  ["exec", "create"],
];

/** Argo CD's own roles: role:readonly, role:admin (which includes it), and the user admin. */
export const builtinPolicy: Policy = {
  rules: [
    ...readable.map((resource) => allow("role:readonly", resource, "get")),
    ...writable.flatMap(([resource, actions]) => actions.split(" ").map((action) => allow("role:admin", resource, action))),
  ],
  grants: [
    { member: "role:admin", role: "role:readonly" },
    { member: "admin", role: "role:admin" },
  ],
};

function allow(subject: string, resource: string, action: string): PolicyRule {
  return { subject, resource, action, object: scopedToProjects.has(resource) ? "*/*" : "*", effect: "allow" };
}
