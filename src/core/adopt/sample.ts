import { isObject, objectAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import { emitJson } from "../yaml/json.js";

/** A hand-written Application and where it stands. */
export interface SourceApplication {
  readonly file: string;
  readonly document: number;
  readonly text: string;
  readonly value: ValueObject;
}

/** A place in an Application: keys and list indexes. */
export type Path = readonly (string | number)[];

/** One field of a whole sample; `values` has an entry for each Application, undefined where it has no such field. */
export interface Leaf {
  readonly id: string;
  readonly path: Path;
  readonly values: readonly (Value | undefined)[];
  /** The same as text that is equal exactly when the values are; "" for an absent one. */
  readonly texts: readonly string[];
}

/** All fields of the Applications, in the order in which they are met. A list of scalars is one field; its order counts. */
export function leavesOf(applications: readonly SourceApplication[]): readonly Leaf[] {
  const found = new Map<string, { path: Path; values: (Value | undefined)[] }>();
  applications.forEach(({ value }, at) => {
    for (const part of ["metadata", "spec"]) {
      for (const [path, leaf] of flatten(objectAt(value, part), [part])) {
        const id = JSON.stringify(path);
        let entry = found.get(id);
        if (!entry) {
          entry = { path, values: new Array<Value | undefined>(applications.length).fill(undefined) };
          found.set(id, entry);
        }
        entry.values[at] = leaf;
      }
    }
  });
  return [...found].map(([id, { path, values }]) => ({ id, path, values, texts: values.map(textOf) }));
}

export function textOf(value: Value | undefined): string {
  return value === undefined ? "" : emitJson(value);
}

function* flatten(value: Value, path: Path): Generator<readonly [Path, Value]> {
  if (isObject(value) && Object.keys(value).length > 0) {
    for (const [key, item] of Object.entries(value)) yield* flatten(item, [...path, key]);
  } else if (Array.isArray(value) && value.some((item) => typeof item === "object" && item !== null)) {
    for (const [index, item] of value.entries()) yield* flatten(item, [...path, index]);
  } else yield [path, value];
}

export function nameOf(application: SourceApplication): string {
  return stringAt(objectAt(application.value, "metadata"), "name");
}

/** `spec.source.targetRevision` */
export function formatPath(path: Path): string {
  return path
    .map((step, at) => {
      if (typeof step === "number") return `[${step}]`;
      if (!/^[A-Za-z0-9_-]+$/.test(step)) return `["${step}"]`;
      return at === 0 ? step : `.${step}`;
    })
    .join("");
}
