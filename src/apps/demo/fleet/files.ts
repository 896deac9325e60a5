import { platformFiles } from "./platform.js";
import { serviceBaseFiles } from "./service-base.js";
import { serviceOverlayFiles } from "./service-overlays.js";
import {
  type FleetCluster,
  type FleetShape,
  fleetClusters,
  fleetEnvs,
  fleetRegions,
  fleetServices,
  type Service,
} from "./shape.js";

/** path → text of the whole example repository. The same shape gives the same bytes. */
export function fleetFiles(shape: FleetShape): Readonly<Record<string, string>> {
  const files: Record<string, string> = {
    "README.md": readme,
    "fleetwright.yaml":
      "# What previews without a cluster take for the registered clusters.\ninventory: [inventory/clusters.yaml]\n",
    "inventory/clusters.yaml": fleetClusters(shape).map(inventoryEntry).join(""),
    ...platformFiles(shape),
  };
  for (const service of fleetServices(shape)) Object.assign(files, serviceFiles(service, shape));
  return files;
}

/** All files of one service folder. */
export function serviceFiles(service: Service, shape: FleetShape): Readonly<Record<string, string>> {
  return { ...serviceBaseFiles(service), ...serviceOverlayFiles(service, fleetEnvs(shape), fleetRegions(shape)) };
}

function inventoryEntry({ name, env, region }: FleetCluster): string {
  return `- {name: ${name}, server: "https://${name}.example.com", labels: {env: ${env}, region: ${region}}}\n`;
}

const readme = `# A platform team's fleet

apps/        one folder a service: base, an overlay for each environment, one on top for each region
components/  what services share
platform/    AppProjects and ApplicationSets
root.yaml    the root Application: it syncs platform/
inventory/   the clusters, for previews
`;
