import type { KubernetesObject } from "../core/manifest/object.js";
import { secretData } from "../core/manifest/secret-data.js";
import { normalizeRepositoryURL } from "../core/render/repository-url.js";
import type { CredentialsFor, RepositoryCredentials } from "../ports/source.js";
import { secretTypeLabel } from "./control-plane.js";

/**
 * Credentials of repositories from their Secrets: one of the very URL first, then the credential template with the longest matching prefix
 * (Argo CD).
 */
export class RepositoryBook {
  private readonly repositories = new Map<string, { readonly secret: string; readonly credentials: RepositoryCredentials }>();
  private readonly templates = new Map<string, { readonly prefix: string; readonly credentials: RepositoryCredentials }>();

  put(secret: KubernetesObject): void {
    this.remove(secret.metadata.name);
    const data = secretData(secret);
    const url = data["url"] ?? "";
    if (url === "") return;
    const credentials = credentialsOf(data);
    if (secret.metadata.labels?.[secretTypeLabel] === "repo-creds")
      this.templates.set(secret.metadata.name, { prefix: normalizeRepositoryURL(url), credentials });
    else this.repositories.set(normalizeRepositoryURL(url), { secret: secret.metadata.name, credentials });
  }

  remove(secretName: string): void {
    this.templates.delete(secretName);
    for (const [url, { secret }] of this.repositories) if (secret === secretName) this.repositories.delete(url);
  }

  readonly credentialsFor: CredentialsFor = (repoURL) => {
    const url = normalizeRepositoryURL(repoURL);
    const own = this.repositories.get(url)?.credentials;
    if (own !== undefined && authenticates(own)) return own;
    const [best] = [...this.templates.values()]
      .filter(({ prefix }) => url.startsWith(prefix))
      .sort((a, b) => b.prefix.length - a.prefix.length);
    return best === undefined ? own : { ...best.credentials, ...own };
  };
}

function credentialsOf(data: Readonly<Record<string, string>>): RepositoryCredentials {
  const optional = {
    username: data["username"],
    password: data["password"],
    bearerToken: data["bearerToken"],
    sshPrivateKey: data["sshPrivateKey"],
    tlsClientCert: data["tlsClientCertData"],
    tlsClientKey: data["tlsClientCertKey"],
    proxy: data["proxy"],
    insecure: data["insecure"] === "true" || data["insecureIgnoreHostKey"] === "true" ? true : undefined,
    plainHttp: data["insecureOCIForceHttp"] === "true" ? true : undefined,
  };
  return Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined && value !== ""));
}

function authenticates(credentials: RepositoryCredentials): boolean {
  return (
    (credentials.password ?? credentials.bearerToken ?? credentials.sshPrivateKey ?? credentials.tlsClientCert) !== undefined
  );
}
