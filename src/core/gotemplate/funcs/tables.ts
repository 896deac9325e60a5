import type { FunctionTable } from "../function.js";
import { argoFunctions } from "./argo.js";
import { type HelmFunctionOptions, helmFunctions } from "./helm.js";
import { sprigFunctions } from "./sprig.js";
import { argoYamlFunctions } from "./yaml.js";

/** Functions of an ApplicationSet with `goTemplate: true`. */
export const argoTable: FunctionTable = { ...sprigFunctions, ...argoFunctions, ...argoYamlFunctions };

const helmTables = new Map<string, FunctionTable>();

/** Functions of a Helm chart's templates; the same table for the same options. */
export function helmTable(options: HelmFunctionOptions = {}): FunctionTable {
  const key = `${options.lint ?? false} ${options.version ?? ""}`;
  const table = helmTables.get(key) ?? { ...sprigFunctions, ...helmFunctions(options) };
  helmTables.set(key, table);
  return table;
}

export type FunctionSetName = "argo" | "helm" | "sprig";

const named: Readonly<Record<FunctionSetName, FunctionTable>> = { argo: argoTable, helm: helmTable(), sprig: sprigFunctions };

export function functionTable(set: FunctionSetName | FunctionTable): FunctionTable {
  return typeof set === "string" ? named[set] : set;
}
