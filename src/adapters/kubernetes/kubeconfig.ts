import { readFile } from "node:fs/promises";
import type { RequestOptions } from "node:https";
import { InputError } from "../../core/errors.js";
import type { ClusterConnection } from "../../ports/cluster.js";

/**
 * The connection that a kubeconfig's context names. Reading and authentication (exec plug-ins, token files, OIDC) are
 * @kubernetes/client-node's; it is loaded only here, since it is large. Without a file: $KUBECONFIG, ~/.kube/config, then in-cluster.
 */
export async function loadKubeconfig(options: { readonly file?: string; readonly context?: string }): Promise<ClusterConnection> {
  const { KubeConfig } = await import("@kubernetes/client-node");
  const config = new KubeConfig();
  try {
    if (options.file === undefined) config.loadFromDefault();
    else config.loadFromFile(options.file);
  } catch (cause) {
    const location = options.file === undefined ? {} : { location: { file: options.file } };
    throw new InputError(`the kubeconfig cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`, {
      code: "KUBECONFIG_INVALID",
      cause,
      ...location,
    });
  }
  if (options.context !== undefined) {
    if (config.getContextObject(options.context) === null)
      throw new InputError(`the kubeconfig has no context "${options.context}"`, {
        code: "KUBECONFIG_CONTEXT",
        hint: `it has ${
          config
            .getContexts()
            .map((context) => context.name)
            .join(", ") || "none"
        }`,
      });
    config.setCurrentContext(options.context);
  }
  const cluster = config.getCurrentCluster();
  const user = config.getCurrentUser();
  if (cluster === null)
    throw new InputError("the kubeconfig has no current context", { code: "KUBECONFIG_CONTEXT", hint: "pass --context" });
  // client-node gives no credentials for plain HTTP; here it only authenticates, the connection is ours.
  config.clusters = config.clusters.map((one) => ({ ...one, server: one.server.replace(/^http:/, "https:") }));
  const caData = await textOf(cluster.caFile, cluster.caData);
  const clientCertData = await textOf(user?.certFile, user?.certData);
  const clientKeyData = await textOf(user?.keyFile, user?.keyData);
  const authenticates = (user?.exec ?? user?.authProvider ?? undefined) !== undefined;
  const plugin = authenticates ? await credentialsFromPlugin() : undefined;

  /** Asks the plug-in (client-node caches its answer until it expires). */
  async function credentialsFromPlugin(): Promise<{ headers: Record<string, string>; cert?: string; key?: string }> {
    const target: RequestOptions = { headers: {} };
    await config.applyToHTTPSOptions(target);
    const headers = Object.fromEntries(
      Object.entries(target.headers ?? {}).flatMap(([name, value]) =>
        typeof value === "string" ? [[name.toLowerCase(), value]] : [],
      ),
    );
    const { cert, key } = target;
    return {
      headers,
      ...(cert === undefined ? {} : { cert: cert.toString() }),
      ...(key === undefined ? {} : { key: key.toString() }),
    };
  }

  return {
    server: cluster.server,
    ...(caData === undefined ? {} : { caData }),
    ...(cluster.skipTLSVerify === true ? { insecure: true } : {}),
    ...(cluster.tlsServerName === undefined ? {} : { tlsServerName: cluster.tlsServerName }),
    ...(cluster.proxyUrl === undefined ? {} : { proxyUrl: cluster.proxyUrl }),
    ...(user?.token === undefined ? {} : { bearerToken: user.token }),
    ...(user?.username === undefined ? {} : { username: user.username, password: user.password ?? "" }),
    ...(user?.impersonateUser === undefined ? {} : { impersonate: user.impersonateUser }),
    ...((plugin?.cert ?? clientCertData) === undefined ? {} : { clientCertData: plugin?.cert ?? clientCertData! }),
    ...((plugin?.key ?? clientKeyData) === undefined ? {} : { clientKeyData: plugin?.key ?? clientKeyData! }),
    ...(authenticates ? { headers: async () => (await credentialsFromPlugin()).headers } : {}),
  };
}

async function textOf(file: string | undefined, data: string | undefined): Promise<string | undefined> {
  if (data !== undefined && data !== "") return Buffer.from(data, "base64").toString("utf8");
  return file === undefined || file === "" ? undefined : await readFile(file, "utf8");
}
