import type { FunctionTable } from "../function.js";
import { argoFunctions } from "./argo.js";
import { type HelmFunctionOptions, helmFunctions } from "./helm.js";
import { sprigFunctions } from "./sprig.js";
import { argoYamlFunctions } from "./yaml.js";

/** Functions of an ApplicationSet with `goTemplate: true`. */
export const argoTable: FunctionTable = { ...sprigFunctions, ...argoFunctions, ...argoYamlFunctions };

/** Functions of a Helm chart's templates. */
export function helmTable(options: HelmFunctionOptions = {}): FunctionTable {
  return { ...sprigFunctions, ...helmFunctions(options) };
}

export type FunctionSetName = "argo" | "helm" | "sprig";

const named: Readonly<Record<FunctionSetName, FunctionTable>> = { argo: argoTable, helm: helmTable(), sprig: sprigFunctions };

export function functionTable(set: FunctionSetName | FunctionTable): FunctionTable {
  return typeof set === "string" ? named[set] : set;
}
