import { kustomize } from "./kustomize.js";
import type { AreaReport } from "./run.js";

/** Runs every case below `folder`; `match` keeps only the ids that contain it. */
export type Area = (folder: string, options: { readonly match?: string | undefined }) => Promise<AreaReport>;

/** One line an area; the runner is `<area>.ts` beside this file. */
export const areas: ReadonlyMap<string, Area> = new Map<string, Area>([["kustomize", kustomize]]);
