import { homedir } from "node:os";
import { join } from "node:path";

/** Where the program keeps what it can make again, by the XDG rules. */
export function cacheFolder(env: Readonly<Record<string, string | undefined>>): string {
  return join(env["XDG_CACHE_HOME"] || join(env["HOME"] || homedir(), ".cache"), "fleetwright");
}
