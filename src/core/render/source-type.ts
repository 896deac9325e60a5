import { InputError } from "../errors.js";
import type { ValueObject } from "../manifest/value.js";
import type { FileTree } from "./file-tree.js";

export type SourceType = "Helm" | "Kustomize" | "Directory" | "Plugin";

const toolTypes = { kustomize: "Kustomize", helm: "Helm", directory: "Directory", plugin: "Plugin" } as const;
const kustomizationNames = new Set(["kustomization.yaml", "kustomization.yml", "Kustomization"]);

/**
 * How a source is rendered (Argo CD): by the options it carries, else by what lies in its directory: a kustomization wins over a chart,
 * anything else is a directory of plain manifests. Throws SOURCE_AMBIGUOUS where the options of two tools are given.
 */
export function sourceTypeOf(source: ValueObject, tree: FileTree, path: string): SourceType {
  if (source["chart"]) return "Helm";
  const explicit = (["kustomize", "helm", "directory", "plugin"] as const).filter(
    (key) => source[key] !== undefined && source[key] !== null,
  );
  if (explicit.length > 1)
    throw new InputError(`multiple application sources defined: ${explicit.join(", ")}`, {
      code: "SOURCE_AMBIGUOUS",
      hint: "keep the options of one tool",
    });
  const [tool] = explicit;
  if (tool !== undefined) return toolTypes[tool];
  const names = (tree.list(path) ?? []).map((entry) => entry.name);
  if (names.some((name) => kustomizationNames.has(name))) return "Kustomize";
  return names.includes("Chart.yaml") ? "Helm" : "Directory";
}
