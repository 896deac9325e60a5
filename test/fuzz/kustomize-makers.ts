import type { BuildCase } from "./kustomize-case.js";
import { randomKustomizations } from "./kustomize-cases.js";
import { mutatedCases } from "./kustomize-mutations.js";
import { randomResources } from "./kustomize-resources.js";
import { randomScalars } from "./kustomize-scalars.js";
import type { Random } from "./random.js";

/** A way to make cases; undefined where the draw is of no use. */
export interface CaseMaker {
  readonly name: string;
  make(random: Random): BuildCase | undefined;
}

export function caseMakers(): readonly CaseMaker[] {
  return [
    { name: "overlays", make: randomKustomizations },
    { name: "scalars", make: randomScalars },
    { name: "resources", make: randomResources },
    ...mutatedCases(),
  ];
}
