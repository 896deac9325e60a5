import { InputError } from "../../errors.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { emitJson, parseJson } from "../../yaml/json.js";
import { parseYaml } from "../../yaml/parse.js";
import { decode, decodeChanged } from "../model/decode.js";
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
    const decoded = decodeChanged(applicationType, merged, application as unknown as ValueObject) as unknown as ApplicationShape;
    const project = application.spec["project"]!;
    return decoded.spec["project"] === project ? decoded : { ...decoded, spec: { ...decoded.spec, project } };
  };
}

function parsePatch(text: string): ValueObject {
  const isJson = text.trimStart().startsWith("{");
  let patch: Value;
  try {
    patch = isJson
      ? parseJson(text)
      : parseYaml(text, { dialect: "kubernetes", duplicateKeys: "last", file: "spec.templatePatch" });
  } catch (error) {
    const context = isJson ? "invalid templatePatch" : "error while converting template to json";
    throw invalid(`${context} ${JSON.stringify(text)}: ${(error as Error).message}`, error);
  }
  if (patch === null) return {};
  try {
    decode(applicationType, isObject(patch) ? withoutDirectives(patch) : patch);
  } catch (error) {
    throw invalid(`invalid templatePatch ${JSON.stringify(isJson ? text : emitJson(patch))}: ${(error as Error).message}`, error);
  }
  return patch as ValueObject;
}

function withoutDirectives(patch: ValueObject): ValueObject {
  return Object.fromEntries(Object.entries(patch).filter(([key]) => !key.startsWith("$")));
}

function invalid(message: string, cause: unknown): InputError {
  return new InputError(message, { code: "APPSET_TEMPLATE_PATCH", cause });
}
