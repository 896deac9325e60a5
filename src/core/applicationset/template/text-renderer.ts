import { InputError } from "../../errors.js";
import type { Value } from "../../manifest/value.js";
import { isObject } from "../../manifest/value.js";
import { type Params, typedKindOf } from "../params/params.js";
import { compileFastTemplate } from "./fasttemplate.js";
import { compileGoText, isChanged, isMissingKey, type TemplateEnvironment } from "./go-text.js";

/** Renders the strings of one set in its template language; every text is compiled once. */
export interface TextRenderer {
  /** The text as a function of parameters; undefined when it holds no template. Errors come when it is rendered. */
  readonly compile: (text: string) => ((params: Params) => string) | undefined;
  /** Throws `InputError` code APPSET_TEMPLATE. */
  replace(text: string, params: Params): string;
  /** As `replace`, but a text that needs a parameter that is not there comes back as it is. `name` is what the text is the value of. */
  replaceKnown(text: string, params: Params, name: string): string;
}

export interface TextLanguage {
  readonly goTemplate: boolean;
  readonly options: readonly string[];
  readonly environment?: TemplateEnvironment;
}

/** Throws `InputError` code APPSET_TEMPLATE_OPTION for an option that Go does not know. */
export function createTextRenderer(language: TextLanguage): TextRenderer {
  checkOptions(language);
  const { environment = {} } = language;
  const compile = cached(
    language.goTemplate ? (text) => compileFields(text, compileGoText(text, language.options, environment)) : compileFast,
  );
  if (!language.goTemplate) {
    const replace = (text: string, params: Params): string => compile(text)?.(params) ?? text;
    return { compile, replace, replaceKnown: replace };
  }
  const strict = [...language.options.filter((option) => !option.startsWith("missingkey=")), "missingkey=error"];
  const compileStrict = cached((text) => compileGoText(text, strict, environment));
  return {
    compile,
    replace: (text, params) => compile(text)?.(params) ?? text,
    replaceKnown(text, params, name) {
      try {
        return compileStrict(text)?.(params) ?? text;
      } catch (error) {
        if (isMissingKey(error)) return text;
        throw new InputError(`failed to pre-resolve Values key ${JSON.stringify(name)}: ${(error as Error).message}`, {
          code: "APPSET_TEMPLATE",
          cause: error,
        });
      }
    },
  };
}

type Compiled = ((params: Params) => string) | undefined;

function cached(compile: (text: string) => Compiled): (text: string) => Compiled {
  const known = new Map<string, Compiled>();
  return (text) => {
    if (!text.includes("{{")) return undefined;
    if (known.has(text)) return known.get(text);
    const compiled = compile(text);
    known.set(text, compiled);
    return compiled;
  };
}

function compileFast(text: string): Compiled {
  let template: ReturnType<typeof compileFastTemplate>;
  try {
    template = compileFastTemplate(text);
  } catch (error) {
    return () => {
      throw error;
    };
  }
  if (!template) return undefined;
  const run = template;
  return (params) =>
    run((name) => {
      const value: Value | undefined = Object.hasOwn(params, name) ? params[name] : undefined;
      return typeof value === "string" ? value : undefined;
    });
}

const onlyFields = /^(?:[^{]|\{(?!\{)|\{\{\s*(?:\.[A-Za-z_][A-Za-z0-9_]*)+\s*\}\})*$/;
const field = /\{\{\s*((?:\.[A-Za-z_][A-Za-z0-9_]*)+)\s*\}\}/;

/** A shortcut for texts with nothing but `{{ .a.b }}`: where every field is a string there is nothing to evaluate. */
function compileFields(text: string, full: (params: Params) => string): Compiled {
  if (!onlyFields.test(text)) return full;
  const parts = text.split(field);
  const paths = parts.filter((_, index) => index % 2 === 1).map((path) => path.slice(1).split("."));
  return (params) => {
    if (isChanged(params)) return full(params);
    let made = parts[0]!;
    for (let index = 0; index < paths.length; index++) {
      const value = stringAtPath(params, paths[index]!);
      if (value === undefined) return full(params);
      made += value + parts[2 * index + 2]!;
    }
    return made;
  };
}

function stringAtPath(params: Params, path: readonly string[]): string | undefined {
  let value: Value | undefined = params;
  for (const key of path) {
    if (!isObject(value) || !Object.hasOwn(value, key) || typedKindOf(value) === "rawJsonMap") return undefined;
    value = value[key];
  }
  return typeof value === "string" ? value : undefined;
}

const knownOptions = new Set(["missingkey=default", "missingkey=invalid", "missingkey=zero", "missingkey=error"]);

function checkOptions({ goTemplate, options }: TextLanguage): void {
  const unknown = goTemplate ? options.find((option) => !knownOptions.has(option)) : undefined;
  if (unknown === undefined) return;
  throw new InputError(`unrecognized option: ${unknown}`, {
    code: "APPSET_TEMPLATE_OPTION",
    hint: `goTemplateOptions knows ${[...knownOptions].join(", ")}`,
  });
}
