import { isPrint, quote } from "../gotemplate/fmt/quote.js";
import { isSpace } from "../gotemplate/value/unicode.js";
import type { GoMap, GoValue } from "../gotemplate/value/value.js";
import { versionOf } from "../semver/version.js";
import type { Dependency, Metadata } from "./chart.js";
import { type StructName, StructReader } from "./decode.js";
import { helmError } from "./failure.js";

/** Chart.yaml's fields; `base` holds those of a file read before (requirements.yaml adds to Chart.yaml). */
export function readMetadata(value: GoMap, base?: Metadata): Metadata {
  const reader = new StructReader({ name: "Metadata", type: "v2.Metadata" }, value);
  const string = (name: keyof Metadata & string) => reader.string(name) || ((base?.[name] as string | undefined) ?? "");
  const has = (name: string) => reader.raw(name) !== null;
  return {
    name: string("name"),
    home: string("home"),
    sources: has("sources") ? reader.strings("sources") : (base?.sources ?? []),
    version: string("version"),
    description: string("description"),
    keywords: has("keywords") ? reader.strings("keywords") : (base?.keywords ?? []),
    maintainers: has("maintainers")
      ? reader.list("maintainers", "[]*v2.Maintainer").map(readMaintainer)
      : (base?.maintainers ?? []),
    icon: string("icon"),
    apiVersion: string("apiVersion"),
    condition: string("condition"),
    tags: string("tags"),
    appVersion: string("appVersion"),
    deprecated: has("deprecated") ? reader.boolean("deprecated") : (base?.deprecated ?? false),
    annotations: has("annotations") ? reader.stringMap("annotations") : base?.annotations,
    kubeVersion: string("kubeVersion"),
    dependencies: has("dependencies")
      ? reader.list("dependencies", "[]*v2.Dependency").map(readDependency)
      : (base?.dependencies ?? []),
    type: string("type"),
  };
}

function memberOf(name: string, field: string): StructName {
  return { name, type: `v2.${name}`, within: { name: "Metadata", field } };
}

function readMaintainer(value: GoValue): Metadata["maintainers"][number] {
  if (value === null) throw validation("maintainers must not contain empty or null nodes");
  const reader = new StructReader(memberOf("Maintainer", "maintainers"), value);
  return { name: reader.string("name"), email: reader.string("email"), url: reader.string("url") };
}

function readDependency(value: GoValue): Dependency {
  if (value === null) throw validation("dependencies must not contain empty or null nodes");
  const reader = new StructReader(memberOf("Dependency", "dependencies"), value);
  return {
    name: reader.string("name"),
    version: reader.string("version"),
    repository: reader.string("repository"),
    condition: reader.string("condition"),
    tags: reader.strings("tags"),
    importValues: reader.list("import-values"),
    alias: reader.string("alias"),
    enabled: reader.boolean("enabled"),
  };
}

/** Helm's checks of Chart.yaml; gives the metadata with blanks and unprintable characters cleaned. Throws HELM_CHART. */
export function validateMetadata(metadata: Metadata): Metadata {
  const clean: Metadata = {
    ...metadata,
    name: sanitize(metadata.name),
    description: sanitize(metadata.description),
    home: sanitize(metadata.home),
    icon: sanitize(metadata.icon),
    condition: sanitize(metadata.condition),
    tags: sanitize(metadata.tags),
    appVersion: sanitize(metadata.appVersion),
    kubeVersion: sanitize(metadata.kubeVersion),
    sources: metadata.sources.map(sanitize),
    keywords: metadata.keywords.map(sanitize),
    maintainers: metadata.maintainers.map(({ name, email, url }) => ({
      name: sanitize(name),
      email: sanitize(email),
      url: sanitize(url),
    })),
    dependencies: metadata.dependencies.map(sanitizeDependency),
  };
  const { name, version, type } = clean;
  if (clean.apiVersion === "") throw validation("chart.metadata.apiVersion is required");
  if (name === "") throw validation("chart.metadata.name is required");
  if (name === "." || name === "..") throw validation(`chart.metadata.name ${quote(name)} is not allowed`);
  if (name.includes("/")) throw validation(`chart.metadata.name ${quote(name)} is invalid`);
  if (version === "") throw validation("chart.metadata.version is required");
  if (versionOf(version) === undefined) throw validation(`chart.metadata.version ${quote(version)} is invalid`);
  if (!["", "application", "library"].includes(type)) throw validation("chart.metadata.type must be application or library");
  checkDependencyNames(clean.dependencies);
  return clean;
}

function sanitizeDependency(dependency: Dependency): Dependency {
  return {
    ...dependency,
    name: sanitize(dependency.name),
    version: sanitize(dependency.version),
    repository: sanitize(dependency.repository),
    condition: sanitize(dependency.condition),
    tags: dependency.tags.map(sanitize),
  };
}

function checkDependencyNames(dependencies: readonly Dependency[]): void {
  const seen = new Set<string>();
  for (const { name, alias } of dependencies) {
    if (alias !== "" && !/^[a-zA-Z0-9_-]+$/.test(alias)) {
      throw validation(`dependency ${quote(name)} has disallowed characters in the alias`);
    }
    const key = alias === "" ? name : alias;
    if (seen.has(key)) throw validation(`more than one dependency with name or alias ${quote(key)}`);
    seen.add(key);
  }
}

function validation(message: string): ReturnType<typeof helmError> {
  return helmError(`validation: ${message}`);
}

function sanitize(text: string): string {
  return Array.from(text, (char) => (isSpace(char) ? " " : isPrint(char) ? char : "")).join("");
}
