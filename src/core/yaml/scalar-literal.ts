import type { Location } from "../errors.js";
import type { Value } from "../manifest/value.js";
import { resolveKustomize } from "./resolve.js";

/**
 * A scalar of the "kustomize" dialect whose source text says more than its value (`1.0`, `0x1F`, `1e3`, `012`, `~`, `True`,
 * timestamps). kyaml copies and compares such scalars by text, and prints them by value.
 */
export class ScalarLiteral {
  /** Short tag: `!!int`, `!!float`, `!!bool`, `!!null`, `!!timestamp`. */
  readonly tag: string;
  readonly text: string;

  constructor(tag: string, text: string) {
    this.tag = tag;
    this.text = text;
  }

  /** The literal seen as a Value: readers of the "kustomize" dialect put it among their values. */
  static value(tag: string, text: string): Value {
    return new ScalarLiteral(tag, text) as unknown as Value;
  }

  toJSON(): unknown {
    const value = resolveScalar(this);
    return typeof value === "bigint" ? Number(value) : value;
  }
}

/** A scalar whose text does not fit the tag before it, `!!int x`: an error for whoever asks for its value. */
export class UnfitScalar extends ScalarLiteral {
  /** In go-yaml's words. */
  readonly problem: string;
  readonly location: Location;

  constructor(tag: string, text: string, { problem, location }: { readonly problem: string; readonly location: Location }) {
    super(tag, text);
    this.problem = problem;
    this.location = location;
  }
}

/** A scalar with a tag before it, `!!int "2"`: what is set over it is written with a tag, too, and so is of its own type. */
export class TaggedScalar extends ScalarLiteral {
  readonly isQuoted: boolean;

  constructor(tag: string, text: string, isQuoted: boolean) {
    super(tag, text);
    this.isQuoted = isQuoted;
  }
}

/** An alias in a document that is read as nodes; its text is the name. */
export class AliasReference extends ScalarLiteral {
  readonly target: Value;

  constructor(name: string, target: Value) {
    super("!!alias", name);
    this.target = target;
  }
}

/** A null without text inside `{}` or `[]`: kyaml writes it quoted, so it ends as an empty string. Only with `keepStyle`. */
export const EMPTY_IN_FLOW = new ScalarLiteral("!!null", "");

export function isScalarLiteral(value: unknown): value is ScalarLiteral {
  return value instanceof ScalarLiteral;
}

/** What the literal means to Go: a timestamp becomes its RFC 3339 text, everything else a number, boolean or null. */
export function resolveScalar(literal: ScalarLiteral): Value {
  const { value } = resolveKustomize(literal.text, literal.tag);
  return value;
}

/** `value` with every ScalarLiteral replaced by its meaning; shares what holds none. */
export function resolveScalars(value: Value): Value {
  if (typeof value !== "object" || value === null) return value;
  if (isScalarLiteral(value)) return resolveScalar(value);
  if (Array.isArray(value)) {
    const items = value.map(resolveScalars);
    return items.some((item, index) => item !== value[index]) ? items : value;
  }
  let changed = false;
  const result: { [key: string]: Value } = {};
  for (const [key, item] of Object.entries(value)) {
    const resolved = resolveScalars(item);
    if (resolved !== item) changed = true;
    result[key] = resolved;
  }
  return changed ? result : value;
}
