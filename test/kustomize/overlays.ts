import { readdirSync } from "node:fs";
import { join } from "node:path";

/** The overlays of a generated fleet that Applications point at: `<env>-<region>`. */
export function overlaysOf(fleet: string): string[] {
  return readdirSync(join(fleet, "apps"))
    .sort()
    .flatMap((service) =>
      readdirSync(join(fleet, "apps", service, "overlays"))
        .filter((overlay) => overlay.includes("-"))
        .sort()
        .map((overlay) => `apps/${service}/overlays/${overlay}`),
    );
}
