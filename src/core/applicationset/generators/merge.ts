import { InputError } from "../../errors.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { listAt } from "../../manifest/value.js";
import { emitJson } from "../../yaml/json.js";
import type { GeneratorSpec } from "../model/application-set.js";
import { mergeParams, type ParamSet } from "../params/params.js";
import { childRequeueAfterSeconds } from "./children.js";
import type { Generator, GeneratorRun } from "./generator.js";
import { wrapError } from "./values.js";

/** `merge`: the sets of the first child, each overridden by the later children's sets with the same values for all merge keys. */
export const mergeGenerator: Generator = {
  requeueAfterSeconds: childRequeueAfterSeconds,
  generate(spec, run) {
    const children = listAt(spec, "generators") as unknown as readonly GeneratorSpec[];
    if (children.length < 2) {
      throw new InputError("found less than two generators, Merge requires two or more", { code: "APPSET_MERGE" });
    }
    const results = children.map((child, index) => childSets(child, index, children.length, run));
    const [base, ...overrides] = results.map((sets) => byMergeKey(sets, spec));
    for (const override of overrides) {
      for (const [key, set] of base!) {
        const over = override.get(key);
        if (over) base!.set(key, mergeSets(set, over, run));
      }
    }
    // The original's order is that of a Go map; here it is the base generator's.
    return [...base!.values()];
  },
};

function childSets(child: GeneratorSpec, index: number, count: number, run: GeneratorRun): readonly ParamSet[] {
  try {
    return run.child(child, `${run.path}.generators[${index}]`, undefined);
  } catch (error) {
    throw wrapError(
      `error getting param sets from generators: error getting params from generator ${index + 1} of ${count}`,
      error,
    );
  }
}

function byMergeKey(sets: readonly ParamSet[], spec: ValueObject): Map<string, ParamSet> {
  const keys = [...new Set(listAt(spec, "mergeKeys") as readonly string[])];
  if (keys.length === 0) {
    throw new InputError("error getting param sets by merge key: no merge keys were specified, Merge requires at least one", {
      code: "APPSET_MERGE",
    });
  }
  const found = new Map<string, ParamSet>();
  for (const set of sets) {
    const values: Record<string, Value> = {};
    for (const key of keys) values[key] = (Object.hasOwn(set.params, key) ? set.params[key] : undefined) ?? null;
    const text = emitJson(values);
    if (found.has(text)) {
      throw new InputError(
        `error getting param sets by merge key: the parameters from a generator were not unique by the given mergeKeys, Merge requires all param sets to be unique. Duplicate key was ${text}`,
        { code: "APPSET_MERGE", hint: "choose merge keys that tell all sets of each generator apart" },
      );
    }
    found.set(text, set);
  }
  return found;
}

function mergeSets(base: ParamSet, over: ParamSet, run: GeneratorRun): ParamSet {
  const params = run.set.spec.goTemplate ? mergeParams(base.params, over.params) : { ...base.params, ...over.params };
  return { params, origins: [...base.origins, ...over.origins] };
}
