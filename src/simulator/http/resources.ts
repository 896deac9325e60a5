import type { IncomingMessage } from "node:http";
import { parseResourcePath } from "../api/request-info.js";
import { badRequest, invalid, methodNotAllowed, pathNotFound, StatusError } from "../api/status-error.js";
import { entryOf } from "../cluster.js";
import { type Draft, isDraft, part, text } from "../draft.js";
import { decodeProtobuf } from "../protobuf/decode.js";
import { enforcePolicies } from "../rules/admission-policies.js";
import { createObject } from "../writes/create.js";
import { type DeleteOptions, type Deletion, deleteObject, plainDelete } from "../writes/delete.js";
import type { WriteOptions } from "../writes/options.js";
import { patchObject, patchTypes } from "../writes/patch.js";
import { updateObject } from "../writes/update.js";
import { authorize } from "./authorization.js";
import {
  type Exchange,
  mediaType,
  parseJsonBody,
  parseYamlBody,
  type ResourceExchange,
  readBody,
  readValue,
  sendJson,
} from "./exchange.js";
import { selected, selectionOf, serveList } from "./list.js";
import { entryJson, sendEntry } from "./objects.js";
import { isReview, serveReview } from "./reviews.js";
import { serveSubresource } from "./subresources.js";
import { isTrue, serveWatch, type WatchRegistry } from "./watch.js";

/** Everything under /api and /apis that names a resource. */
export async function serveResource(exchange: Exchange, watches: WatchRegistry): Promise<void> {
  const info = parseResourcePath(exchange.path);
  const type = info && exchange.cluster.registry.find(info.group, info.version, info.plural);
  if (!info || !type) throw pathNotFound();
  const request: ResourceExchange = { ...exchange, info, type };
  if (type.custom?.deprecated !== undefined) exchange.warnings.push(type.custom.deprecated);
  authorize(request);
  if (info.subresource !== "") return serveSubresource(request);
  if (isReview(type)) {
    if (exchange.method !== "POST") throw methodNotAllowed();
    return serveReview(request);
  }
  if (info.name === "") return serveCollection(request, watches);
  return serveObject(request, watches);
}

async function serveCollection(exchange: ResourceExchange, watches: WatchRegistry): Promise<void> {
  const { method, query, info } = exchange;
  switch (method) {
    case "GET":
      if (isTrue(query.get("watch")) || info.watch) return serveWatch(exchange, watches);
      return serveList(exchange);
    case "POST":
      return serveCreate(exchange);
    case "DELETE":
      return serveDeleteCollection(exchange);
    default:
      throw methodNotAllowed();
  }
}

async function serveObject(exchange: ResourceExchange, watches: WatchRegistry): Promise<void> {
  const { method, cluster, type, info, query } = exchange;
  switch (method) {
    case "GET":
      if (isTrue(query.get("watch")) || info.watch) return serveWatch(exchange, watches);
      return sendEntry(exchange, 200, entryOf(cluster, type, info.namespace, info.name));
    case "PUT": {
      const options = writeOptions(exchange);
      const body = asBody(await readValue(exchange));
      return sendEntry(exchange, 200, updateObject(cluster, { type, namespace: info.namespace, name: info.name }, body, options));
    }
    case "PATCH": {
      const { entry, created } = await servePatch(exchange);
      return sendEntry(exchange, created ? 201 : 200, entry);
    }
    case "DELETE":
      return serveDelete(exchange);
    default:
      throw methodNotAllowed();
  }
}

async function serveCreate(exchange: ResourceExchange): Promise<void> {
  const { cluster, type, info } = exchange;
  if (type.namespaced && info.namespace === "") throw methodNotAllowed();
  const body = asBody(await readValue(exchange));
  sendEntry(exchange, 201, createObject(cluster, type, info.namespace, body, writeOptions(exchange)));
}

