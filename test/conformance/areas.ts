import { applicationset } from "./applicationset.js";
import { controller } from "./controller.js";
import { diff } from "./diff.js";
import { fleetAdopt } from "./fleet-adopt.js";
import { fleetImpact } from "./fleet-impact.js";
import { fleetLint } from "./fleet-lint.js";
import { gotemplate } from "./gotemplate.js";
import { health } from "./health.js";
import { helm } from "./helm.js";
import { kustomize } from "./kustomize.js";
import { kustomizeFleet } from "./kustomize-fleet.js";
import { project } from "./project.js";
import type { AreaReport } from "./run.js";
import { sync } from "./sync.js";
import { tracking } from "./tracking.js";

/** Runs every case below `folder`; `match` keeps only the ids that contain it, `seeds` has the fleets of an area made from others. */
export type Area = (
  folder: string,
  options: { readonly match?: string | undefined; readonly full?: boolean | undefined; readonly seeds?: string | undefined },
) => Promise<AreaReport>;

/** One line an area; the runner is `<area>.ts` beside this file. */
export const areas = new Map<string, Area>();
areas.set("applicationset", applicationset);
areas.set("controller", controller);
areas.set("diff", diff);
areas.set("fleet-adopt", fleetAdopt);
areas.set("fleet-impact", fleetImpact);
areas.set("fleet-lint", fleetLint);
areas.set("gotemplate", gotemplate);
areas.set("health", health);
areas.set("helm", helm);
areas.set("kustomize", kustomize);
areas.set("kustomize-fleet", kustomizeFleet);
areas.set("project", project);
areas.set("sync", sync);
areas.set("tracking", tracking);
