import type { AppProject, SyncWindow } from "#src/core/project/app-project.js";
import { compileProjectRules, type ProjectCluster, type TargetPlace } from "#src/core/project/project-rules.js";
import { activeWindows, maySync, windowsOf } from "#src/core/project/sync-windows.js";
import { validateProject } from "#src/core/project/validate.js";
import { createAuthorizer } from "#src/core/rbac/authorizer.js";
import { parsePolicy } from "#src/core/rbac/policy.js";
import { projectPolicyCsv } from "#src/core/rbac/project-policy.js";
import type { Area } from "./areas.js";
import { difference, outcomeOf } from "./compare.js";
import { readCases } from "./jsonl.js";

// biome-ignore lint/suspicious/noExplicitAny: a case's input has a different shape for every check, and the corpus is ours to trust
type Input = any;

/** Argo CD takes a zone's offset at the moment it runs; the corpus was made in winter. */
const madeAtMs = Date.parse("2026-01-15T00:00:00Z");

export const project: Area = async (folder, options) => {
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  for (const { id, input, expected } of readCases<{ id: string; input: Input; expected: Input }>(folder, options)) {
    const why = compare(
      outcomeOf(() => checks.get(input.check)?.(input)),
      expected,
    );
    if (why === undefined) passed++;
    else failures.push({ id, why });
  }
  return { passed, failures, skipped: new Map() };
};

const checks: ReadonlyMap<string, (input: Input) => unknown> = new Map<string, (input: Input) => unknown>([
  ["source", ({ project: found, repoURLs }) => ({ permitted: repoURLs.map(compileProjectRules(found).permitsSource) })],
  ["destination", destination],
  ["resource", resource],
  ["appNamespace", applicationNamespace],
  ["validate", ({ project: found }) => validateProject(found) ?? {}],
  ["windows", windows],
  ["rbac", rbac],
  ["validatePolicy", ({ policyCSV, policy }) => checkPolicy(policyCSV ?? policy)],
  ["policies", ({ project: found }) => ({ policyCSV: projectPolicyCsv(found) })],
]);

/** Codes of gRPC and hashes in error texts are not ours to repeat. */
function compare(got: unknown, expected: Input): string | undefined {
  return difference(withoutNoise(got), withoutNoise(expected));
}

function withoutNoise(value: unknown): unknown {
  const text = JSON.stringify(value ?? null);
  return JSON.parse(text.replace(/rpc error: code = \w+ desc = /g, "").replace(/\(hash=\d+, /g, "("));
}

function destination({ project: found, destinations, projectClusters }: Input): unknown {
  const rules = compileProjectRules(found as AppProject);
  const clusters = (projectClusters ?? []) as ProjectCluster[];
  return {
    permitted: (destinations as Partial<TargetPlace>[]).map(({ server = "", name = "", namespace = "" }) =>
      rules.permitsDestination({ server, name, namespace }, clusters),
    ),
  };
}

function resource({ project: found, resources }: Input): unknown {
  const rules = compileProjectRules(found as AppProject);
  return { permitted: resources.map((one: Input) => rules.permitsKind(one, one.namespaced)) };
}

function applicationNamespace({ project: found, appNamespaces }: Input): unknown {
  const rules = compileProjectRules(found as AppProject);
  return { permitted: appNamespaces.map((namespace: string) => rules.permitsApplicationNamespace(namespace, "argocd")) };
}

function windows({ project: found, app, at }: Input): unknown {
  const all = found.spec.syncWindows as SyncWindow[];
  const matched = windowsOf(all, { name: app.metadata.name, destination: app.spec.destination });
  const check = (time: string): unknown => {
    const when = { atMs: Date.parse(time), zoneAtMs: madeAtMs };
    const verdict = outcomeOf(() => ({
      automated: maySync(matched, { ...when, isManual: false }),
      manual: maySync(matched, { ...when, isManual: true }),
      active: matched.length === 0 ? undefined : activeWindows(matched, when).map((window) => all.indexOf(window)),
    })) as { error?: string };
    return { time, ...(verdict.error === undefined ? verdict : { automated: false, manual: false, error: verdict.error }) };
  };
  return { matchedWindows: matched.length === 0 ? null : matched.map((window) => all.indexOf(window)), checks: at.map(check) };
}

function rbac({ policyCSV, defaultRole, matchMode, scopes, projects, requests }: Input): unknown {
  const authorize = createAuthorizer({ policyCsv: policyCSV, defaultRole, matchMode, scopes }, projects ?? []);
  return { allowed: requests.map(({ claims, ...request }: Input) => authorize(claims, request)) };
}

function checkPolicy(csv: string): unknown {
  try {
    parsePolicy(csv);
    return {};
  } catch {
    return { error: `policy syntax error: ${csv}` };
  }
}
