import { RE2JS } from "re2js";
import { decimalOf } from "../../gotemplate/funcs/decimal.js";
import { isObject, type Value, type ValueObject } from "../../manifest/value.js";
import { hasFormat } from "./formats.js";
import { type Finding, printFindings, quoted, quotedList, shownNumber, shownValue } from "./messages.js";
import { metaschemaAt } from "./metaschema.js";
import { type Draft, draftOf, failure, type Located, SchemaIndex } from "./schema-index.js";

const maxSteps = 2_000_000;
const maxDepth = 400;

/** What a value violates in a JSON schema (draft 4 to 2020-12); empty where it is valid. The schema must be one (`checkSchema`). */
export function validateSchema(document: Value, value: Value): readonly Finding[] {
  return new Validator(new SchemaIndex(document)).run(value);
}

/** Throws HELM_SCHEMA with the original's words where a document is no schema of its draft, or refers to what is not there. */
export function checkSchema(document: Value): void {
  const { metaschema, url } = metaschemaOf(draftOf(document));
  const found = new Validator(new SchemaIndex(metaschema, url), { asserts: "regex" }).run(document);
  if (found.length > 0) {
    const violated = `jsonschema validation failed with '${url}#'\n${printFindings(found).join("\n")}`;
    throw failure(`"file:///values.schema.json#" is not valid against metaschema: ${violated}`);
  }
  new Validator(new SchemaIndex(document)).checkReferences();
}

function metaschemaOf(draft: Draft): { readonly metaschema: Value; readonly url: string } {
  const path = draft >= 2019 ? `draft/${draft === 2019 ? "2019-09" : "2020-12"}` : `draft-0${draft}`;
  const url = `${draft >= 2019 ? "https" : "http"}://json-schema.org/${path}/schema`;
  return { metaschema: metaschemaAt(url) ?? true, url };
}

/** A value under a schema: its place, and the properties and items that some schema has looked at. */
interface Visit {
  readonly at: string;
  readonly depth: number;
  readonly seen: Seen;
}

class Seen {
  readonly keys = new Set<string>();
  readonly items = new Set<number>();
  add(other: Seen): void {
    for (const key of other.keys) this.keys.add(key);
    for (const item of other.items) this.items.add(item);
  }
}

class Validator {
  private steps = 0;
  private readonly patterns = new Map<string, RE2JS>();
  /** Resources entered so far, outermost first: dynamic references look there. */
  private readonly scope: string[] = [];

  constructor(
    private readonly index: SchemaIndex,
    /** `regex`: that format alone is asserted, in every draft; otherwise all are, in drafts that have it so. */
    private readonly formats: { readonly asserts: "all" | "regex" } = { asserts: "all" },
  ) {}

  run(value: Value): readonly Finding[] {
    const found = this.check(this.index.root, value, { at: "", depth: 0, seen: new Seen() });
    return found?.kind === "group" ? found.causes : found ? [found] : [];
  }

  /** Every reference that can be reached must lead somewhere, whether values use it or not. */
  checkReferences(): void {
    const done = new Set<Value>();
    const open: Located[] = [this.index.root];
    for (let next = open.pop(); next; next = open.pop()) {
      const { schema } = next;
      if (typeof schema !== "object" || schema === null || done.has(schema)) continue;
      done.add(schema);
      if (Array.isArray(schema)) {
        for (const item of schema as readonly Value[]) open.push({ schema: item, base: next.base });
        continue;
      }
      const object = schema as ValueObject;
      const base = this.index.baseOf(object, next.base);
      for (const keyword of ["$ref", "$dynamicRef", "$recursiveRef"]) {
        const reference = object[keyword];
        if (typeof reference === "string") open.push(this.index.resolve(reference, base));
      }
      for (const [key, item] of Object.entries(object)) if (!unread.has(key)) open.push({ schema: item, base });
      if (typeof object["pattern"] === "string") this.pattern(object["pattern"]);
    }
  }

  private check(located: Located, value: Value, visit: Visit): Finding | undefined {
    if (++this.steps > maxSteps || visit.depth > maxDepth) throw failure("the schema takes too many steps to check");
    const { schema } = located;
    if (schema === false) return finding(visit.at, "false schema");
    if (!isObject(schema)) return undefined;
    const base = this.index.baseOf(schema, located.base);
    this.scope.push(base);
    const result = this.checkObject(schema, base, value, visit);
    this.scope.pop();
    return result;
  }

