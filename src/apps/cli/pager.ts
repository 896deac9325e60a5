import { spawn } from "node:child_process";

/** The command that shows long text, as git chooses it; undefined where the user wants none. */
export function pagerOf(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const chosen = env["FLEETWRIGHT_PAGER"] ?? env["PAGER"];
  if (chosen === undefined) return "less";
  return chosen === "" || chosen === "cat" ? undefined : chosen;
}

/** Shows a text in the user's pager, and on standard output where there is none or it cannot be started. Resolves when it was left. */
export async function pageText(text: string, env: Readonly<Record<string, string | undefined>>): Promise<void> {
  const pager = pagerOf(env);
  if (pager === undefined || !(await showIn(pager, text, env))) process.stdout.write(text);
}

/** False where the pager could not be started. */
function showIn(pager: string, text: string, env: Readonly<Record<string, string | undefined>>): Promise<boolean> {
  return new Promise((resolve) => {
    // less: what fits on a screen is printed and left, colours are kept, the screen is not cleared.
    const child = spawn(pager, {
      shell: true,
      stdio: ["pipe", "inherit", "inherit"],
      env: { ...env, LESS: env["LESS"] ?? "FRX", LV: env["LV"] ?? "-c" },
    });
    child.on("error", () => resolve(false));
    // 127: the shell found no such program. 126: it may not be run.
    child.on("close", (code) => resolve(code !== 127 && code !== 126));
    // Who leaves the pager early closes the pipe.
    child.stdin.on("error", () => {});
    child.stdin.end(text);
  });
}
