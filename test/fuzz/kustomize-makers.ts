import type { BuildCase } from "./kustomize-case.js";
import { randomKustomizations } from "./kustomize-cases.js";
import { randomFeatures } from "./kustomize-features.js";
import { mutatedCases } from "./kustomize-mutations.js";
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
    { name: "features", make: randomFeatures },
    ...mutatedCases(),
  ];
}
