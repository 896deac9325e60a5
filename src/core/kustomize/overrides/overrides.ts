import { InputError } from "../../errors.js";
import type { ImageArgs, Kustomization, LabelArgs, Texts } from "../kustomization/fields.js";
import { kustomizeError } from "../model/errors.js";
import type { KustomizeOverrides } from "../options.js";
import type { Loader } from "../tree/loader.js";

type Fields = { -readonly [name in keyof Kustomization]: Kustomization[name] };

/** The kustomization as `kustomize edit` leaves it after Argo CD ran it with these options. */
export function withOverrides(fields: Kustomization, overrides: KustomizeOverrides, loader: Loader): Kustomization {
  const result: Fields = { ...fields };
  if (overrides.namePrefix) result.namePrefix = overrides.namePrefix;
  if (overrides.nameSuffix) result.nameSuffix = overrides.nameSuffix;
  if (overrides.images && overrides.images.length > 0) result.images = overrides.images.reduce(withImage, fields.images ?? []);
  if (overrides.replicas && overrides.replicas.length > 0) result.replicas = withReplicas(fields, overrides.replicas);
  if (overrides.commonLabels && Object.keys(overrides.commonLabels).length > 0) addLabels(result, overrides);
  if (overrides.commonAnnotations && Object.keys(overrides.commonAnnotations).length > 0)
    result.commonAnnotations = merged(
      fields.commonAnnotations ?? {},
      overrides.commonAnnotations,
      overrides.forceCommonAnnotations ?? false,
      "annotation",
    );
  if (overrides.namespace) result.namespace = overrides.namespace;
  if (overrides.patches && overrides.patches.length > 0) result.patches = [...(fields.patches ?? []), ...overrides.patches];
  if (overrides.components && overrides.components.length > 0) result.components = withComponents(fields, overrides, loader);
  return result;
}

function merged(before: Texts, added: Texts, isForced: boolean, what: string): Texts {
  if (!isForced)
    for (const key of Object.keys(added))
      if (Object.hasOwn(before, key)) throw kustomizeError("KUSTOMIZE_FIELD", `${what} ${key} already in kustomization file`);
  return { ...before, ...added };
}

function addLabels(fields: Fields, overrides: KustomizeOverrides): void {
  const { commonLabels: pairs = {}, labelWithoutSelector, labelIncludeTemplates, forceCommonLabels = false } = overrides;
  if (!labelWithoutSelector) {
    fields.commonLabels = merged(fields.commonLabels ?? {}, pairs, forceCommonLabels, "label");
    return;
  }
  const includeTemplates = labelIncludeTemplates ?? false;
  const labels: LabelArgs[] = [...(fields.labels ?? [])];
  const index = labels.findIndex(
    (label) => !label.includeSelectors && (label.includeTemplates ?? false) === includeTemplates && !label.fields,
  );
  const before = index < 0 ? {} : (labels[index]!.pairs ?? {});
  const entry: LabelArgs = {
    ...(index < 0 ? {} : labels[index]),
    pairs: merged(before, pairs, forceCommonLabels, "label"),
    ...(includeTemplates ? { includeTemplates } : {}),
  };
  if (index < 0) labels.push(entry);
  else labels[index] = entry;
  fields.labels = labels;
}

function withReplicas(
  fields: Kustomization,
  replicas: readonly { readonly name: string; readonly count: number }[],
): Kustomization["replicas"] {
  const names = new Set(replicas.map(({ name }) => name));
  return [...(fields.replicas ?? []).filter(({ name }) => !names.has(name ?? "")), ...replicas];
}

/** `kustomize edit set image`: `name=newName:tag`, `name=newName@digest`, `name:tag`, `name@digest`; an entry of the name is replaced. */
function withImage(images: readonly ImageArgs[], text: string): readonly ImageArgs[] {
  const image = parseImage(text);
  const rest = images.filter(({ name }) => name !== image.name);
  return [...rest, image].sort((a, b) => ((a.name ?? "") < (b.name ?? "") ? -1 : 1));
}

export function parseImage(text: string): ImageArgs {
  const equals = text.indexOf("=");
  const reference = splitReference(equals < 0 ? text : text.slice(equals + 1));
  if (equals < 0 && !reference.newTag && !reference.digest)
    throw kustomizeError("KUSTOMIZE_FIELD", `invalid format of image ${text}`, {
      hint: "use one of <image>=<newimage>:<newtag>, <image>=<newimage>@<digest>, <image>:<newtag> or <image>@<digest>",
    });
  const name = equals < 0 ? reference.name : text.slice(0, equals);
  return {
    name,
    ...(equals >= 0 && reference.name !== "" && reference.name !== name ? { newName: reference.name } : {}),
    ...(reference.newTag ? { newTag: reference.newTag } : {}),
    ...(reference.digest ? { digest: reference.digest } : {}),
  };
}

function splitReference(text: string): { readonly name: string; readonly newTag?: string; readonly digest?: string } {
  const at = text.indexOf("@");
  if (at >= 0) {
    const { name, newTag } = splitReference(text.slice(0, at));
    return { name, ...(newTag ? { newTag } : {}), digest: text.slice(at + 1) };
  }
  const colon = text.lastIndexOf(":");
  return colon > text.lastIndexOf("/") ? { name: text.slice(0, colon), newTag: text.slice(colon + 1) } : { name: text };
}

function withComponents(fields: Kustomization, overrides: KustomizeOverrides, loader: Loader): readonly string[] {
  const known = fields.components ?? [];
  const added = (overrides.components ?? []).filter(
    (path) => !known.includes(path) && (!overrides.ignoreMissingComponents || exists(path, loader)),
  );
  return [...known, ...added];
}

function exists(path: string, loader: Loader): boolean {
  try {
    loader.child(path);
    return true;
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
