import { isObject, type Value } from "../../core/manifest/value.js";
import { badRequest } from "../api/status-error.js";

export type Labels = { readonly [key: string]: string };

type Requirement =
  | { readonly kind: "in"; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: "notIn"; readonly key: string; readonly values: readonly string[] }
  | { readonly kind: "exists"; readonly key: string }
  | { readonly kind: "notExists"; readonly key: string }
  | { readonly kind: "greater" | "less"; readonly key: string; readonly bound: number };

export type LabelTest = (labels: Labels | undefined) => boolean;

/** The test behind a `labelSelector` parameter. Throws 400 as the API server does. */
export function parseLabelSelector(text: string): LabelTest {
  const requirements = splitTop(text).map((part) => parseRequirement(part, text));
  return (labels) => requirements.every((requirement) => holds(requirement, labels ?? {}));
}

/** The test behind a `metav1.LabelSelector`; an empty one selects everything, an absent one nothing. */
export function labelSelectorOf(selector: Value | undefined): LabelTest {
  if (!isObject(selector)) return () => false;
  const requirements: Requirement[] = [];
  const matchLabels = isObject(selector["matchLabels"]) ? selector["matchLabels"] : {};
  for (const [key, value] of Object.entries(matchLabels)) requirements.push({ kind: "in", key, values: [String(value)] });
  for (const expression of Array.isArray(selector["matchExpressions"]) ? selector["matchExpressions"] : []) {
    if (!isObject(expression)) continue;
    const key = String(expression["key"]);
    const values = Array.isArray(expression["values"]) ? expression["values"].map(String) : [];
    if (expression["operator"] === "In") requirements.push({ kind: "in", key, values });
    else if (expression["operator"] === "NotIn") requirements.push({ kind: "notIn", key, values });
    else if (expression["operator"] === "Exists") requirements.push({ kind: "exists", key });
    else requirements.push({ kind: "notExists", key });
  }
  return (labels) => requirements.every((requirement) => holds(requirement, labels ?? {}));
}

function splitTop(text: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let i = 0; i < text.length; i++) {
    if (text[i] === "(") depth++;
    else if (text[i] === ")") depth--;
    else if (text[i] === "," && depth === 0) {
      parts.push(text.slice(start, i));
      start = i + 1;
    }
  }
  parts.push(text.slice(start));
  return parts.map((part) => part.trim()).filter((part) => part !== "");
}

function parseRequirement(part: string, whole: string): Requirement {
  let match: RegExpMatchArray | null;
  if ((match = /^([^\s!=<>()]+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part))) {
    const values = match[3]!.split(",").map((value) => value.trim());
    return { kind: match[2] === "in" ? "in" : "notIn", key: match[1]!, values };
  }
  if ((match = /^!\s*([^\s!=<>()]+)$/.exec(part))) return { kind: "notExists", key: match[1]! };
  if ((match = /^([^\s!=<>()]+)\s*(==|=|!=)\s*([^\s!=<>()]*)$/.exec(part))) {
    return { kind: match[2] === "!=" ? "notIn" : "in", key: match[1]!, values: [match[3]!] };
  }
  if ((match = /^([^\s!=<>()]+)\s*(<|>)\s*(-?\d+)$/.exec(part))) {
    return { kind: match[2] === ">" ? "greater" : "less", key: match[1]!, bound: Number(match[3]) };
  }
  if ((match = /^([^\s!=<>()]+)$/.exec(part))) return { kind: "exists", key: match[1]! };
  throw badRequest(`unable to parse requirement: found '${part}' in label selector "${whole}"`);
}

function holds(requirement: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, requirement.key) ? labels[requirement.key] : undefined;
  switch (requirement.kind) {
    case "in":
      return value !== undefined && requirement.values.includes(value);
    case "notIn":
      return value === undefined || !requirement.values.includes(value);
    case "exists":
      return value !== undefined;
    case "notExists":
      return value === undefined;
    case "greater":
      return value !== undefined && Number(value) > requirement.bound;
    case "less":
      return value !== undefined && Number(value) < requirement.bound;
  }
}
