import { ExternalError } from "../../core/errors.js";
import { isObject, listAt, objectAt, stringAt, type ValueObject } from "../../core/manifest/value.js";

/** Headers from a credential plug-in (`execProviderConfig` of a cluster Secret), run and cached by @kubernetes/client-node. */
export function execCredentials(
  server: string,
  exec: ValueObject,
  caData: string | undefined,
): () => Promise<Readonly<Record<string, string>>> {
  let loaded: Promise<() => Promise<Readonly<Record<string, string>>>> | undefined;
  const load = async (): Promise<() => Promise<Readonly<Record<string, string>>>> => {
    const { KubeConfig } = await import("@kubernetes/client-node");
    const config = new KubeConfig();
    const env = Object.entries(objectAt(exec, "env")).map(([name, value]) => ({ name, value: String(value) }));
    config.loadFromClusterAndUser(
      {
        name: "cluster",
        // client-node gives no credentials for plain HTTP; here it only authenticates.
        server: server.replace(/^http:/, "https:"),
        skipTLSVerify: false,
        ...(caData === undefined ? {} : { caData: Buffer.from(caData).toString("base64") }),
      },
      {
        name: "user",
        exec: {
          apiVersion: stringAt(exec, "apiVersion"),
          command: stringAt(exec, "command"),
          args: listAt(exec, "args").map(String),
          env,
          ...(isObject(exec["installHint"]) ? {} : { installHint: stringAt(exec, "installHint") }),
        },
      },
    );
    return async () => {
      const target: { headers: Record<string, string> } = { headers: {} };
      await config.applyToHTTPSOptions(target);
      return Object.fromEntries(Object.entries(target.headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
    };
  };
  return async () => {
    loaded ??= load();
    try {
      return await (await loaded)();
    } catch (cause) {
      throw new ExternalError(
        `the credential plug-in ${stringAt(exec, "command")} failed: ${cause instanceof Error ? cause.message : String(cause)}`,
        {
          code: "CLUSTER_EXEC_AUTH",
          cause,
          hint: stringAt(exec, "installHint") || undefined,
        },
      );
    }
  };
}
