import { InputError } from "../../errors.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject, listAt, stringAt } from "../../manifest/value.js";
import { parseYaml } from "../../yaml/parse.js";
import { numbersAsFloats } from "../params/floats.js";
import type { ParamSet, Params } from "../params/params.js";
import type { Generator, GeneratorRun } from "./generator.js";
import { wrapError } from "./values.js";

/** `list`: elements as they are written, then the ones of `elementsYaml`. */
export const listGenerator: Generator = {
  requeueAfterSeconds: () => 0,
  generate(spec, run) {
    const sets: ParamSet[] = [];
    listAt(spec, "elements").forEach((element, index) => {
      try {
        const params = paramsOfElement(element, run.set.spec.goTemplate === true);
        sets.push({ params, origins: [{ generator: run.path, index }] });
      } catch (error) {
        run.elementFailed(error);
      }
    });
    return sets.concat(fromYaml(spec, run));
  },
};

function paramsOfElement(element: Value, goTemplate: boolean): Params {
  // Argo CD: a null element has no JSON text at all.
  if (element === null) throw invalid("error unmarshling list element unexpected end of JSON input");
  if (!isObject(element)) {
    const got = Array.isArray(element)
      ? "array"
      : typeof element === "boolean"
        ? "bool"
        : typeof element === "string"
          ? "string"
          : "number";
    throw invalid(`error unmarshling list element json: cannot unmarshal ${got} into Go value of type map[string]interface {}`);
  }
  return goTemplate ? (numbersAsFloats(element) as Params) : flatStrings(element);
}

/** Without Go templates every value is a string, but for one map `values` of strings. */
function flatStrings(element: ValueObject): Params {
  const params: Record<string, Value> = {};
  for (const [key, value] of Object.entries(element)) {
    if (key !== "values") params[key] = stringOf(value, key);
    else if (!isObject(value)) throw invalid("error parsing values map");
    else for (const [name, item] of Object.entries(value)) params[`values.${name}`] = stringOf(item, `values.${name}`);
  }
  return params;
}

function stringOf(value: Value, key: string): string {
  if (typeof value === "string") return value;
  // Argo CD formats a nil error here.
  throw new InputError("error parsing value as string %!w(<nil>)", {
    code: "APPSET_LIST_ELEMENT",
    hint: `quote the value of ${key}, or use goTemplate: true`,
  });
}

function fromYaml(spec: ValueObject, run: GeneratorRun): ParamSet[] {
  const text = stringAt(spec, "elementsYaml");
  if (text === "") return [];
  let elements: Value;
  try {
    elements = parseYaml(text, { dialect: "kubernetes", duplicateKeys: "last", file: `${run.path}.elementsYaml` });
  } catch (error) {
    throw wrapError("error unmarshling decoded ElementsYaml error converting YAML to JSON", error);
  }
  if (elements === null) return [];
  if (!Array.isArray(elements) || !elements.every((element) => element === null || isObject(element))) {
    throw invalid(
      "error unmarshling decoded ElementsYaml error unmarshaling JSON: while decoding JSON: json: cannot unmarshal into Go value of type []map[string]interface {}",
    );
  }
  return (elements as readonly Value[]).map((element, index) => ({
    params: (element === null ? {} : numbersAsFloats(element)) as Params,
    origins: [{ generator: `${run.path}.elementsYaml`, index }],
  }));
}

function invalid(message: string): InputError {
  return new InputError(message, { code: "APPSET_LIST_ELEMENT" });
}
