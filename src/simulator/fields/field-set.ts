/**
 * A set of field paths in the form of `managedFields[].fieldsV1`: keys are path elements (`f:name`, `k:{…}`, `v:…`), an empty object is a member, "." marks a
 * member that has members below it. Immutable.
 */
export type FieldSet = { readonly [element: string]: FieldSet };

export const emptySet: FieldSet = {};
const memberMark = ".";

export function isEmptySet(set: FieldSet): boolean {
  for (const _key in set) return false;
  return true;
}

/** Below the root: whether the path to `node` itself belongs to the set. */
export function isMember(node: FieldSet): boolean {
  return isEmptySet(node) || Object.hasOwn(node, memberMark);
}

export function elementsOf(node: FieldSet): string[] {
  return Object.keys(node).filter((key) => key !== memberMark);
}

/** A node from whether it is a member and what is below it; undefined for nothing at all. */
export function nodeOf(member: boolean, children: { readonly [element: string]: FieldSet }): FieldSet | undefined {
  if (isEmptySet(children)) return member ? emptySet : undefined;
  return member ? { [memberMark]: emptySet, ...children } : children;
}

type Combine = (a: FieldSet | undefined, b: FieldSet | undefined) => FieldSet | undefined;

function combineChildren(a: FieldSet, b: FieldSet, combine: Combine): { [element: string]: FieldSet } {
  const out: { [element: string]: FieldSet } = {};
  for (const key of new Set([...elementsOf(a), ...elementsOf(b)])) {
    const node = combine(a[key], b[key]);
    if (node) out[key] = node;
  }
  return out;
}

function combineNodes(
  a: FieldSet,
  b: FieldSet,
  member: (a: boolean, b: boolean) => boolean,
  combine: Combine,
): FieldSet | undefined {
  return nodeOf(member(isMember(a), isMember(b)), combineChildren(a, b, combine));
}

const unionNode: Combine = (a, b) => (a && b ? combineNodes(a, b, (x, y) => x || y, unionNode) : (a ?? b));
const differenceNode: Combine = (a, b) => (a && b ? combineNodes(a, b, (x, y) => x && !y, differenceNode) : a);
const intersectionNode: Combine = (a, b) => (a && b ? combineNodes(a, b, (x, y) => x && y, intersectionNode) : undefined);

export function union(a: FieldSet, b: FieldSet): FieldSet {
  return combineChildren(a, b, unionNode);
}

/** The paths of `a` that are not in `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  return combineChildren(a, b, differenceNode);
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  return combineChildren(a, b, intersectionNode);
}

/** All member paths as the API server prints them: `.spec.containers[name="web"].image`. */
export function pathsOf(set: FieldSet, prefix = ""): string[] {
  const out: string[] = [];
  for (const key of elementsOf(set)) {
    const path = prefix + elementText(key);
    const node = set[key]!;
    if (isMember(node)) out.push(path);
    out.push(...pathsOf(node, path));
  }
  return out;
}

function elementText(element: string): string {
  const body = element.slice(2);
  if (element.startsWith("f:")) return `.${body}`;
  if (element.startsWith("v:")) return `[=${body}]`;
  if (element.startsWith("i:")) return `[${body}]`;
  const keys = JSON.parse(body) as { [key: string]: unknown };
  return `[${Object.entries(keys)
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join(",")}]`;
}
