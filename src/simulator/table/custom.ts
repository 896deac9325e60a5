import type { KubernetesObject } from "../../core/manifest/object.js";
import type { ResourceType } from "../api/resource-type.js";
import { isDraft } from "../draft.js";
import { humanDuration } from "./age.js";
import { ageOf, type Column, column, type Printer } from "./column.js";

/** The columns of a custom resource: its `additionalPrinterColumns`, or its age. */
export function customPrinter(type: ResourceType): Printer {
  const extra = type.custom?.columns ?? [];
  if (extra.length === 0) {
    return {
      columns: [column("Name"), column("Age", "date")],
      cells: (object, nowMs) => [object.metadata.name, ageOf(object, nowMs)],
    };
  }
  const columns: Column[] = extra.map((item) => ({
    name: String(item["name"]),
    type: String(item["type"]),
    format: String(item["format"] ?? ""),
    description: String(item["description"] ?? ""),
    priority: Number(item["priority"] ?? 0),
  }));
  const paths = extra.map((item) => parseJsonPath(String(item["jsonPath"] ?? "")));
  return {
    columns: [column("Name"), ...columns],
    cells: (object, nowMs) => [
      object.metadata.name,
      ...paths.map((path, index) => cell(object, path, columns[index]!.type, nowMs)),
    ],
  };
}

type Step = string | number | { readonly key: string; readonly equals: string } | "*";

/** The part of JSONPath that CRDs use: `.a.b`, `['a.b']`, `[0]`, `[*]`, `[?(@.type=="Ready")]`. */
function parseJsonPath(text: string): readonly Step[] {
  const steps: Step[] = [];
  const pattern = /\.([\w-]+(?:\\\.[\w./-]+)*)|\['([^']+)'\]|\[(\d+)\]|\[(\*)\]|\[\?\(@\.([\w.]+)\s*==\s*['"]([^'"]*)['"]\)\]/g;
  for (const match of text.matchAll(pattern)) {
    if (match[1] !== undefined) steps.push(match[1].replaceAll("\\.", "."));
    else if (match[2] !== undefined) steps.push(match[2]);
    else if (match[3] !== undefined) steps.push(Number(match[3]));
    else if (match[4] !== undefined) steps.push("*");
    else steps.push({ key: match[5]!, equals: match[6]! });
  }
  return steps;
}

function evaluate(value: unknown, steps: readonly Step[]): readonly unknown[] {
  let found: readonly unknown[] = [value];
  for (const step of steps) found = found.flatMap((item) => take(item, step));
  return found;
}

function take(item: unknown, step: Step): readonly unknown[] {
  if (step === "*") return Array.isArray(item) ? item : isDraft(item) ? Object.values(item) : [];
  if (typeof step === "number") return Array.isArray(item) && step < item.length ? [item[step]] : [];
  if (typeof step === "string") return isDraft(item) && item[step] !== undefined && item[step] !== null ? [item[step]] : [];
  return Array.isArray(item) ? item.filter((entry) => isDraft(entry) && String(entry[step.key]) === step.equals) : [];
}

function cell(object: KubernetesObject, path: readonly Step[], type: string, nowMs: number): unknown {
  const [first] = evaluate(object, path);
  if (first === undefined) return null;
  switch (type) {
    case "integer":
    case "number":
      return typeof first === "number" || typeof first === "bigint" ? first : null;
    case "boolean":
      return typeof first === "boolean" ? first : null;
    case "date": {
      const at = Date.parse(String(first));
      return Number.isNaN(at) ? "<invalid>" : humanDuration(nowMs - at);
    }
    default:
      return typeof first === "object" ? JSON.stringify(first) : String(first);
  }
}
