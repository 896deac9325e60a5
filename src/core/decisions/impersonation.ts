import { InputError } from "../errors.js";
import { compileGobwas } from "../glob/gobwas.js";

/** One entry of a project's `destinationServiceAccounts`. */
export interface DestinationServiceAccount {
  readonly server?: string;
  readonly namespace?: string;
  readonly defaultServiceAccount?: string;
}

const refusedCharacters = /[!*[\]{}\\/]/;

/**
 * The user that a sync acts as, by the first entry that matches the destination; "" when none does. Without a destination
 * namespace the account lives in the Application's. Throws InputError PROJECT_BAD_SERVICE_ACCOUNT or GLOB_SYNTAX.
 */
export function impersonatedUser(
  accounts: readonly DestinationServiceAccount[],
  target: { readonly server: string; readonly namespace: string; readonly applicationNamespace: string },
): string {
  for (const { server = "", namespace = "", defaultServiceAccount = "" } of accounts) {
    const matchesServer = compiled(server, "server")(target.server);
    if (!compiled(namespace, "namespace")(target.namespace) || !matchesServer) continue;
    if (isBadServiceAccount(defaultServiceAccount)) {
      throw new InputError(`default service account contains invalid chars '${defaultServiceAccount}'`, {
        code: "PROJECT_BAD_SERVICE_ACCOUNT",
      });
    }
    if (defaultServiceAccount.includes(":")) return `system:serviceaccount:${defaultServiceAccount}`;
    return `system:serviceaccount:${target.namespace || target.applicationNamespace}:${defaultServiceAccount}`;
  }
  return "";
}

function compiled(pattern: string, of: "server" | "namespace"): (text: string) => boolean {
  try {
    return compileGobwas(pattern);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const reason = error.message.slice(error.message.lastIndexOf(": ") + 2);
    throw new InputError(`invalid glob pattern for destination ${of}: ${reason}`, { code: error.code, cause: error });
  }
}

/** Whether a name cannot be a service account's. */
export function isBadServiceAccount(name: string): boolean {
  return name.trim() === "" || refusedCharacters.test(name);
}
