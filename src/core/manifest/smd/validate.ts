import { emitJson } from "../../yaml/json.js";
import { isObject, type Value } from "../value.js";
import { type Atom, deduceAtom, type ListAtom, type MapAtom } from "./atom.js";
import { itemElement } from "./list-items.js";
import { fieldElement, formatPath, type PathElement } from "./path-element.js";

/** The library's words for what does not fit the schema: undeclared fields, wrong forms, duplicate list keys. Empty when all fits. */
export function validateTyped(value: Value, atom: Atom, options: { readonly allowDuplicates: boolean }): readonly string[] {
  const problems: string[] = [];
  visit(value, atom, "", { problems, ...options });
  return problems;
}

/** One message of many, as the library joins them. */
export function joinProblems(problems: readonly string[]): string {
  return problems.length === 1 ? (problems[0] as string) : ["errors:", ...problems.map((problem) => `  ${problem}`)].join("\n");
}

interface Visit {
  readonly problems: string[];
  readonly allowDuplicates: boolean;
}

function visit(value: Value, atom: Atom, path: string, to: Visit): void {
  const { map, scalar, list } = deduceAtom(atom, value);
  if (map) visitMap(value, map, path, to);
  else if (scalar) {
    const problem = scalarProblem(value, scalar);
    if (problem !== undefined) report(to, path, problem);
  } else if (list) visitList(value, list, path, to);
}

function report(to: Visit, path: string, problem: string): void {
  to.problems.push(path === "" ? problem : `${path}: ${problem}`);
}

function visitMap(value: Value, map: MapAtom, path: string, to: Visit): void {
  if (value === null) return;
  if (!isObject(value)) return report(to, path, `expected map, got ${showValue(value)}`);
  for (const [name, child] of Object.entries(value)) {
    const childPath = path + below(fieldElement(name));
    const ref = map.field(name) ?? map.element;
    if (!ref) return report(to, childPath, "field not declared in schema");
    visit(child, ref(), childPath, to);
  }
}

function visitList(value: Value, list: ListAtom, path: string, to: Visit): void {
  if (value === null) return;
  if (!Array.isArray(value)) return report(to, path, `expected list, got ${showValue(value)}`);
  const seen = new Set<PathElement>();
  for (const [index, item] of value.entries()) {
    let element: PathElement = `i:${index}`;
    if (list.relationship === "associative") {
      const found = itemElement(list, item);
      if ("problem" in found) return report(to, path, `element ${index}: ${found.problem}`);
      element = found.element;
      if (seen.has(element) && !to.allowDuplicates) report(to, path, `duplicate entries for key ${below(element)}`);
      seen.add(element);
    }
    visit(item, list.element(), path + below(element), to);
  }
}

function below(element: PathElement): string {
  return formatPath([element]);
}

function scalarProblem(value: Value, scalar: NonNullable<Atom["scalar"]>): string | undefined {
  if (value === null) return undefined;
  const isNumber = typeof value === "number" || typeof value === "bigint";
  switch (scalar) {
    case "numeric":
      return isNumber ? undefined : `expected numeric (int or float), got ${goType(value)}`;
    case "string":
      return typeof value === "string" ? undefined : `expected string, got &value.valueUnstructured{Value:${showValue(value)}}`;
    case "boolean":
      return typeof value === "boolean" ? undefined : `expected boolean, got ${showValue(value)}`;
    case "untyped":
      return typeof value === "object" ? `expected any scalar, got ${showValue(value)}` : undefined;
  }
}

function goType(value: Value): string {
  if (typeof value === "string") return "string";
  if (typeof value === "boolean") return "bool";
  return Array.isArray(value) ? "[]interface {}" : "map[string]interface {}";
}

function showValue(value: Value): string {
  return emitJson(value);
}
