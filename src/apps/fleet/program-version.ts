import { statSync } from "node:fs";

/** Tells one build of the program from another: what one has computed, another must not take over. */
export function programVersion(): string {
  return ["../../.core.tsbuildinfo", "../../.apps.tsbuildinfo", "../../../package.json"]
    .map((file) => {
      const found = statSync(new URL(file, import.meta.url), { throwIfNoEntry: false });
      return found ? `${found.size}-${found.mtimeMs}` : "";
    })
    .join(" ");
}
