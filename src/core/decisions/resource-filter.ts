import { compileGobwasLenient, type GlobMatcher } from "../glob/gobwas.js";

/** One entry of argocd-cm's `resource.exclusions` or `resource.inclusions`; an absent list means everything. */
export interface ResourceFilter {
  readonly apiGroups?: readonly string[];
  readonly kinds?: readonly string[];
  readonly clusters?: readonly string[];
}

/** Many and short-lived, never managed: not watched unless Argo CD changes its mind. */
const alwaysExcluded: readonly ResourceFilter[] = [
  { apiGroups: ["events.k8s.io", "metrics.k8s.io"] },
  { apiGroups: [""], kinds: ["Event"] },
  { apiGroups: ["coordination.k8s.io"], kinds: ["Lease"] },
];

interface CompiledFilter {
  matches(group: string, kind: string, cluster: string): boolean;
  matchesCluster(cluster: string): boolean;
}

/** A test for kinds that a cluster's watches leave out. Exclusions win; where inclusions name a cluster, the rest is out. */
export function resourceExclusion(settings: {
  readonly exclusions: readonly ResourceFilter[];
  readonly inclusions: readonly ResourceFilter[];
}): (group: string, kind: string, cluster: string) => boolean {
  const exclusions = [...alwaysExcluded, ...settings.exclusions].map(compileFilter);
  const inclusions = settings.inclusions.map(compileFilter);
  return (group, kind, cluster) => {
    if (exclusions.some((filter) => filter.matches(group, kind, cluster))) return true;
    if (inclusions.some((filter) => filter.matches(group, kind, cluster))) return false;
    return inclusions.some((filter) => filter.matchesCluster(cluster));
  };
}

function compileFilter({ apiGroups = [], kinds = [], clusters = [] }: ResourceFilter): CompiledFilter {
  const groupMatchers = apiGroups.map((pattern) => compileGobwasLenient(pattern));
  const clusterMatchers = clusters.map((pattern) => compileGobwasLenient(pattern));
  const matchesCluster = (cluster: string) => matchesAny(clusterMatchers, cluster);
  // Argo CD: kinds know `*` alone, no other wildcard.
  const matchesKind = (kind: string) => kinds.length === 0 || kinds.includes("*") || kinds.includes(kind);
  return {
    matchesCluster,
    matches: (group, kind, cluster) => matchesKind(kind) && matchesAny(groupMatchers, group) && matchesCluster(cluster),
  };
}

function matchesAny(matchers: readonly GlobMatcher[], text: string): boolean {
  return matchers.length === 0 || matchers.some((matches) => matches(text));
}
