import { fuzzHelm } from "./helm.js";
import { fuzzKustomize } from "./kustomize.js";

/** Runs for so many seconds from a seed; gives the exit code. */
export type Fuzzer = (options: { readonly seconds: number; readonly seed: number }) => Promise<number>;

/** One line a fuzzer; each is a file beside this one. */
export const fuzzers: ReadonlyMap<string, Fuzzer> = new Map<string, Fuzzer>([
  ["kustomize", fuzzKustomize],
  ["helm", fuzzHelm],
]);
