import { joinProblems } from "../../core/manifest/smd/validate.js";
import { badRequest, invalid, notFound, StatusError } from "../api/status-error.js";
import { type Cluster, now } from "../cluster.js";
import { refusedNulls } from "../crd/nulls.js";
import { type Draft, draftOf, ensure, finished, text } from "../draft.js";
import { convertObject } from "../rules/conversion.js";
import { decodeObject } from "../rules/decode.js";
import { type Entry, storeKey } from "../store/store.js";
import { createObject } from "./create.js";
import type { WriteOptions } from "./options.js";
import { applyFields } from "./ownership.js";
import { type UpdateTarget, writeUpdate } from "./update.js";

/** Server-side apply: makes the object or merges the applied fields into it. Throws 400, 409 (conflicts) and 422. */
export function applyServerSide(
  cluster: Cluster,
  target: UpdateTarget,
  patch: Draft,
  options: WriteOptions,
): { readonly entry: Entry; readonly created: boolean } {
  const { type, namespace, name } = target;
  const config = readConfig(cluster, target, patch, options);
  const nulls = refusedNulls(type, config);
  if (nulls.length > 0) throw invalid(type, name, nulls);
  const current = cluster.store.get(type.storage, storeKey(type.namespaced ? namespace : "", name));
  const writer = { name: options.fieldManager, subresource: options.subresource, time: now(cluster), force: options.force };
  if (!current) {
    if (options.subresource !== "") throw notFound(type, name);
    if (text(ensure(config, "metadata"), "uid") !== "") throw notFound(type, name);
    const applied = applyFields(type, undefined, finished(config), writer);
    return { entry: createObject(cluster, type, namespace, draftOf(applied.object), options, applied.record), created: true };
  }
  const applied = applyFields(type, convertObject(current.object, type), finished(config), writer);
  const draft = decodeObject(cluster, type, draftOf(applied.object), { ...options, fieldValidation: "Ignore" });
  return { entry: writeUpdate(cluster, type, current, draft, options, false, applied.record), created: false };
}

function readConfig(cluster: Cluster, target: UpdateTarget, patch: Draft, options: WriteOptions): Draft {
  const { type, namespace, name } = target;
  const config = decodeConfig(cluster, target, patch, options);
  const metadata = ensure(config, "metadata");
  if (metadata["managedFields"] !== undefined) throw badRequest("metadata.managedFields must be nil");
  if (text(metadata, "name") === "") metadata["name"] = name;
  if (text(metadata, "name") !== name) {
    throw badRequest(`the name of the object (${text(metadata, "name")}) does not match the name on the URL (${name})`);
  }
  if (type.namespaced) {
    if (text(metadata, "namespace") === "") metadata["namespace"] = namespace;
    if (text(metadata, "namespace") !== namespace) {
      throw badRequest(
        `the namespace of the object (${text(metadata, "namespace")}) does not match the namespace on the URL (${namespace})`,
      );
    }
  }
  return config;
}

/** Built-in kinds refuse fields that their schema does not declare, whatever the field validation; custom resources follow it. */
function decodeConfig(cluster: Cluster, target: UpdateTarget, patch: Draft, options: WriteOptions): Draft {
  const { type, namespace, name } = target;
  if (type.custom) return decodeObject(cluster, type, patch, options);
  const unknown: string[] = [];
  const config = decodeObject(cluster, type, patch, {
    ...options,
    fieldValidation: "Warn",
    warn: (text) => void unknown.push(text),
  });
  if (unknown.length === 0) return config;
  const problems = unknown.map((text) => `.${JSON.parse(text.slice("unknown field ".length))}: field not declared in schema`);
  const place = `${type.namespaced ? namespace : ""}/${name}; ${type.group}/${type.version}, Kind=${type.kind}`;
  throw new StatusError(500, "", `failed to create typed patch object (${place}): ${joinProblems(problems)}`);
}
