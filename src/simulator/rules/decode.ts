import type { ResourceType } from "../api/resource-type.js";
import { badRequest } from "../api/status-error.js";
import type { Cluster } from "../cluster.js";
import { type Draft, draftOf, text } from "../draft.js";
import type { WriteOptions } from "../writes/options.js";

/** Reads a request's object as the resource's type: checks apiVersion and kind. */
export function decodeObject(_cluster: Cluster, type: ResourceType, body: Draft, _options: WriteOptions): Draft {
  const apiVersion = text(body, "apiVersion");
  const kind = text(body, "kind");
  if (kind === "") throw badRequest(`Object 'Kind' is missing in '${JSON.stringify(body).slice(0, 100)}'`);
  if (apiVersion !== type.apiVersion) {
    throw badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${type.apiVersion})`);
  }
  if (kind !== type.kind) {
    throw badRequest(`${kind} in version "${type.version}" cannot be handled as a ${type.kind}: no kind "${kind}" is registered`);
  }
  const { apiVersion: _a, kind: _k, metadata, ...rest } = draftOf(body);
  return { apiVersion, kind, metadata: metadata ?? {}, ...rest };
}
