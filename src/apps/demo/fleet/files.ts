import { platformFiles } from "./platform.js";
import { serviceBaseFiles } from "./service-base.js";
import { serviceOverlayFiles } from "./service-overlays.js";
import { type FleetShape, fleetEnvs, fleetRegions, fleetServices, type Service } from "./shape.js";

/** path → text of the whole example repository. The same shape gives the same bytes. */
export function fleetFiles(shape: FleetShape): Readonly<Record<string, string>> {
  const files: Record<string, string> = { "README.md": readme, ...platformFiles(shape) };
  for (const service of fleetServices(shape)) Object.assign(files, serviceFiles(service, shape));
  return files;
}

/** All files of one service folder. */
export function serviceFiles(service: Service, shape: FleetShape): Readonly<Record<string, string>> {
  return { ...serviceBaseFiles(service), ...serviceOverlayFiles(service, fleetEnvs(shape), fleetRegions(shape)) };
}

const readme = `# A platform team's fleet

apps/        one folder a service: base, an overlay for each environment, one on top for each region
components/  what services share
platform/    AppProjects and ApplicationSets
root.yaml    the root Application: it syncs platform/
`;
