import { RE2JS } from "re2js";
import type { ScmRepository } from "../../core/applicationset/needs.js";
import { InputError } from "../../core/errors.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { isObject, listAt } from "../../core/manifest/value.js";
import type { RepositoryHost } from "../../ports/scm.js";

/**
 * The repositories that the generator's `filters` take. Filters on names and labels are asked first, before branches are listed; those on
 * branches and paths after. Of each kind one filter that takes the repository is enough, and all parts of a filter must match.
 * Throws `InputError` code SCM_FILTER for a malformed expression.
 */
export async function selectRepositories(host: RepositoryHost, spec: ValueObject): Promise<readonly ScmRepository[]> {
  const filters = listAt(spec, "filters").filter(isObject).map(compileFilter);
  const byRepository = filters.filter((filter) => filter.kind === "repository");
  const byBranch = filters.filter((filter) => filter.kind === "branch");
  const repositories = await keep(await host.repositories(), byRepository, host);
  const branches: ScmRepository[] = [];
  for (const repository of repositories) branches.push(...(await host.branches(repository)));
  return keep(branches, byBranch, host);
}

interface Filter {
  /** Argo CD: the last part of a filter decides when it is asked. */
  readonly kind: "repository" | "branch" | "none";
  readonly repository: (text: string) => boolean;
  readonly branch: (text: string) => boolean;
  readonly label: ((text: string) => boolean) | undefined;
  readonly pathsExist: readonly string[];
  readonly pathsDoNotExist: readonly string[];
}

function compileFilter(filter: ValueObject): Filter {
  const repository = expression(filter, "repositoryMatch", "RepositoryMatch");
  const label = expression(filter, "labelMatch", "LabelMatch");
  const branch = expression(filter, "branchMatch", "BranchMatch");
  const isBranch = filter["pathsExist"] !== undefined || filter["pathsDoNotExist"] !== undefined || branch !== undefined;
  return {
    kind: isBranch ? "branch" : repository || label ? "repository" : "none",
    repository: repository ?? (() => true),
    branch: branch ?? (() => true),
    label,
    pathsExist: pathsAt(filter, "pathsExist"),
    pathsDoNotExist: pathsAt(filter, "pathsDoNotExist"),
  };
}

function expression(filter: ValueObject, key: string, noun: string): ((text: string) => boolean) | undefined {
  const source = filter[key];
  if (typeof source !== "string") return undefined;
  try {
    const compiled = RE2JS.compile(source);
    return (text) => compiled.matcher(text).find();
  } catch (error) {
    throw new InputError(`error compiling ${noun} regexp ${JSON.stringify(source)}: ${(error as Error).message}`, {
      code: "SCM_FILTER",
      cause: error,
    });
  }
}

function pathsAt(filter: ValueObject, key: string): readonly string[] {
  return listAt(filter, key).map((path) => String(path).replace(/\/+$/, ""));
}

async function keep(
  repositories: readonly ScmRepository[],
  filters: readonly Filter[],
  host: RepositoryHost,
): Promise<readonly ScmRepository[]> {
  if (filters.length === 0) return repositories;
  const kept: ScmRepository[] = [];
  for (const repository of repositories) if (await takesAny(filters, repository, host)) kept.push(repository);
  return kept;
}

async function takesAny(filters: readonly Filter[], repository: ScmRepository, host: RepositoryHost): Promise<boolean> {
  for (const filter of filters) if (await takes(filter, repository, host)) return true;
  return false;
}

async function takes(filter: Filter, repository: ScmRepository, host: RepositoryHost): Promise<boolean> {
  if (!filter.repository(repository.repository) || !filter.branch(repository.branch)) return false;
  const { label } = filter;
  if (label && !repository.labels.some((own) => label(own))) return false;
  for (const path of filter.pathsExist) if (!(await host.hasPath(repository, path))) return false;
  for (const path of filter.pathsDoNotExist) if (await host.hasPath(repository, path)) return false;
  return true;
}
