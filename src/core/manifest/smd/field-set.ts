import { isObject, type Value, type ValueObject } from "../value.js";
import type { Atom } from "./atom.js";
import { compareElements, type FieldPath, fieldElement, type PathElement, readElement } from "./path-element.js";

/** A set of field paths. Operations return new sets and share what they can; only `insert` changes one, while it is built. */
export class FieldSet {
  readonly members: Set<PathElement>;
  readonly children: Map<PathElement, FieldSet>;

  constructor(members: Iterable<PathElement> = [], children: Iterable<readonly [PathElement, FieldSet]> = []) {
    this.members = new Set(members);
    this.children = new Map(children);
  }

  static of(...paths: readonly (readonly string[])[]): FieldSet {
    const set = new FieldSet();
    for (const path of paths) set.insert(path.map(fieldElement));
    return set;
  }

  /** The empty path is never a member: nobody owns the whole object. */
  insert(path: FieldPath): void {
    if (path.length === 0) return;
    let set: FieldSet = this;
    for (const element of path.slice(0, -1)) {
      let child = set.children.get(element);
      if (!child) {
        child = new FieldSet();
        set.children.set(element, child);
      }
      set = child;
    }
    set.members.add(path[path.length - 1] as PathElement);
  }

  get isEmpty(): boolean {
    if (this.members.size > 0) return false;
    for (const child of this.children.values()) if (!child.isEmpty) return false;
    return true;
  }

  has(path: FieldPath): boolean {
    let set: FieldSet | undefined = this;
    for (const element of path.slice(0, -1)) {
      set = set.children.get(element);
      if (!set) return false;
    }
    return path.length > 0 && set.members.has(path[path.length - 1] as PathElement);
  }

  union(other: FieldSet): FieldSet {
    const children = new Map(this.children);
    for (const [element, child] of other.children) {
      const own = children.get(element);
      children.set(element, own ? own.union(child) : child);
    }
    return new FieldSet([...this.members, ...other.members], children);
  }

  intersection(other: FieldSet): FieldSet {
    const members = [...this.members].filter((element) => other.members.has(element));
    return new FieldSet(
      members,
      this.#mapChildren((element, child) => {
        const theirs = other.children.get(element);
        return theirs && child.intersection(theirs);
      }),
    );
  }

  difference(other: FieldSet): FieldSet {
    const members = [...this.members].filter((element) => !other.members.has(element));
    return new FieldSet(
      members,
      this.#mapChildren((element, child) => {
        const theirs = other.children.get(element);
        return theirs ? child.difference(theirs) : child;
      }),
    );
  }

  /** Without the paths of `other` and everything below them. */
  recursiveDifference(other: FieldSet): FieldSet {
    const members = [...this.members].filter((element) => !other.members.has(element));
    return new FieldSet(
      members,
      this.#mapChildren((element, child) => {
        if (other.members.has(element)) return undefined;
        const theirs = other.children.get(element);
        return theirs ? child.recursiveDifference(theirs) : child;
      }),
    );
  }

  /** With every declared field on the way to a member: `a.b` makes `a` a member where the schema names it. */
  withNamedFields(atom: Atom | undefined): FieldSet {
    const members = [...this.members];
    const children: [PathElement, FieldSet][] = [];
    for (const [element, child] of this.children) {
      const isField = element[0] === "f";
      const declared = isField ? atom?.map?.field(element.slice(2)) : undefined;
      if (declared) members.push(element);
      const below = isField ? (declared ?? atom?.map?.element) : element[0] === "k" ? atom?.list?.element : undefined;
      children.push([element, child.withNamedFields(below?.())]);
    }
    return new FieldSet(members, children);
  }

  /** Every member path, in the library's order: a level's own members before its children's. */
  paths(): FieldPath[] {
    const found: FieldPath[] = [];
    this.#collect([], found);
    return found;
  }

  #collect(prefix: FieldPath, found: FieldPath[]): void {
    for (const element of [...this.members].sort(compareElements)) found.push([...prefix, element]);
    for (const element of [...this.children.keys()].sort(compareElements))
      (this.children.get(element) as FieldSet).#collect([...prefix, element], found);
  }

  /** Children through `change`; those that come out empty are left out. */
  #mapChildren(change: (element: PathElement, child: FieldSet) => FieldSet | undefined): [PathElement, FieldSet][] {
    const result: [PathElement, FieldSet][] = [];
    for (const [element, child] of this.children) {
      const changed = change(element, child);
      if (changed && !changed.isEmpty) result.push([element, changed]);
    }
    return result;
  }
}

/** The FieldsV1 form: `{"f:spec":{".":{},"f:replicas":{}}}`. */
export function encodeFieldsV1(set: FieldSet): ValueObject {
  const out: { [key: string]: Value } = {};
  const elements = new Set([...set.members, ...set.children.keys()]);
  for (const element of [...elements].sort(compareElements)) {
    const child = set.children.get(element);
    if (!child || child.isEmpty) {
      if (set.members.has(element)) out[element] = {};
      continue;
    }
    out[element] = set.members.has(element) ? { ".": {}, ...encodeFieldsV1(child) } : encodeFieldsV1(child);
  }
  return out;
}

/** The set that FieldsV1 says; undefined when it is malformed. */
export function decodeFieldsV1(fields: Value | undefined): FieldSet | undefined {
  const set = new FieldSet();
  if (fields === undefined || fields === null) return set;
  return isObject(fields) && decodeInto(fields, set) ? set : undefined;
}

function decodeInto(fields: ValueObject, set: FieldSet): boolean {
  for (const [name, below] of Object.entries(fields)) {
    if (name === ".") continue;
    const element = readElement(name);
    if (element === undefined || !isObject(below)) return false;
    const names = Object.keys(below);
    if (names.length === 0 || Object.hasOwn(below, ".")) set.members.add(element);
    if (names.some((child) => child !== ".")) {
      const child = new FieldSet();
      if (!decodeInto(below, child)) return false;
      set.children.set(element, child);
    }
  }
  return true;
}
