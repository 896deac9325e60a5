import { badRequest, methodNotAllowed, pathNotFound } from "../api/status-error.js";
import { timestamp } from "../clock.js";
import { entryOf } from "../cluster.js";
import { count, ensure, part } from "../draft.js";
import { deleteObject, plainDelete } from "../writes/delete.js";
import { patchObject } from "../writes/patch.js";
import { readScale, writeScale } from "../writes/scale.js";
import { applyPatchToScale } from "../writes/scale-patch.js";
import { updateObject } from "../writes/update.js";
import {
  mediaType,
  parseJsonBody,
  parseYamlBody,
  type ResourceExchange,
  readBody,
  readValue,
  sendJson,
  sendText,
} from "./exchange.js";
import { sendEntry } from "./objects.js";
import { asBody, writeOptions } from "./resources.js";

/** `/status`, `/scale`, `/finalize`, `/eviction`, `/log`, `/token`. */
export async function serveSubresource(exchange: ResourceExchange): Promise<void> {
  const { type, info } = exchange;
  if (!type.subresources.includes(info.subresource)) throw pathNotFound();
  switch (info.subresource) {
    case "status":
    case "approval":
      return serveStatus(exchange);
    case "finalize":
      return serveFinalize(exchange);
    case "scale":
      return serveScale(exchange);
    case "eviction":
      return serveEviction(exchange);
    case "log":
      return serveLog(exchange);
    case "token":
      return serveToken(exchange);
    default:
      throw pathNotFound();
  }
}

async function serveStatus(exchange: ResourceExchange): Promise<void> {
  const { cluster, type, info, method } = exchange;
  const target = { type, namespace: info.namespace, name: info.name };
  const options = writeOptions(exchange, "status");
  switch (method) {
    case "GET":
      return sendEntry(exchange, 200, entryOf(cluster, type, info.namespace, info.name));
    case "PUT":
      return sendEntry(exchange, 200, updateObject(cluster, target, asBody(await readValue(exchange)), options));
    case "PATCH": {
      const contentType = mediaType(exchange);
      const body = (await readBody(exchange)).toString("utf8");
      const patch = contentType.endsWith("yaml") ? parseYamlBody(body) : parseJsonBody(body);
      return sendEntry(exchange, 200, patchObject(cluster, target, contentType, patch, options).entry);
    }
    default:
      throw methodNotAllowed();
  }
}

async function serveFinalize(exchange: ResourceExchange): Promise<void> {
  const { cluster, type, info, method } = exchange;
  if (method !== "PUT") throw methodNotAllowed();
  const target = { type, namespace: info.namespace, name: info.name };
  sendEntry(exchange, 200, updateObject(cluster, target, asBody(await readValue(exchange)), writeOptions(exchange, "finalize")));
}

async function serveScale(exchange: ResourceExchange): Promise<void> {
  const { cluster, type, info, method } = exchange;
  const target = { type, namespace: info.namespace, name: info.name };
  if (method === "GET") return sendJson(exchange, 200, readScale(entryOf(cluster, type, info.namespace, info.name), type));
  const options = writeOptions(exchange, "scale");
  if (method === "PUT") {
    return sendJson(exchange, 200, readScale(writeScale(cluster, target, asBody(await readValue(exchange)), options), type));
  }
  if (method !== "PATCH") throw methodNotAllowed();
  const contentType = mediaType(exchange);
  const patch = parseJsonBody((await readBody(exchange)).toString("utf8"));
  const scale = applyPatchToScale(readScale(entryOf(cluster, type, info.namespace, info.name), type), contentType, patch);
  sendJson(exchange, 200, readScale(writeScale(cluster, target, scale, options), type));
}

async function serveEviction(exchange: ResourceExchange): Promise<void> {
  const { cluster, type, info, method } = exchange;
  if (method !== "POST") throw methodNotAllowed();
  const body = asBody(await readValue(exchange));
  const grace = part(body, "deleteOptions")?.["gracePeriodSeconds"];
  deleteObject(cluster, type, info.namespace, info.name, {
    ...plainDelete,
    gracePeriodSeconds: typeof grace === "number" ? grace : undefined,
  });
  sendJson(exchange, 201, { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success", code: 201 });
}

function serveLog(exchange: ResourceExchange): void {
  const { cluster, type, info } = exchange;
  const { object } = entryOf(cluster, type, info.namespace, info.name);
  sendText(
    exchange,
    200,
    "text/plain",
    `${object.metadata.creationTimestamp} simulated pod ${object.metadata.name}: no process runs here\n`,
  );
}

async function serveToken(exchange: ResourceExchange): Promise<void> {
  const { cluster, type, info, method } = exchange;
  if (method !== "POST") throw methodNotAllowed();
  const account = entryOf(cluster, type, info.namespace, info.name).object;
  const body = asBody(await readValue(exchange));
  const spec = ensure(body, "spec");
  const seconds = count(spec, "expirationSeconds", 3600);
  if (seconds < 600) throw badRequest("may not specify a duration less than 10 minutes");
  const token = `simulated.${account.metadata.uid}.${cluster.ids.suffix(16)}`;
  body["status"] = { token, expirationTimestamp: timestamp(cluster.clock.now() + seconds * 1000) };
  sendJson(exchange, 201, body);
}
