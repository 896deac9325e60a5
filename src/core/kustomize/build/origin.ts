import { emitYaml } from "../../yaml/emit.js";
import { annotation, metaTexts, originAnnotation, transformationsAnnotation, withMetaTexts } from "../model/annotations.js";
import { fieldSpec } from "../model/field-spec.js";
import type { ResMap } from "../model/res-map.js";
import type { Resource } from "../model/resource.js";
import { withEntries } from "../transformers/labels.js";
import { joinRelative } from "../tree/paths.js";
import { parseRepoSpec } from "../tree/repo-spec.js";

/** Where a resource came from, or what made or changed it (`buildMetadata`). */
export interface Origin {
  readonly path?: string;
  readonly repo?: string;
  readonly ref?: string;
  readonly configuredIn?: string;
  readonly configuredBy?: {
    readonly apiVersion?: string;
    readonly kind?: string;
    readonly name?: string;
    readonly namespace?: string;
  };
}

/** The origin one path further: a repository starts anew. */
export function appendOrigin(origin: Origin, path: string): Origin {
  const repo = parseRepoSpec(path);
  if (!repo) return { ...origin, path: joinRelative(origin.path ?? "", path) };
  return { ...origin, repo: repo.cloneSpec, ref: repo.ref, path: repo.path };
}

/** The origin of what a builtin plugin of a kustomization file made or changed. */
export function builtinOrigin(origin: Origin, fileName: string, kind: string): Origin {
  return {
    ...(origin.repo ? { repo: origin.repo } : {}),
    ...(origin.ref ? { ref: origin.ref } : {}),
    configuredIn: joinRelative(origin.path ?? "", fileName),
    configuredBy: { apiVersion: "builtin", kind },
  };
}

/** The origin of what a plugin of its own file made or changed; undefined where its origin is not tracked. */
export function pluginOrigin(config: Resource): Origin | undefined {
  const text = annotation(config.value, originAnnotation);
  if (text === undefined) return undefined;
  const lines = new Map(
    text.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );
  return {
    ...(lines.get("repo") ? { repo: lines.get("repo")! } : {}),
    ...(lines.get("ref") ? { ref: lines.get("ref")! } : {}),
    ...(lines.get("path") ? { configuredIn: lines.get("path")! } : {}),
    configuredBy: {
      ...(config.apiVersion ? { apiVersion: config.apiVersion } : {}),
      ...(config.kind ? { kind: config.kind } : {}),
      ...(config.name ? { name: config.name } : {}),
      ...(config.namespace ? { namespace: config.namespace } : {}),
    },
  };
}

export function formatOrigin(origin: Origin): string {
  return lines(origin, "").join("\n") + "\n";
}

function lines(origin: Origin, indent: string): string[] {
  const result: string[] = [];
  for (const field of ["path", "repo", "ref", "configuredIn"] as const)
    if (origin[field]) result.push(`${indent}${field}: ${scalar(origin[field])}`);
  const { configuredBy } = origin;
  if (configuredBy && Object.values(configuredBy).some(Boolean)) {
    result.push(`${indent}configuredBy:`);
    for (const field of ["apiVersion", "kind", "name", "namespace"] as const)
      if (configuredBy[field]) result.push(`${indent}  ${field}: ${scalar(configuredBy[field])}`);
  }
  return result.length === 0 ? [`${indent}{}`] : result;
}

function scalar(text: string): string {
  return emitYaml(text, { style: "go-yaml-v3", indent: 2 }).replace(/\n$/, "");
}

export function withOrigin(resource: Resource, origin: Origin): Resource {
  return withNote(resource, originAnnotation, formatOrigin(origin));
}

/** All annotations become texts with it; something may have replaced the metadata, which is an error. */
function withNote(resource: Resource, key: string, text: string): Resource {
  const texts = { ...metaTexts(resource.value, "annotations"), [key]: text };
  return resource.with(withMetaTexts(resource.value, "annotations", texts));
}

/** Marks a resource read from a file, as an annotation transformer would. */
export function withFileOrigin(resource: Resource, origin: Origin): Resource {
  return resource.with(withEntries(resource.value, { [originAnnotation]: formatOrigin(origin) }, fileOriginSpecs).value);
}

const fileOriginSpecs = [fieldSpec("metadata/annotations", { create: true })];

/** After a transformer ran: what it made gets an origin, what it met a transformation. */
export function noteTransformation(map: ResMap, origin: Origin): void {
  map.update((resource) => {
    if (annotation(resource.value, originAnnotation) === undefined) return withOrigin(resource, origin);
    const before = annotation(resource.value, transformationsAnnotation) ?? "";
    const entry = lines(origin, "  ").join("\n").replace(/^ {2}/, "- ");
    return withNote(resource, transformationsAnnotation, `${before}${entry}\n`);
  });
}