  private checkObject(schema: ValueObject, base: string, value: Value, visit: Visit): Finding | undefined {
    const first = this.checkKind(schema, value, visit.at);
    if (first) return first;
    const found: Finding[] = [];
    const { draft } = this.index;
    if (typeof schema["$ref"] === "string") {
      const failed = this.reference(this.index.resolve(schema["$ref"], base), value, visit);
      if (draft < 2019) return failed;
      if (failed) found.push(failed);
    }
    const here = { schema, base, visit, found };
    if (isObject(value)) this.checkProperties(here, value);
    else if (Array.isArray(value)) this.checkItems(here, value as readonly Value[]);
    else if (typeof value === "string") this.checkText(here, value);
    else if (typeof value === "number" || typeof value === "bigint") checkNumber(here, value, draft);
    if (draft >= 2019) this.checkDynamic(here, value);
    this.checkCombined(here, value);
    if (draft >= 2019) this.checkUnevaluated(here, value);
    if (found.length <= 1) return found[0];
    return { at: visit.at, message: "validation failed", causes: found, kind: "group" };
  }

  private checkKind(schema: ValueObject, value: Value, at: string): Finding | undefined {
    const actual = kindOf(value);
    const { type } = schema;
    const wanted = typeof type === "string" ? [type] : Array.isArray(type) ? (type as readonly Value[]).map(String) : [];
    const fits = wanted.includes(actual) || (wanted.includes("integer") && actual === "number" && isWhole(value));
    if (wanted.length > 0 && !fits) {
      const shown = kinds.filter((kind) => wanted.includes(kind));
      return finding(at, `got ${actual}, want ${shown.join(" or ")}`);
    }
    if (Object.hasOwn(schema, "const") && this.index.draft > 4 && !same(value, schema["const"] as Value)) {
      const constant = schema["const"] as Value;
      return finding(
        at,
        typeof constant === "object" && constant !== null ? "'const' failed" : `value must be ${shownValue(constant)}`,
      );
    }
    const choices = schema["enum"];
    if (Array.isArray(choices) && !(choices as readonly Value[]).some((choice) => same(value, choice))) {
      return finding(at, enumMessage(choices as readonly Value[]));
    }
    const { format } = schema;
    if (typeof format !== "string" || typeof value !== "string") return undefined;
    if (format === "regex" && (this.formats.asserts === "regex" || this.index.draft < 2019)) {
      const problem = regexProblem(value);
      if (problem !== undefined) return finding(at, `${quoted(value)} is not valid regex: ${problem}`);
    } else if (this.formats.asserts === "all" && this.index.draft < 2019 && !hasFormat(format, value)) {
      return finding(at, `${quoted(value)} is not valid ${format}: invalid ${format}`);
    }
    return undefined;
  }

  /** A reference's own finding holds those behind it. */
  private reference(target: Located, value: Value, visit: Visit): Finding | undefined {
    const failed = this.same(target, value, visit);
    if (!failed) return undefined;
    const causes = failed.kind === "group" ? failed.causes : [failed];
    return { at: visit.at, message: "validation failed", causes, kind: "reference" };
  }

  /** The same value under another schema; what that has looked at counts here if it holds. */
  private same(target: Located, value: Value, visit: Visit): Finding | undefined {
    const seen = new Seen();
    const failed = this.check(target, value, { at: visit.at, depth: visit.depth + 1, seen });
    if (!failed) visit.seen.add(seen);
    return failed;
  }

