import type { BuildCase } from "./kustomize-case.js";
import { randomKustomizations } from "./kustomize-cases.js";
import type { Random } from "./random.js";

export function randomResources(random: Random): BuildCase {
  return randomKustomizations(random);
}
