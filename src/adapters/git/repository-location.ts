import { isAbsolute } from "node:path";
import { InputError } from "../../core/errors.js";
import { isScpLike } from "../../core/render/repository-url.js";
import { redactCredentials } from "./git-error.js";

export type Protocol = "https" | "http" | "ssh" | "file";

/**
 * The protocol of a repository URL. Throws `InputError` GIT_URL for what could be taken for an option, for a remote helper (`ext::`) or
 * for a protocol that is not allowed here.
 */
export function repositoryProtocol(repoURL: string, allowed: readonly Protocol[]): Protocol {
  const protocol = protocolOf(repoURL);
  if (protocol === undefined)
    throw new InputError(`"${redactCredentials(repoURL)}" is not a repository URL`, {
      code: "GIT_URL",
      hint: "use https://, ssh:// or git@host:path",
    });
  if (!allowed.includes(protocol))
    throw new InputError(`${redactCredentials(repoURL)}: protocol ${protocol} is not allowed`, {
      code: "GIT_PROTOCOL_REFUSED",
      hint: `allowed are ${allowed.join(", ")}`,
    });
  return protocol;
}

function protocolOf(url: string): Protocol | undefined {
  if (url.startsWith("-") || /[\u0000-\u001f\u007f]/.test(url) || url.trim() === "") return undefined;
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*):\/\//.exec(url)?.[1]?.toLowerCase();
  if (scheme === "https" || scheme === "http" || scheme === "ssh" || scheme === "file") {
    return /^[a-zA-Z+]+:\/\/-/.test(url) || /@-/.test(url) ? undefined : scheme;
  }
  if (scheme !== undefined || url.includes("::")) return undefined;
  if (isScpLike(url)) return /@-/.test(url) ? undefined : "ssh";
  return isAbsolute(url) ? "file" : undefined;
}
