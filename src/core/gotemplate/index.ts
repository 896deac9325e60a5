export type { Budget, MissingKey } from "./exec-state.js";
export { sanitizeName } from "./funcs/argo.js";
export { argoTable, type FunctionSetName, functionTable } from "./funcs/tables.js";
export { type FunctionTable, fn, type TemplateFunction } from "./function.js";
export { parseTemplateOptions } from "./options.js";
export {
  type CompiledTemplate,
  type CompileOptions,
  compileTemplate,
  type ExecuteOptions,
  executeTemplate,
  toGoValue,
} from "./render.js";
export type { GoValue } from "./value/value.js";
