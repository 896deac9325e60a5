import { applicationsetBench } from "./applicationset.js";
import { compare } from "./compare.js";
import { fleetBench } from "./fleet.js";
import { helmBench } from "./helm.js";
import { idleBench } from "./idle.js";
import { kustomizeBench } from "./kustomize.js";
import { scaleBench } from "./scale.js";

/** Runs one benchmark with its own arguments; gives the exit code. */
export type Bench = (args: readonly string[]) => Promise<number>;

import { change } from "./change.js";

/** One line a benchmark; each is a file beside this one. */
export const benches = new Map<string, Bench>();
benches.set("applicationset", applicationsetBench);
benches.set("compare", compare);
benches.set("fleet", fleetBench);
benches.set("kustomize", kustomizeBench);
benches.set("change", change);
benches.set("helm", helmBench);
benches.set("scale", scaleBench);
benches.set("idle", idleBench);
