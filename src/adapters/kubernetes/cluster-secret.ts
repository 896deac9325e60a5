import { InputError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import { secretData } from "../../core/manifest/secret-data.js";
import { isObject, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";
import { base64Decode, utf8Decode } from "../../platform/bytes.js";
import type { ClusterConnection } from "../../ports/cluster.js";
import type { RegisteredCluster } from "../../ports/cluster-registry.js";
import { execCredentials } from "./exec-credentials.js";

/** Reads a cluster Secret; a malformed one throws `InputError` CLUSTER_SECRET_* that names it. */
export function readClusterSecret(secret: KubernetesObject): RegisteredCluster {
  const where = { location: { file: `Secret ${secret.metadata.namespace ?? ""}/${secret.metadata.name}` } };
  const data = secretData(secret);
  const server = data["server"]?.trim().replace(/\/+$/, "") ?? "";
  if (!URL.canParse(server) || !/^https?:$/.test(new URL(server).protocol))
    throw new InputError(`the field server is ${server === "" ? "missing" : `"${server}", not an http(s) URL`}`, {
      code: "CLUSTER_SECRET_SERVER",
      ...where,
    });
  const config = parseConfig(data["config"], where);
  return {
    name: data["name"] || server,
    server,
    secretName: secret.metadata.name,
    labels: secret.metadata.labels ?? {},
    annotations: secret.metadata.annotations ?? {},
    ...(data["project"] ? { project: data["project"] } : {}),
    namespaces: (data["namespaces"] ?? "")
      .split(",")
      .map((name) => name.trim())
      .filter((name) => name !== ""),
    clusterResources: data["clusterResources"] === "true",
    ...(/^\d+$/.test(data["shard"] ?? "") ? { shard: Number(data["shard"]) } : {}),
    connection: connectionOf(server, config, where),
  };
}

function parseConfig(text: string | undefined, where: { readonly location: { readonly file: string } }): ValueObject {
  if (text === undefined || text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    if (isObject(value)) return value;
  } catch (cause) {
    // Not the parser's words: they may quote a token.
    throw new InputError("the field config is not valid JSON", {
      code: "CLUSTER_SECRET_CONFIG",
      cause: cause instanceof Error ? cause.name : undefined,
      ...where,
    });
  }
  throw new InputError("the field config is not a JSON object", { code: "CLUSTER_SECRET_CONFIG", ...where });
}

function connectionOf(
  server: string,
  config: ValueObject,
  where: { readonly location: { readonly file: string } },
): ClusterConnection {
  if (isObject(config["awsAuthConfig"]))
    throw new InputError("awsAuthConfig is not supported", {
      code: "CLUSTER_SECRET_AUTH",
      hint: "use execProviderConfig with `aws eks get-token` or a bearerToken",
      ...where,
    });
  const tls = objectAt(config, "tlsClientConfig");
  const pem = (key: string): string | undefined => {
    const text = stringAt(tls, key);
    if (text === "") return undefined;
    const bytes = base64Decode(text);
    if (bytes === undefined)
      throw new InputError(`tlsClientConfig.${key} is not base64`, { code: "CLUSTER_SECRET_CONFIG", ...where });
    return utf8Decode(bytes) ?? "";
  };
  const caData = pem("caData");
  if (tls["insecure"] === true && caData !== undefined)
    throw new InputError("tlsClientConfig has both insecure and caData", {
      code: "CLUSTER_SECRET_CONFIG",
      hint: "keep caData",
      ...where,
    });
  const clientCertData = pem("certData");
  const clientKeyData = pem("keyData");
  const optional = {
    caData,
    clientCertData,
    clientKeyData,
    tlsServerName: stringAt(tls, "serverName") || undefined,
    bearerToken: stringAt(config, "bearerToken") || undefined,
    username: stringAt(config, "username") || undefined,
    password: stringAt(config, "password") || undefined,
    proxyUrl: stringAt(config, "proxyUrl") || undefined,
    insecure: tls["insecure"] === true ? true : undefined,
    headers: isObject(config["execProviderConfig"]) ? execCredentials(server, config["execProviderConfig"], caData) : undefined,
  };
  return {
    server,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<ClusterConnection>),
  };
}
