import type { KubernetesObject } from "../core/manifest/object.js";
import { secretData } from "../core/manifest/secret-data.js";
import { normalizeRepositoryURL } from "../core/render/repository-url.js";
import { parseGoDurationMs } from "../core/tracking/go-duration.js";
import type { CredentialsFor, RepositoryCredentials } from "../ports/source.js";
import { secretTypeLabel } from "./control-plane.js";

/** On a repository's Secret: how often that repository is polled, as a Go duration; 0 never. Instead of `timeout.reconciliation`. */
export const pollIntervalAnnotation = "fleetwright.dev/poll-interval";

interface Known {
  readonly credentials: RepositoryCredentials;
  readonly pollIntervalMs: number | undefined;
}

/**
 * Credentials of repositories from their Secrets: one of the very URL first, then the credential template with the longest matching prefix
 * (Argo CD).
 */
export class RepositoryBook {
  private readonly repositories = new Map<string, Known & { readonly secret: string }>();
  private readonly templates = new Map<string, Known & { readonly prefix: string }>();

  put(secret: KubernetesObject): void {
    this.remove(secret.metadata.name);
    const data = secretData(secret);
    const url = data["url"] ?? "";
    if (url === "") return;
    const known: Known = {
      credentials: credentialsOf(data),
      pollIntervalMs: parseGoDurationMs(secret.metadata.annotations?.[pollIntervalAnnotation] ?? ""),
    };
    if (secret.metadata.labels?.[secretTypeLabel] === "repo-creds")
      this.templates.set(secret.metadata.name, { prefix: normalizeRepositoryURL(url), ...known });
    else this.repositories.set(normalizeRepositoryURL(url), { secret: secret.metadata.name, ...known });
  }

  remove(secretName: string): void {
    this.templates.delete(secretName);
    for (const [url, { secret }] of this.repositories) if (secret === secretName) this.repositories.delete(url);
  }

  readonly credentialsFor: CredentialsFor = (repoURL) => {
    const url = normalizeRepositoryURL(repoURL);
    const own = this.repositories.get(url)?.credentials;
    if (own !== undefined && authenticates(own)) return own;
    const [best] = this.templatesFor(url);
    return best === undefined ? own : { ...best.credentials, ...own };
  };

  /** How often a repository is polled, where its Secret or a template says so. */
  pollIntervalMs(repoURL: string): number | undefined {
    const url = normalizeRepositoryURL(repoURL);
    return [this.repositories.get(url), ...this.templatesFor(url)].find((known) => known?.pollIntervalMs !== undefined)
      ?.pollIntervalMs;
  }

  /** Templates of a URL, the one with the longest prefix first. */
  private templatesFor(url: string): readonly (Known & { readonly prefix: string })[] {
    return [...this.templates.values()]
      .filter(({ prefix }) => url.startsWith(prefix))
      .sort((a, b) => b.prefix.length - a.prefix.length);
  }
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
