import { fetch } from "undici";
import type { PluginRequest } from "../../core/applicationset/index.js";
import { ExternalError } from "../../core/errors.js";
import type { Value } from "../../core/manifest/value.js";
import { isObject, listAt, objectAt } from "../../core/manifest/value.js";

const defaultTimeoutMs = 30_000;

/** Asks a plugin generator's service for parameter sets. Throws ExternalError APPSET_PLUGIN_HTTP. */
export async function callPlugin(request: PluginRequest, signal?: AbortSignal): Promise<readonly Value[]> {
  const { applicationSetName, baseUrl, token, timeoutSeconds, input } = request;
  const timeout = AbortSignal.timeout(timeoutSeconds > 0 ? timeoutSeconds * 1000 : defaultTimeoutMs);
  let text: string;
  let status: number;
  try {
    const response = await fetch(`${baseUrl.replace(/\/+$/, "")}/api/v1/getparams.execute`, {
      method: "POST",
      headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
      body: JSON.stringify({ applicationSetName, input }),
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
    });
    status = response.status;
    text = await response.text();
  } catch (cause) {
    throw new ExternalError(`the plugin at ${baseUrl} cannot be reached: ${(cause as Error).message}`, {
      code: "APPSET_PLUGIN_HTTP",
      cause,
    });
  }
  if (status < 200 || status >= 300)
    throw new ExternalError(`API error with status code ${status}: ${messageOf(text)}`, { code: "APPSET_PLUGIN_HTTP" });
  if (text.trim() === "") return [];
  const body = parse(text);
  if (!isObject(body))
    throw new ExternalError(`the plugin's answer is no JSON object: ${text.slice(0, 200)}`, { code: "APPSET_PLUGIN_HTTP" });
  return listAt(objectAt(body, "output"), "parameters");
}

function messageOf(text: string): string {
  const body = parse(text);
  if (!isObject(body)) return text;
  const message = body["message"] ?? body["error"];
  return typeof message === "string" ? message : "";
}

function parse(text: string): Value {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return null;
  }
}