  private inner(here: Here, schema: Value, value: Value, key: string | number): Finding | undefined {
    const at = `${here.visit.at}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
    return this.check({ schema, base: here.base }, value, { at, depth: here.visit.depth + 1, seen: new Seen() });
  }

  private checkProperties(here: Here, object: ValueObject): void {
    const { schema, visit, found } = here;
    const add = (message: string) => found.push(finding(visit.at, message));
    const keys = Object.keys(object);
    const { minProperties, maxProperties } = schema;
    if (isNumber(minProperties) && keys.length < minProperties) add(`minProperties: got ${keys.length}, want ${minProperties}`);
    if (isNumber(maxProperties) && keys.length > maxProperties) add(`maxProperties: got ${keys.length}, want ${maxProperties}`);
    const missing = absent(object, schema["required"]);
    if (missing.length > 0) add(`missing ${missing.length === 1 ? "property" : "properties"} ${quotedList(missing)}`);
    this.checkDependencies(here, object);
    const properties = isObject(schema["properties"]) ? schema["properties"] : {};
    const patterns = Object.entries(isObject(schema["patternProperties"]) ? schema["patternProperties"] : {});
    const additional = schema["additionalProperties"];
    const refused: string[] = [];
    for (const key of keys) {
      const value = object[key] as Value;
      const schemas: Value[] = Object.hasOwn(properties, key) ? [properties[key] as Value] : [];
      for (const [pattern, inner] of patterns) if (this.pattern(pattern).matcher(key).find()) schemas.push(inner);
      const isNamed = schemas.length > 0;
      if (!isNamed && additional === false) refused.push(key);
      else if (!isNamed && isObject(additional)) schemas.push(additional);
      if (isNamed || additional !== undefined) visit.seen.keys.add(key);
      for (const inner of schemas) {
        const failed = this.inner(here, inner, value, key);
        if (failed) found.push(failed);
      }
    }
    if (refused.length > 0) add(`additional properties ${quotedList(refused)} not allowed`);
    const names = schema["propertyNames"];
    if (names === undefined || this.index.draft === 4) return;
    for (const key of keys) {
      const failed = this.check({ schema: names, base: here.base }, key, { at: "", depth: visit.depth + 1, seen: new Seen() });
      if (!failed) continue;
      const causes = failed.kind === "group" ? failed.causes : [failed];
      found.push({ at: visit.at, message: `invalid propertyName ${quoted(key)}`, causes, kind: "plain" });
    }
  }

  private checkDependencies(here: Here, object: ValueObject): void {
    const { schema, visit, found, base } = here;
    for (const keyword of ["dependencies", "dependentRequired", "dependentSchemas"]) {
      const dependencies = schema[keyword];
      if (!isObject(dependencies)) continue;
      for (const [key, needed] of Object.entries(dependencies)) {
        if (!Object.hasOwn(object, key)) continue;
        if (Array.isArray(needed)) {
          const missing = absent(object, needed);
          if (missing.length > 0)
            found.push(finding(visit.at, `properties ${quotedList(missing)} required, if ${quoted(key)} exists`));
          continue;
        }
        const failed = this.same({ schema: needed, base }, object, visit);
        if (failed) found.push(failed);
      }
    }
  }

  private checkItems(here: Here, items: readonly Value[]): void {
    const { schema, visit, found } = here;
    const add = (message: string) => found.push(finding(visit.at, message));
    const { minItems, maxItems } = schema;
    if (isNumber(minItems) && items.length < minItems) add(`minItems: got ${items.length}, want ${minItems}`);
    if (isNumber(maxItems) && items.length > maxItems) add(`maxItems: got ${items.length}, want ${maxItems}`);
    if (schema["uniqueItems"] === true) {
      const twin = duplicates(items);
      if (twin) add(`items at ${twin[0]} and ${twin[1]} are equal`);
    }
    const isNew = this.index.draft === 2020;
    const tuple = isNew ? schema["prefixItems"] : schema["items"];
    const fixed = Array.isArray(tuple) ? (tuple as readonly Value[]) : [];
    const rest = isNew ? schema["items"] : Array.isArray(schema["items"]) ? schema["additionalItems"] : schema["items"];
    if (rest === false && items.length > fixed.length && !isNew)
      add(`last ${items.length - fixed.length} additionalItem(s) not allowed`);
    items.forEach((item, index) => {
      const inner = index < fixed.length ? fixed[index] : rest;
      if (inner === undefined) return;
      visit.seen.items.add(index);
      if (index >= fixed.length && rest === false && !isNew) return;
      const failed = this.inner(here, inner, item, index);
      if (failed) found.push(failed);
    });
    if (schema["contains"] !== undefined && this.index.draft > 4) this.checkContains(here, items);
  }

  private checkContains(here: Here, items: readonly Value[]): void {
    const { schema, visit, found } = here;
    const failed: Finding[] = [];
    const matched: number[] = [];
    items.forEach((item, index) => {
      const failure = this.inner(here, schema["contains"] as Value, item, index);
      if (failure) failed.push(failure);
      else matched.push(index);
    });
    if (this.index.draft === 2020) for (const index of matched) visit.seen.items.add(index);
    const { minContains, maxContains } = schema;
    const shown = matched.join(" ");
    if (isNumber(minContains)) {
      const but = matched.length === 0 ? "but none matched" : `but matched ${matched.length} items at ${shown}`;
      const message = `min ${minContains} items required to match contains schema, ${but}`;
      if (matched.length < minContains) found.push({ ...finding(visit.at, message), causes: failed });
    } else if (matched.length === 0) {
      found.push({ ...finding(visit.at, "no items match contains schema"), causes: failed });
    }
    if (isNumber(maxContains) && matched.length > maxContains) {
      const message = `max ${maxContains} items required to match contains schema, but matched ${matched.length} items at ${shown}`;
      found.push(finding(visit.at, message));
    }
  }

  private checkText({ schema, visit, found }: Here, text: string): void {
    const add = (message: string) => found.push(finding(visit.at, message));
    const { minLength, maxLength, pattern } = schema;
    const length = [...text].length;
    if (isNumber(minLength) && length < minLength) add(`minLength: got ${shownNumber(length)}, want ${shownNumber(minLength)}`);
    if (isNumber(maxLength) && length > maxLength) add(`maxLength: got ${shownNumber(length)}, want ${shownNumber(maxLength)}`);
    if (typeof pattern === "string" && !this.pattern(pattern).matcher(text).find()) {
      add(`${quoted(text)} does not match pattern ${quoted(pattern)}`);
    }
  }

  private checkDynamic({ schema, base, visit, found }: Here, value: Value): void {
    for (const keyword of ["$recursiveRef", "$dynamicRef"]) {
      const reference = schema[keyword];
      if (typeof reference !== "string") continue;
      const failed = this.reference(this.dynamicTarget(reference, base), value, visit);
      if (failed) found.push(failed);
    }
  }

  /** The outermost resource in scope that has the anchor, where the first target takes part in this. */
  private dynamicTarget(reference: string, base: string): Located {
    const target = this.index.resolve(reference, base);
    const anchor = isObject(target.schema) ? target.schema["$dynamicAnchor"] : undefined;
    const isRecursive = isObject(target.schema) && target.schema["$recursiveAnchor"] === true;
    if (typeof anchor !== "string" && !isRecursive) return target;
    for (const resource of this.scope) {
      try {
        const found = this.index.resolve(typeof anchor === "string" ? `#${anchor}` : "#", resource);
        const takesPart = isObject(found.schema) && (typeof anchor === "string" || found.schema["$recursiveAnchor"] === true);
        if (takesPart) return found;
      } catch {
        // This resource has no such anchor.
      }
    }
    return target;
  }

  private checkCombined(here: Here, value: Value): void {
    const { schema, base, visit, found } = here;
    const under = (inner: Value) => this.same({ schema: inner, base }, value, visit);
    if (schema["not"] !== undefined && !under(schema["not"])) found.push(finding(visit.at, "'not' failed"));
    const all = list(schema["allOf"])
      .map(under)
      .filter((failed) => failed !== undefined);
    if (all.length > 0) found.push({ ...finding(visit.at, "'allOf' failed"), causes: all });
    const any = list(schema["anyOf"]);
    const failures = any.map(under);
    if (any.length > 0 && failures.every((failed) => failed !== undefined)) {
      found.push({ ...finding(visit.at, "'anyOf' failed"), causes: failures });
    }
    this.checkOneOf(here, under);
    if (schema["if"] === undefined || this.index.draft < 7) return;
    const branch = under(schema["if"]) ? schema["else"] : schema["then"];
    const failed = branch === undefined ? undefined : under(branch);
    if (failed) found.push(failed);
  }

  private checkOneOf({ schema, visit, found }: Here, under: (inner: Value) => Finding | undefined): void {
    const one = list(schema["oneOf"]);
    const failures: Finding[] = [];
    let matched = -1;
    for (const [index, inner] of one.entries()) {
      const failed = under(inner);
      if (failed) {
        failures.push(failed);
      } else if (matched >= 0) {
        found.push(finding(visit.at, `'oneOf' failed, subschemas ${matched}, ${index} matched`));
        return;
      } else {
        matched = index;
      }
    }
    if (one.length > 0 && matched < 0) found.push({ ...finding(visit.at, "'oneOf' failed, none matched"), causes: failures });
  }

  private checkUnevaluated(here: Here, value: Value): void {
    const { schema, visit, found } = here;
    const check = (inner: Value, item: Value, key: string | number) => {
      const failed = this.inner(here, inner, item, key);
      if (failed) found.push(failed);
    };
    if (schema["unevaluatedProperties"] !== undefined && isObject(value)) {
      for (const [key, item] of Object.entries(value)) {
        if (!visit.seen.keys.has(key)) check(schema["unevaluatedProperties"], item, key);
        visit.seen.keys.add(key);
      }
    }
    if (schema["unevaluatedItems"] !== undefined && Array.isArray(value)) {
      (value as readonly Value[]).forEach((item, index) => {
        if (!visit.seen.items.has(index)) check(schema["unevaluatedItems"] as Value, item, index);
        visit.seen.items.add(index);
      });
    }
  }

  private pattern(source: string): RE2JS {
    let compiled = this.patterns.get(source);
    if (!compiled) {
      try {
        compiled = RE2JS.compile(source);
      } catch {
        throw failure(`invalid regular expression ${quoted(source)} in the schema`);
      }
      this.patterns.set(source, compiled);
    }
    return compiled;
  }
}

