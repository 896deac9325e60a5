import { compilePathMatch } from "../glob/path-match.js";
import type { AppProject, ProjectDestination, ResourceRule } from "./app-project.js";
import { normalizeGitUrl } from "./git-url.js";
import { compileGlobOrRegexList, compileNegatable, type NegatableMatcher } from "./matchers.js";

/** A cluster with a namespace in it. */
export interface TargetPlace {
  readonly server: string;
  readonly name: string;
  readonly namespace: string;
}

export interface ProjectCluster {
  readonly server: string;
  readonly name: string;
}

/** What a project permits; compiled once, then cheap to ask for each resource. */
export interface ProjectRules {
  permitsSource(repoUrl: string): boolean;
  /** `projectClusters`: the clusters scoped to this project, for `permitOnlyProjectScopedClusters`. */
  permitsDestination(place: TargetPlace, projectClusters?: readonly ProjectCluster[]): boolean;
  permitsKind(resource: { readonly group: string; readonly kind: string; readonly name: string }, isNamespaced: boolean): boolean;
  /** One live or desired resource: its kind, and where it is when it has a namespace. */
  permitsResource(
    resource: { readonly group: string; readonly kind: string; readonly name: string; readonly namespace: string },
    cluster: ProjectCluster,
    projectClusters?: readonly ProjectCluster[],
  ): boolean;
  permitsApplicationNamespace(namespace: string, controlNamespace: string): boolean;
}

/** Compiles a project's rules as Argo CD reads them; an empty list permits nothing, a `!` entry that bites forbids at once. */
export function compileProjectRules({ spec }: AppProject): ProjectRules {
  const sources = (spec.sourceRepos ?? []).map(compileSource);
  const destinations = (spec.destinations ?? []).map(compileDestination);
  const namespaceAllowed = spec.namespaceResourceWhitelist ? compileKinds(spec.namespaceResourceWhitelist, false) : () => true;
  const namespaceRefused = compileKinds(spec.namespaceResourceBlacklist ?? [], false);
  const clusterAllowed = compileKinds(spec.clusterResourceWhitelist ?? [], true);
  const clusterRefused = compileKinds(spec.clusterResourceBlacklist ?? [], true);
  const isSourceNamespace = compileGlobOrRegexList(spec.sourceNamespaces ?? []);

  const rules: ProjectRules = {
    permitsSource: (repoUrl) => decide(sources, normalizeGitUrl(repoUrl)),
    permitsDestination: (place, projectClusters = []) => {
      if (!isDestinationMatched(destinations, place)) return false;
      if (!spec.permitOnlyProjectScopedClusters) return true;
      return projectClusters.some(({ name, server }) => name === place.name || server === place.server);
    },
    permitsKind: (resource, isNamespaced) =>
      isNamespaced
        ? namespaceAllowed(resource) && !namespaceRefused(resource)
        : clusterAllowed(resource) && !clusterRefused(resource),
    permitsResource: (resource, cluster, projectClusters) => {
      const isNamespaced = resource.namespace !== "";
      if (!rules.permitsKind(resource, isNamespaced)) return false;
      return !isNamespaced || rules.permitsDestination({ ...cluster, namespace: resource.namespace }, projectClusters);
    },
    permitsApplicationNamespace: (namespace, controlNamespace) =>
      namespace === "" || namespace === controlNamespace || isSourceNamespace(namespace),
  };
  return rules;
}

function compileSource(pattern: string): NegatableMatcher {
  const isDeny = pattern.startsWith("!");
  const normalized = normalizeGitUrl(isDeny ? pattern.slice(1) : pattern);
  return compileNegatable(isDeny ? `!${normalized}` : normalized, "/");
}

function decide(matchers: readonly NegatableMatcher[], text: string): boolean {
  let isPermitted = false;
  for (const { isDeny, matches } of matchers) {
    if (matches(text)) isPermitted = true;
    else if (isDeny) return false;
  }
  return isPermitted;
}

interface CompiledDestination {
  readonly name: NegatableMatcher;
  readonly server: NegatableMatcher;
  readonly namespace: NegatableMatcher;
}

function compileDestination({ name = "", server = "", namespace = "" }: ProjectDestination): CompiledDestination {
  return { name: compileNegatable(name), server: compileNegatable(server), namespace: compileNegatable(namespace) };
}

function isDestinationMatched(destinations: readonly CompiledDestination[], place: TargetPlace): boolean {
  let isPermitted = false;
  for (const { name, server, namespace } of destinations) {
    const matchesName = place.name !== "" && name.matches(place.name);
    const matchesServer = place.server !== "" && server.matches(place.server);
    const matchesNamespace = namespace.matches(place.namespace);
    if ((matchesServer || matchesName) && matchesNamespace) isPermitted = true;
    else if ((!matchesName && name.isDeny) || (!matchesServer && server.isDeny && matchesNamespace)) return false;
    else if (!matchesNamespace && namespace.isDeny && matchesServer) return false;
  }
  return isPermitted;
}

type KindTest = (resource: { readonly group: string; readonly kind: string; readonly name: string }) => boolean;

function compileKinds(rules: readonly ResourceRule[], withNames: boolean): KindTest {
  const compiled = rules.map(({ group = "", kind = "", name = "" }) => ({
    group: compilePathMatch(group) ?? (() => false),
    kind: compilePathMatch(kind) ?? (() => false),
    name: withNames && name !== "" ? (compilePathMatch(name) ?? (() => false)) : () => true,
  }));
  return (resource) =>
    compiled.some((rule) => rule.kind(resource.kind) && rule.group(resource.group) && rule.name(resource.name));
}
