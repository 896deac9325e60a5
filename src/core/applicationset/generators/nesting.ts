import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, listAt } from "../../manifest/value.js";
import type { GeneratorSpec } from "../model/application-set.js";
import { decode } from "../model/decode.js";
import { structType } from "../model/go-type.js";

/**
 * A child of matrix or merge as a generator of its own. Argo CD keeps a nested matrix or merge as raw JSON, in which only generators without
 * children are known: what nests deeper is dropped, unless `anyDepth`.
 */
export function nestedSpec(child: GeneratorSpec, anyDepth: boolean): GeneratorSpec {
  if (child.matrix === undefined && child.merge === undefined) return child;
  const made: Record<string, unknown> = { ...child };
  if (child.matrix) made["matrix"] = nestedChildren(child.matrix, "NestedMatrixGenerator", anyDepth);
  if (child.merge) made["merge"] = nestedChildren(child.merge, "NestedMergeGenerator", anyDepth);
  return made as GeneratorSpec;
}

function nestedChildren(spec: ValueObject, type: string, anyDepth: boolean): ValueObject {
  if (!anyDepth) return decode(structType(type), spec) as ValueObject;
  const generators = listAt(spec, "generators").map((child) => decodeChild(child));
  return { ...(decode(structType(type), { ...spec, generators: [] }) as ValueObject), generators };
}

function decodeChild(child: Value): Value {
  return isObject(child) ? decode(structType("ApplicationSetNestedGenerator"), child) : {};
}
