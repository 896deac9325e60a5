import { InputError } from "../../core/errors.js";
import type { ValueObject } from "../../core/manifest/value.js";
import { listAt } from "../../core/manifest/value.js";
import type { PullRequestHost, RepositoryHost } from "../../ports/scm.js";
import type { ScmHttp } from "./scm-http.js";

/** One kind of host. `settings` is what the manifest has under the provider's key. */
export interface Provider {
  /** API URL, with no slash at its end. */
  apiUrl(settings: ValueObject): string;
  /** Headers that authenticate. */
  authentication(settings: ValueObject, secrets: SecretReader): Promise<Readonly<Record<string, string>>>;
  repositoryHost?(context: ProviderContext): RepositoryHost;
  pullRequestHost?(context: ProviderContext): PullRequestHost;
}

export interface ProviderContext {
  readonly settings: ValueObject;
  readonly http: ScmHttp;
  readonly api: string;
  /** "" (ssh), `ssh`, `https` … */
  readonly cloneProtocol: string;
}

/** Secrets that a manifest refers to. */
export interface SecretReader {
  /** The value of `{secretName, key}` at `field`; undefined when the field is not set. Throws InputError SCM_SECRET. */
  reference(settings: ValueObject, field: string): Promise<string | undefined>;
  /** All of a Secret in the controller's own namespace. */
  controllerSecret(name: string): Promise<Readonly<Record<string, string>>>;
  /** A token of the GitHub App that a Secret in the controller's namespace describes. */
  installationToken(api: string, secretName: string): Promise<string>;
}

export function trimUrl(url: string): string {
  return url.replace(/\/+$/, "");
}

/** The clone URL by protocol; ssh when none is named. Throws InputError SCM_CLONE_PROTOCOL. */
export function cloneUrl(protocol: string, urls: { readonly ssh: string; readonly https: string }, host: string): string {
  if (protocol === "" || protocol === "ssh") return urls.ssh;
  if (protocol === "https") return urls.https;
  throw new InputError(`unknown clone protocol for ${host} ${protocol}`, { code: "SCM_CLONE_PROTOCOL", hint: "ssh or https" });
}

/** Whether all labels that the manifest asks for are there. */
export function hasLabels(settings: ValueObject, labels: readonly string[]): boolean {
  return listAt(settings, "labels").every((label) => labels.includes(label as string));
}

export function basic(username: string, password: string): Readonly<Record<string, string>> {
  return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
}

export function bearer(token: string | undefined): Readonly<Record<string, string>> {
  return token ? { authorization: `Bearer ${token}` } : {};
}
