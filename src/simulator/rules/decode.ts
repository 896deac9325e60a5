import { copyOf } from "../api/json.js";
import type { ResourceType } from "../api/resource-type.js";
import { badRequest } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { pruneCustom } from "../crd/prune.js";
import { type Draft, isDraft, text } from "../draft.js";
import { DecodeError, type Decoding, decodeShape } from "../schema/decode-shape.js";
import { builtInSchemaName } from "../schema/published.js";
import { shapeOf } from "../schema/shape.js";
import type { WriteOptions } from "../writes/options.js";

const metadataShape = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/**
 * Reads a request's object as the resource's type: a private copy without unknown fields. Throws 400 for a wrong apiVersion, kind or type, and under strict
 * field validation for unknown fields; else each of those is a warning.
 */
export function decodeObject(_cluster: Cluster, type: ResourceType, given: Draft, options: WriteOptions): Draft {
  const body = withKind(type, given);
  checkKind(type, body);
  const decoding: Decoding = { unknown: [] };
  const draft = guarded(type, () => (type.custom ? decodeCustom(type, body, decoding) : decodeBuiltIn(type, body, decoding)));
  reportUnknown(type, decoding.unknown, options);
  return draft;
}

/** A built-in object that does not name its kind is of the one that the path names. */
function withKind(type: ResourceType, body: Draft): Draft {
  if (type.custom || (text(body, "kind") !== "" && text(body, "apiVersion") !== "")) return body;
  return { ...body, apiVersion: text(body, "apiVersion") || type.apiVersion, kind: text(body, "kind") || type.kind };
}

function checkKind(type: ResourceType, body: Draft): void {
  const apiVersion = text(body, "apiVersion");
  const kind = text(body, "kind");
  if (kind === "") throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(body).slice(0, 200)}'`);
  if (apiVersion === "") throw badRequest(`Object 'apiVersion' is missing in '${JSON.stringify(body).slice(0, 200)}'`);
  if (apiVersion !== type.apiVersion) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${type.apiVersion})`);
  }
  if (kind !== type.kind) {
    throw badRequest(
      `${kind} in version "${type.version}" cannot be handled as a ${type.kind}: converting (v1.${kind}) to (core.${type.kind}): unknown conversion`,
    );
  }
}

function decodeBuiltIn(type: ResourceType, body: Draft, decoding: Decoding): Draft {
  const name = builtInSchemaName(type);
  const decoded = (name === "" ? copyOf(body) : decodeShape(shapeOf(name), copyOf(body), decoding)) as Draft;
  return inOrder(decoded);
}

function decodeCustom(type: ResourceType, body: Draft, decoding: Decoding): Draft {
  const draft = copyOf(body);
  draft["metadata"] = decodeShape(shapeOf(metadataShape), draft["metadata"] ?? {}, { unknown: [] }) ?? {};
  pruneCustom(type, draft, decoding.unknown);
  return inOrder(draft);
}

function inOrder(draft: Draft): Draft {
  const { apiVersion, kind, metadata, ...rest } = draft;
  return { apiVersion, kind, metadata: isDraft(metadata) ? metadata : {}, ...rest };
}

function guarded(type: ResourceType, decode: () => Draft): Draft {
  try {
    return decode();
  } catch (error) {
    if (error instanceof DecodeError)
      throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${error.message}`);
    throw error;
  }
}

function reportUnknown(type: ResourceType, unknown: readonly string[], options: WriteOptions): void {
  if (unknown.length === 0 || options.fieldValidation === "Ignore") return;
  const findings = unknown.map((path) => `unknown field ${JSON.stringify(path)}`);
  if (options.fieldValidation === "Warn") {
    for (const finding of findings) options.warn(finding);
    return;
  }
  const found = `strict decoding error: ${findings.join(", ")}`;
  throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${found}`);
}
