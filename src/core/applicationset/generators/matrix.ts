import { InputError } from "../../errors.js";
import type { ValueObject } from "../../manifest/value.js";
import { listAt } from "../../manifest/value.js";
import type { GeneratorSpec } from "../model/application-set.js";
import { combineAsStrings, mergeParams, type ParamSet } from "../params/params.js";
import { childRequeueAfterSeconds } from "./children.js";
import type { Generator, GeneratorRun } from "./generator.js";
import { wrapError } from "./values.js";

/**
 * `matrix`: every set of the first child with every set of the second, whose own strings may use the first one's parameters. Where both
 * have a parameter the first wins with Go templates; without, they must be equal.
 */
export const matrixGenerator: Generator = {
  requeueAfterSeconds: childRequeueAfterSeconds,
  generate(spec, run) {
    const children = childrenOf(spec, run);
    let sets = childSets(children[0]!, 0, undefined, run);
    for (let index = 1; index < children.length; index++) {
      const child = children[index]!;
      sets = sets.flatMap((first) => childSets(child, index, first, run).map((second) => combine(first, second, run)));
    }
    return sets;
  },
};

function childrenOf(spec: ValueObject, run: GeneratorRun): readonly GeneratorSpec[] {
  const children = listAt(spec, "generators") as unknown as readonly GeneratorSpec[];
  if (children.length < 2) throw wrongCount("found less than two generators, Matrix support only two", "give it two generators");
  if (children.length > 2 && !run.settings.wideNesting) {
    throw wrongCount("found more than two generators, Matrix support only two", "nest a matrix, or allow wide nesting");
  }
  return children;
}

function childSets(child: GeneratorSpec, index: number, over: ParamSet | undefined, run: GeneratorRun): readonly ParamSet[] {
  try {
    return run.child(child, `${run.path}.generators[${index}]`, over?.params);
  } catch (error) {
    const context =
      index === 0
        ? "error failed to get params for first generator in matrix generator"
        : "failed to get params for second generator in the matrix generator";
    throw wrapError(context, error);
  }
}

function combine(first: ParamSet, second: ParamSet, run: GeneratorRun): ParamSet {
  const origins = [...first.origins, ...second.origins];
  if (!run.set.spec.goTemplate) return { params: combineAsStrings(first.params, second.params), origins };
  return { params: mergeParams(second.params, first.params), origins };
}

function wrongCount(message: string, hint: string): InputError {
  return new InputError(message, { code: "APPSET_MATRIX", hint });
}