function regexProblem(source: string): string | undefined {
  try {
    RE2JS.compile(source);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : "invalid";
  }
}

interface Here {
  readonly schema: ValueObject;
  readonly base: string;
  readonly visit: Visit;
  readonly found: Finding[];
}

const unread = new Set(["enum", "const", "default", "examples", "definitions", "$defs"]);
const kinds = ["null", "boolean", "number", "integer", "string", "array", "object"];

function finding(at: string, message: string): Finding {
  return { at, message, causes: [], kind: "plain" };
}

function kindOf(value: Value): string {
  if (value === null) return "null";
  if (typeof value === "bigint") return "number";
  if (Array.isArray(value)) return "array";
  return typeof value;
}

function isWhole(value: Value): boolean {
  return typeof value === "bigint" || Number.isInteger(value);
}

function isNumber(value: Value | undefined): value is number {
  return typeof value === "number";
}

function list(value: Value | undefined): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : [];
}

function absent(object: ValueObject, names: Value | undefined): string[] {
  return list(names)
    .map(String)
    .filter((name) => !Object.hasOwn(object, name));
}

function enumMessage(choices: readonly Value[]): string {
  if (choices.some((choice) => typeof choice === "object" && choice !== null)) return "'enum' failed";
  const [only] = choices;
  if (choices.length === 1) return `value must be ${shownValue(only as Value)}`;
  return `value must be one of ${choices.map(shownValue).join(", ")}`;
}

