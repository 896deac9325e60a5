import { InputError } from "../errors.js";
import type { KubernetesObject } from "../manifest/object.js";
import { splitApiVersion } from "../manifest/object.js";
import type { SchemaSource } from "../manifest/schema/schema.js";
import { type Atom, atomOf, DEDUCED } from "../manifest/smd/atom.js";
import { joinProblems, validateTyped } from "../manifest/smd/validate.js";
import type { Value } from "../manifest/value.js";

/** The merge type of an object's kind, or undefined where no schema is known. */
export function atomFor(object: KubernetesObject, schemas: SchemaSource): Atom | undefined {
  const { group, version } = splitApiVersion(object.apiVersion ?? "");
  const schema = schemas.schemaFor({ group, version, kind: object.kind });
  return schema && atomOf(schema);
}

/** Argo CD: without a schema, lists and maps are deduced from the values and taken as a whole. */
export function atomOrDeduced(object: KubernetesObject, schemas: SchemaSource): Atom {
  return atomFor(object, schemas) ?? DEDUCED;
}

export function requireAtom(object: KubernetesObject, schemas: SchemaSource): Atom {
  const atom = atomFor(object, schemas);
  if (atom) return atom;
  const { group, version } = splitApiVersion(object.apiVersion ?? "");
  throw new InputError(`unable to resolve parseableType for GroupVersionKind: ${group}/${version}, Kind=${object.kind}`, {
    code: "COMPARE_SCHEMA",
    hint: "the kind's schema is not known: is its CRD installed?",
  });
}

/** Throws InputError COMPARE_TYPE where the value does not fit. */
export function checkTyped(value: Value, atom: Atom, what: string): void {
  const problems = validateTyped(value, atom, { allowDuplicates: false });
  if (problems.length > 0) throw new InputError(`${what}: ${joinProblems(problems)}`, { code: "COMPARE_TYPE" });
}
