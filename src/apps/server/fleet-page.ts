import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { Hono } from "hono";
import { maskSecret } from "../../core/impact/resource-change.js";
import { formatResourceKey, type KubernetesObject } from "../../core/manifest/object.js";
import type { Value } from "../../core/manifest/value.js";
import type { Clock } from "../../ports/clock.js";
import type { ApplicationsView } from "./applications-view.js";
import { fleetApi } from "./fleet-api.js";
import type { FleetReader } from "./fleet-reader.js";
import { staticFiles } from "./static-files.js";

/** Both sides of a resource, as the controller compared them. */
export type ComparedBy = (
  namespace: string,
  name: string,
  resource: string,
) => { readonly target: KubernetesObject | null; readonly live: KubernetesObject | null; readonly modified: boolean } | undefined;

export interface FleetPageOptions {
  readonly view: ApplicationsView;
  readonly compared: ComparedBy;
  readonly clock: Clock;
  /** Key of the hashes that stand for Secret values; a fresh random one for each process. */
  readonly secretKey: string;
}

/** Folder of the built page, beside the compiled product. */
const pageDirectory = fileURLToPath(new URL("../../../web/dist", import.meta.url));

/** The page and its API. Without a built page only the API answers. */
export function fleetPage({ view, compared, clock, secretKey }: FleetPageOptions): Hono {
  const mask = (object: KubernetesObject | null): Value =>
    object ? (maskSecret(object, { secretKey }) as unknown as Value) : null;
  const reader: FleetReader = {
    applications: () => [...view.all.values()],
    application: (namespace, name) => view.all.get(`${namespace}/${name}`),
    onChange: (listener) => view.onChange(listener),
    async compared(namespace, name, key) {
      const found = compared(namespace, name, formatResourceKey(key));
      return found && { target: mask(found.target), live: mask(found.live), modified: found.modified };
    },
  };
  const page = new Hono();
  page.route("/", fleetApi(reader, clock));
  if (existsSync(pageDirectory)) page.route("/", staticFiles(pageDirectory));
  return page;
}