/** Equality of JSON values: 1 and 1.0 are the same. */
function same(a: Value, b: Value): boolean {
  if ((typeof a === "number" || typeof a === "bigint") && (typeof b === "number" || typeof b === "bigint")) {
    // biome-ignore lint/suspicious/noDoubleEquals: a bigint and a number of the same size are equal.
    return a == b;
  }
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((item, index) => same(item, b[index]));
  if (isObject(a) && isObject(b)) {
    const keys = Object.keys(a);
    if (keys.length !== Object.keys(b).length) return false;
    return keys.every((key) => Object.hasOwn(b, key) && same(a[key] as Value, b[key] as Value));
  }
  return a === b;
}

function duplicates(items: readonly Value[]): readonly [number, number] | undefined {
  const known = new Map<string, number>();
  for (const [index, item] of items.entries()) {
    const key = canonicalKey(item);
    const first = known.get(key);
    if (first !== undefined) return [first, index];
    known.set(key, index);
  }
  return undefined;
}

function canonicalKey(value: Value): string {
  if (typeof value === "bigint") return String(value);
  if (Array.isArray(value)) return `[${(value as readonly Value[]).map(canonicalKey).join(",")}]`;
  if (!isObject(value)) return JSON.stringify(value);
  const keys = Object.keys(value).sort();
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonicalKey(value[key] as Value)}`).join(",")}}`;
}

function checkNumber({ schema, visit, found }: Here, value: number | bigint, draft: number): void {
  const add = (keyword: string, limit: number) =>
    found.push(finding(visit.at, `${keyword}: got ${shownNumber(value)}, want ${shownNumber(limit)}`));
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  const isOpen = (flag: Value | undefined) => draft === 4 && flag === true;
  if (isNumber(minimum)) {
    if (isOpen(exclusiveMinimum) && value <= minimum) add("exclusiveMinimum", minimum);
    else if (!isOpen(exclusiveMinimum) && value < minimum) add("minimum", minimum);
  }
  if (isNumber(maximum)) {
    if (isOpen(exclusiveMaximum) && value >= maximum) add("exclusiveMaximum", maximum);
    else if (!isOpen(exclusiveMaximum) && value > maximum) add("maximum", maximum);
  }
  if (isNumber(exclusiveMinimum) && value <= exclusiveMinimum) add("exclusiveMinimum", exclusiveMinimum);
  if (isNumber(exclusiveMaximum) && value >= exclusiveMaximum) add("exclusiveMaximum", exclusiveMaximum);
  if (isNumber(multipleOf) && multipleOf > 0 && !isMultiple(value, multipleOf)) add("multipleOf", multipleOf);
}

/** Exact, on decimals. */
function isMultiple(value: number | bigint, unit: number): boolean {
  const a = typeof value === "bigint" ? { coefficient: value, exponent: 0 } : decimalOf(value);
  const b = decimalOf(unit);
  const exponent = Math.min(a.exponent, b.exponent);
  const whole = (decimal: { coefficient: bigint; exponent: number }) =>
    decimal.coefficient * 10n ** BigInt(decimal.exponent - exponent);
  return whole(a) % whole(b) === 0n;
}
