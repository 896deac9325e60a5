import { readFileSync } from "node:fs";

/** Places of package.json relative to this module, as compiled and as bundled. */
const places = ["../../../package.json", "../../package.json"];

/** The version of the release, as package.json tells it; "unknown" where it was taken away. */
export function releaseVersion(): string {
  for (const place of places) {
    try {
      return (JSON.parse(readFileSync(new URL(place, import.meta.url), "utf8")) as { version: string }).version;
    } catch {}
  }
  return "unknown";
}
