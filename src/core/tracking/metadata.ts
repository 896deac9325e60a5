import { InputError } from "../errors.js";
import type { KubernetesObject } from "../manifest/object.js";
import { isObject } from "../manifest/value.js";

type Texts = { readonly [key: string]: string };
type Section = "labels" | "annotations";

/** The labels or annotations of a live or desired object, undefined when absent; InputError when a value is no string. */
export function readTexts(object: KubernetesObject, section: Section): Texts | undefined {
  const found: unknown = object.metadata?.[section];
  if (found === undefined || found === null) return undefined;
  if (!isObject(found)) throw notTexts(object, section);
  for (const value of Object.values(found)) if (typeof value !== "string") throw notTexts(object, section);
  return found as Texts;
}

/** The value at `key`, "" when absent. */
export function readText(object: KubernetesObject, section: Section, key: string): string {
  const found = readTexts(object, section);
  return found !== undefined && Object.hasOwn(found, key) ? (found[key] ?? "") : "";
}

/** A copy with `key` set. */
export function withText(object: KubernetesObject, section: Section, key: string, value: string): KubernetesObject {
  return { ...object, metadata: { ...object.metadata, [section]: { ...readTexts(object, section), [key]: value } } };
}

/** A copy without `key`; a section that becomes empty goes too. */
export function withoutText(object: KubernetesObject, section: Section, key: string): KubernetesObject {
  const found = readTexts(object, section);
  if (found === undefined || !Object.hasOwn(found, key)) return object;
  const { [key]: _removed, ...rest } = found;
  const { [section]: _section, ...metadata } = object.metadata;
  return {
    ...object,
    metadata: Object.keys(rest).length === 0 ? metadata : { ...metadata, [section]: rest },
  } as KubernetesObject;
}

function notTexts(object: KubernetesObject, section: Section): InputError {
  const { namespace = "", name } = object.metadata;
  return new InputError(`failed to get ${section} of ${object.kind} ${namespace}/${name}: not a map of strings`, {
    code: "TRACKING_BAD_METADATA",
  });
}
