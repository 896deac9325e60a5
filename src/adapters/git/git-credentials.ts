import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { RepositoryCredentials } from "../../ports/source.js";

/** How one git call authenticates: by settings in its environment and files that only this user can read, never by its command line. */
export interface GitAuthentication {
  readonly config: readonly (readonly [string, string])[];
  readonly env: Readonly<Record<string, string>>;
  dispose(): Promise<void>;
}

const credentialHelper =
  '!f() { test "$1" = get || exit 0; printf "username=%s\\npassword=%s\\n" "$FLEETWRIGHT_GIT_USERNAME" "$FLEETWRIGHT_GIT_PASSWORD"; }; f';

/** Prepares the environment of one call; `knownHosts` is a known_hosts file for ssh. */
export async function authenticate(
  credentials: RepositoryCredentials | undefined,
  options: { readonly privateDir: string; readonly knownHosts?: string },
): Promise<GitAuthentication> {
  const config: (readonly [string, string])[] = [];
  const env: Record<string, string> = {};
  const hosts = options.knownHosts === undefined ? "" : ` -o ${quoteForShell(`UserKnownHostsFile=${options.knownHosts}`)}`;
  const checking = credentials?.insecure === true ? "no" : "yes";
  const ssh = `ssh -F /dev/null -o BatchMode=yes -o ConnectTimeout=15 -o StrictHostKeyChecking=${checking}${hosts}`;
  env["GIT_SSH_COMMAND"] = ssh;
  if (credentials === undefined) return { config, env, dispose: async () => {} };
  if (credentials.bearerToken !== undefined)
    config.push(["http.extraHeader", `Authorization: Bearer ${credentials.bearerToken}`]);
  if (credentials.password !== undefined) {
    config.push(["credential.helper", credentialHelper]);
    env["FLEETWRIGHT_GIT_USERNAME"] = credentials.username ?? "git";
    env["FLEETWRIGHT_GIT_PASSWORD"] = credentials.password;
  }
  if (credentials.insecure === true) config.push(["http.sslVerify", "false"]);
  if (credentials.proxy !== undefined) config.push(["http.proxy", credentials.proxy]);
  const secrets = [
    ["key", credentials.sshPrivateKey],
    ["tls.crt", credentials.tlsClientCert],
    ["tls.key", credentials.tlsClientKey],
  ].filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (secrets.length === 0) return { config, env, dispose: async () => {} };
  const directory = await mkdtemp(join(options.privateDir, "auth-"));
  for (const [name, text] of secrets)
    await writeFile(join(directory, name), text.endsWith("\n") ? text : `${text}\n`, { mode: 0o600 });
  if (credentials.sshPrivateKey !== undefined)
    env["GIT_SSH_COMMAND"] = `${ssh} -o IdentitiesOnly=yes -i ${quoteForShell(join(directory, "key"))}`;
  if (credentials.tlsClientCert !== undefined) config.push(["http.sslCert", join(directory, "tls.crt")]);
  if (credentials.tlsClientKey !== undefined) config.push(["http.sslKey", join(directory, "tls.key")]);
  return { config, env, dispose: () => rm(directory, { recursive: true, force: true }) };
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