/** Reads and applies a patch to the object or to `subresource` of it. */
export async function servePatch(exchange: ResourceExchange): Promise<ReturnType<typeof patchObject>> {
  const { cluster, type, info } = exchange;
  const contentType = mediaType(exchange);
  const bodyText = (await readBody(exchange)).toString("utf8");
  const patch = contentType === patchTypes.apply ? parseYamlBody(bodyText) : parseJsonBody(bodyText);
  if (contentType === patchTypes.apply && (exchange.query.get("fieldManager") ?? "") === "") {
    throw invalid({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [
      { reason: "FieldValueRequired", message: "Required value: is required for apply patch", field: "fieldManager" },
    ]);
  }
  return patchObject(cluster, { type, namespace: info.namespace, name: info.name }, contentType, patch, writeOptions(exchange));
}

async function serveDelete(exchange: ResourceExchange): Promise<void> {
  const { cluster, type, info } = exchange;
  const options = await deleteOptions(exchange);
  const { object } = entryOf(cluster, type, info.namespace, info.name);
  enforcePolicies(cluster, { type, operation: "DELETE", object: undefined, oldObject: object, options: writeOptions(exchange) });
  const deletion = deleteObject(cluster, type, info.namespace, info.name, options);
  answerDeletion(exchange, deletion);
}

/** Pods and objects that still have finalizers come back themselves, everything else as a Status. */
function answerDeletion(exchange: ResourceExchange, deletion: Deletion): void {
  const { type } = exchange;
  const { object } = deletion.entry;
  if (!deletion.gone || type.storage === "pods.") {
    sendEntry(exchange, 200, deletion.entry);
    return;
  }
  sendJson(exchange, 200, {
    kind: "Status",
    apiVersion: "v1",
    metadata: {},
    status: "Success",
    details: {
      name: object.metadata.name,
      ...(type.group === "" ? {} : { group: type.group }),
      kind: type.plural,
      uid: object.metadata.uid,
    },
  });
}

async function serveDeleteCollection(exchange: ResourceExchange): Promise<void> {
  const { cluster, type } = exchange;
  if (!type.verbs.includes("deletecollection")) throw methodNotAllowed();
  const options = await deleteOptions(exchange);
  const entries = selected(cluster, type, selectionOf(exchange));
  const deleted = [...entries].map((entry) => {
    try {
      return deleteObject(cluster, type, entry.object.metadata.namespace ?? "", entry.object.metadata.name, options).entry;
    } catch (error) {
      // Another delete was faster.
      if (error instanceof StatusError && error.code === 404) return entry;
      throw error;
    }
  });
  const head = `"kind":"${type.listKind}","apiVersion":"${type.apiVersion}","metadata":{"resourceVersion":"${cluster.store.revision}"}`;
  sendJson(exchange, 200, `{${head},"items":[${deleted.map((entry) => entryJson(entry, type)).join(",")}]}`);
}

async function deleteOptions(exchange: ResourceExchange): Promise<DeleteOptions> {
  const { query } = exchange;
  const raw = await readBody({ ...exchange });
  const body = raw.length === 0 ? {} : parseBody(exchange, raw);
  const preconditions = part(body, "preconditions");
  const grace =
    body["gracePeriodSeconds"] ?? (query.has("gracePeriodSeconds") ? Number(query.get("gracePeriodSeconds")) : undefined);
  const policy = text(body, "propagationPolicy") || (query.get("propagationPolicy") ?? "");
  if (policy !== "" && policy !== "Background" && policy !== "Foreground" && policy !== "Orphan") {
    const supported = '"Foreground", "Background", "Orphan", "nil"';
    throw invalid({ group: "meta.k8s.io", kind: "DeleteOptions" }, "", [
      {
        reason: "FieldValueNotSupported",
        message: `Unsupported value: ${JSON.stringify(policy)}: supported values: ${supported}`,
        field: "propagationPolicy",
      },
    ]);
  }
  const orphanDependents = body["orphanDependents"];
  const propagation = policy !== "" ? policy : orphanDependents === true ? "Orphan" : undefined;
  return {
    ...plainDelete,
    propagation,
    gracePeriodSeconds: typeof grace === "number" ? grace : undefined,
    uid: text(preconditions, "uid") || undefined,
    resourceVersion: text(preconditions, "resourceVersion") || undefined,
    dryRun: isDryRun(exchange, body),
  };
}

function parseBody(exchange: Exchange, raw: Buffer): Draft {
  if (mediaType(exchange) === "application/vnd.kubernetes.protobuf") return decodeProtobuf(raw);
  const value = parseJsonBody(raw.toString("utf8"));
  return isDraft(value) ? value : {};
}

function isDryRun(exchange: Exchange, body: Draft = {}): boolean {
  const asked = [...exchange.query.getAll("dryRun"), ...(Array.isArray(body["dryRun"]) ? body["dryRun"].map(String) : [])].filter(
    (item) => item !== "",
  );
  for (const item of asked) {
    if (item !== "All") throw badRequest(`invalid dryRun: Unsupported value: "${item}": supported values: "All"`);
  }
  return asked.length > 0;
}

export function writeOptions(exchange: ResourceExchange, subresource = ""): WriteOptions {
  const { query, request, warnings } = exchange;
  const validation = query.get("fieldValidation") ?? "Warn";
  if (validation !== "Ignore" && validation !== "Warn" && validation !== "Strict" && validation !== "") {
    throw badRequest(`invalid fieldValidation: Unsupported value: "${validation}": supported values: "Ignore", "Strict", "Warn"`);
  }
  return {
    dryRun: isDryRun(exchange),
    fieldManager: query.get("fieldManager") || managerOf(request),
    fieldValidation: validation === "" ? "Warn" : validation,
    force: isTrue(query.get("force")),
    subresource,
    warn: (warning) => void (warnings.includes(warning) || warnings.push(warning)),
  };
}

function managerOf(request: IncomingMessage): string {
  return (request.headers["user-agent"] ?? "unknown").split("/")[0]!.slice(0, 128) || "unknown";
}

export function asBody(value: unknown): Draft {
  if (!isDraft(value)) throw badRequest("the request body is no object");
  return value;
}
