import { InputError } from "../../errors.js";
import type { Value, ValueObject } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { type GeneratorKey, type GeneratorSpec, generatorKeys } from "../model/application-set.js";
import { structType } from "../model/go-type.js";
import { flatten, formatGo, type ParamSet, type Params } from "../params/params.js";
import { compileGeneratorSelector, type Matches } from "../selector.js";
import { compileStrings, type FieldRule, type RenderValue } from "../template/compile-strings.js";
import type { TextRenderer } from "../template/text-renderer.js";
import type { GeneratorRun } from "./generator.js";
import { nestedSpec } from "./nesting.js";
import { generators } from "./table.js";
import { wrapError } from "./values.js";

/** What one entry of `generators` gave: one result for each generator key that is set in it. */
export interface TransformResult {
  readonly key: GeneratorKey;
  readonly sets: readonly ParamSet[];
}

export type BaseRun = Omit<GeneratorRun, "path" | "child">;

/** Runs an entry of `generators` and keeps the sets that its selector takes. */
export function transform(spec: GeneratorSpec, path: string, base: BaseRun): readonly TransformResult[] {
  const matches = selectorOf(spec);
  return generatorKeys
    .filter((key) => spec[key] !== undefined)
    .map((key) => {
      const sets = generateOne(key, spec[key]!, `${path}.${key}`, base);
      return { key, sets: matches ? sets.filter(({ params }) => matches(flatStrings(params))) : sets };
    });
}

function selectorOf(spec: GeneratorSpec): Matches | undefined {
  if (spec.selector === undefined) return undefined;
  try {
    return compileGeneratorSelector(spec.selector);
  } catch (error) {
    throw wrapError("error parsing label selector", error);
  }
}

function flatStrings(params: Params): Record<string, string> {
  const made: Record<string, string> = {};
  for (const [key, value] of Object.entries(flatten(params))) made[key] = formatGo(value);
  return made;
}

function generateOne(key: GeneratorKey, spec: ValueObject, path: string, base: BaseRun): readonly ParamSet[] {
  const child: GeneratorRun["child"] = (childSpec, childPath, over) => runChild(childSpec, childPath, over, base);
  return generators[key].generate(spec, { ...base, path, child });
}

/** A child without templates in it gives the same for every set of its sibling, so it runs once. */
function runChild(child: GeneratorSpec, path: string, over: Params | undefined, base: BaseRun): readonly ParamSet[] {
  const compiled = base.once(child, () => compileChild(child, base));
  if (over === undefined || Object.keys(over).length === 0 || !compiled.render) {
    return base.once(compiled, () => childSets(compiled.spec, path, base));
  }
  return childSets(interpolate(compiled, over), path, base);
}

function childSets(spec: GeneratorSpec, path: string, base: BaseRun): readonly ParamSet[] {
  let results: readonly TransformResult[];
  try {
    results = transform(spec, path, base);
  } catch (error) {
    throw wrapError("child generator returned an error on parameter generation", error);
  }
  if (results.length === 0) throw new InputError("child generator generated no parameters", { code: "APPSET_CHILD" });
  if (results.length > 1) throw new InputError("found more than one generator in matrix.Generators", { code: "APPSET_CHILD" });
  return results[0]!.sets;
}

interface CompiledChild {
  readonly spec: GeneratorSpec;
  readonly render: RenderValue | undefined;
}

function compileChild(child: GeneratorSpec, base: BaseRun): CompiledChild {
  const spec = nestedSpec(child, base.settings.wideNesting);
  const render = compileStrings(
    structType("ApplicationSetGenerator"),
    spec as unknown as Value,
    base.text.compile,
    valuesRule(base.text),
  );
  return { spec, render };
}

/** Argo CD: a selector is taken as it is written. */
function interpolate(compiled: CompiledChild, over: Params): GeneratorSpec {
  try {
    const rendered = compiled.render!(over) as unknown as GeneratorSpec;
    return compiled.spec.selector === undefined ? rendered : { ...rendered, selector: compiled.spec.selector };
  } catch (error) {
    throw wrapError(
      "child generator returned an error on parameter generation: failed to replace parameters in generator",
      error,
    );
  }
}

/**
 * Argo CD: a child's `values` may use its sibling's parameters and its own. What the sibling does not have is left for the child to
 * resolve, so a missing key is no error here whatever goTemplateOptions say.
 */
function valuesRule(text: TextRenderer): FieldRule {
  return (struct, field, value) => {
    if (field.name !== "values" || !struct.name.endsWith("Generator") || !isObject(value)) return undefined;
    const entries = Object.entries(value).map(([key, item]) => ({ key, item: item as string }));
    if (entries.every(({ item }) => text.compile(item) === undefined)) return undefined;
    return (params) => Object.fromEntries(entries.map(({ key, item }) => [key, text.replaceKnown(item, params, key)]));
  };
}
