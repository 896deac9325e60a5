import { InputError } from "../../errors.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, objectAt } from "../../manifest/value.js";
import { parseJson } from "../../yaml/json.js";
import { parseYaml } from "../../yaml/parse.js";
import { decode } from "../model/decode.js";
import { applicationType } from "./application-type.js";
import { strategicMerge } from "./strategic-merge.js";

/** An Application as generation makes it: metadata and spec, perhaps an operation. */
export interface ApplicationShape {
  readonly metadata: ValueObject;
  readonly spec: ValueObject;
  readonly operation?: ValueObject;
}

/**
 * Applies rendered template patches; equal texts are parsed once. Argo CD: the patch may not change `spec.project`.
 * Throws `InputError` code APPSET_TEMPLATE_PATCH.
 */
export function templatePatcher(): (application: ApplicationShape, text: string) => ApplicationShape {
  const parsed = new Map<string, ValueObject>();
  return (application, text) => {
    let patch = parsed.get(text);
    if (!patch) parsed.set(text, (patch = parsePatch(text)));
    const merged = strategicMerge(application as unknown as ValueObject, patch);
    const decoded = decode(applicationType, merged) as unknown as ApplicationShape;
    return { ...decoded, spec: { ...decoded.spec, project: application.spec["project"]! } };
  };
}

function parsePatch(text: string): ValueObject {
  let patch: Value;
  try {
    const isJson = text.trimStart().startsWith("{");
    patch = isJson
      ? parseJson(text)
      : parseYaml(text, { dialect: "kubernetes", duplicateKeys: "last", file: "spec.templatePatch" });
  } catch (error) {
    throw invalid(
      `error while converting template to json ${JSON.stringify(text)}: error converting YAML to JSON: ${(error as Error).message}`,
      error,
    );
  }
  if (patch === null) return {};
  try {
    if (!isObject(patch)) throw new Error("json: cannot unmarshal into Go value of type v1alpha1.Application");
    decode(applicationType, withoutDirectives(patch));
  } catch (error) {
    throw invalid(`invalid templatePatch ${JSON.stringify(text)}: ${(error as Error).message}`, error);
  }
  return Object.keys(objectAt(patch, "status")).length > 0 ? { ...patch, status: {} } : patch;
}

function withoutDirectives(patch: ValueObject): ValueObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith("$")));
}

function invalid(message: string, cause: unknown): InputError {
  return new InputError(message, { code: "APPSET_TEMPLATE_PATCH", cause });
}
