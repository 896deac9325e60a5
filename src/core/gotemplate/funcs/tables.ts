import type { FunctionTable } from "../function.js";
import { argoFunctions } from "./argo.js";
import { sprigFunctions } from "./sprig.js";

/** Functions of an ApplicationSet with `goTemplate: true`. */
export const argoTable: FunctionTable = { ...sprigFunctions, ...argoFunctions };

export type FunctionSetName = "argo" | "sprig";

const named: Readonly<Record<FunctionSetName, FunctionTable>> = { argo: argoTable, sprig: sprigFunctions };

export function functionTable(set: FunctionSetName | FunctionTable): FunctionTable {
  return typeof set === "string" ? named[set] : set;
}
