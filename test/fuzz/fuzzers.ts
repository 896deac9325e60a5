import { fuzzKustomize } from "./kustomize.js";

export interface FuzzOptions {
  readonly seconds: number;
  readonly seed: number;
  /** Names of the makers of cases to use, with commas; default all. */
  readonly only?: string | undefined;
  /** A folder for the cases that differ. */
  readonly keep?: string | undefined;
}

/** Runs for so many seconds from a seed; gives the exit code. */
export type Fuzzer = (options: FuzzOptions) => Promise<number>;

/** One line a fuzzer; each is a file beside this one. */
export const fuzzers: ReadonlyMap<string, Fuzzer> = new Map<string, Fuzzer>([["kustomize", fuzzKustomize]]);
