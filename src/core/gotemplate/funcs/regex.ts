import { RE2JS } from "re2js";
import { functionError, TemplateFailure } from "../errors.js";
import { quote } from "../fmt/quote.js";
import { type FunctionTable, fn } from "../function.js";
import { types } from "../value/type.js";
import { GoList, type GoValue, strings } from "../value/value.js";

const maxCached = 500;
const cache = new Map<string, RE2JS | TemplateFailure>();

/** sprig's regular expressions: RE2 syntax and semantics, linear time. */
export const regexFunctions: FunctionTable = {
  regexMatch: fn("string string", (pattern, text) => {
    const compiled = compile(pattern);
    return compiled instanceof RE2JS && compiled.matcher(text).find();
  }),
  mustRegexMatch: fn("string string", (pattern, text) => compiled(pattern).matcher(text).find()),
  regexFind: fn("string string", (pattern, text) => findFirst(required(pattern), text)),
  mustRegexFind: fn("string string", (pattern, text) => findFirst(compiled(pattern), text)),
  regexFindAll: fn("string string int", (pattern, text, count) => findAll(required(pattern), text, count)),
  mustRegexFindAll: fn("string string int", (pattern, text, count) => findAll(compiled(pattern), text, count)),
  regexReplaceAll: fn("string string string", (pattern, text, template) => replace(required(pattern), text, template)),
  mustRegexReplaceAll: fn("string string string", (pattern, text, template) => replace(compiled(pattern), text, template)),
  regexReplaceAllLiteral: fn("string string string", (pattern, text, literal) =>
    replaceLiteral(required(pattern), text, literal),
  ),
  mustRegexReplaceAllLiteral: fn("string string string", (pattern, text, literal) =>
    replaceLiteral(compiled(pattern), text, literal),
  ),
  regexSplit: fn("string string int", (pattern, text, count) => split(required(pattern), pattern, text, count)),
  mustRegexSplit: fn("string string int", (pattern, text, count) => split(compiled(pattern), pattern, text, count)),
  regexQuoteMeta: fn("string", (text) => text.replace(/[\\.+*?()|[\]{}^$]/g, "\\$&")),
};

/** What matching costs in steps: the machine of a pattern looks at each character of the text, and was built first. */
export function regexSteps(pattern: string, text: string): number {
  const isKnown = cache.has(pattern);
  const result = compile(pattern);
  const size = result instanceof RE2JS ? result.programSize() : pattern.length;
  return Math.ceil((text.length * (size + 16)) / 256) + (isKnown ? 0 : 4 * size);
}

function compile(pattern: string): RE2JS | TemplateFailure {
  const known = cache.get(pattern);
  if (known) return known;
  const result = compileFresh(pattern);
  if (cache.size >= maxCached) cache.clear();
  cache.set(pattern, result);
  return result;
}

function compileFresh(pattern: string): RE2JS | TemplateFailure {
  try {
    return RE2JS.compile(pattern);
  } catch (error) {
    return functionError(error instanceof Error ? error.message : String(error));
  }
}

/** regexp.Compile */
function compiled(pattern: string): RE2JS {
  const result = compile(pattern);
  if (result instanceof TemplateFailure) throw result;
  return result;
}

/** regexp.MustCompile */
function required(pattern: string): RE2JS {
  const result = compile(pattern);
  if (!(result instanceof TemplateFailure)) return result;
  const shown = /^[^`\x00-\x08\x0a-\x1f\x7f\ufeff]*$/.test(pattern) ? `\`${pattern}\`` : quote(pattern);
  throw functionError(`regexp: Compile(${shown}): ${result.message}`);
}

interface Match {
  readonly start: number;
  readonly end: number;
  readonly group: (name: string | number) => string;
}

/** All matches as Go finds them: none empty right after another. */
function* matches(pattern: RE2JS, text: string): Generator<Match> {
  const matcher = pattern.matcher(text);
  let previousEnd = -1;
  let at = 0;
  while (at <= text.length && matcher.find(at)) {
    const start = matcher.start();
    const end = matcher.end();
    const isEmpty = start === end;
    if (!isEmpty || start !== previousEnd) yield { start, end, group: (name) => groupOf(matcher, name) };
    previousEnd = end;
    at = isEmpty ? end + ((text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1) : end;
  }
}

function groupOf(matcher: ReturnType<RE2JS["matcher"]>, name: string | number): string {
  if (typeof name === "number") return name <= matcher.groupCount() ? (matcher.group(name) ?? "") : "";
  return Object.hasOwn(matcher.namedGroups, name) ? (matcher.group(name) ?? "") : "";
}

function findFirst(pattern: RE2JS, text: string): string {
  const matcher = pattern.matcher(text);
  return matcher.find() ? (matcher.group() ?? "") : "";
}

function findAll(pattern: RE2JS, text: string, count: number): GoValue {
  const found: string[] = [];
  if (count !== 0) {
    for (const match of matches(pattern, text)) {
      found.push(text.slice(match.start, match.end));
      if (found.length === count) break;
    }
  }
  return found.length === 0 ? new GoList([], types.strings, true) : strings(found);
}

function replace(pattern: RE2JS, text: string, template: string): string {
  return replaceWith(pattern, text, (match) => expand(template, match));
}

function replaceLiteral(pattern: RE2JS, text: string, literal: string): string {
  return replaceWith(pattern, text, () => literal);
}

function replaceWith(pattern: RE2JS, text: string, replacement: (match: Match) => string): string {
  let out = "";
  let at = 0;
  for (const match of matches(pattern, text)) {
    out += text.slice(at, match.start) + replacement(match);
    at = match.end;
  }
  return out + text.slice(at);
}

/** `$1`, `$name`, `${name}` and `$$`; `$1W` names the group "1W". */
function expand(template: string, match: Match): string {
  return template.replace(/\$(?:\$|([\p{L}\p{Nd}_]+)|\{([\p{L}\p{Nd}_]+)\})/gu, (whole, bare?: string, braced?: string) => {
    const name = bare ?? braced;
    if (name === undefined) return whole === "$$" ? "$" : whole;
    return match.group(/^[0-9]+$/.test(name) && !/^0[0-9]/.test(name) ? Number(name) : name);
  });
}

/** Regexp.Split */
function split(pattern: RE2JS, source: string, text: string, count: number): GoValue {
  if (count === 0) return new GoList([], types.strings, true);
  if (source !== "" && text === "") return strings([""]);
  const parts: string[] = [];
  let start = 0;
  let end = 0;
  let seen = 0;
  for (const match of matches(pattern, text)) {
    if (count > 0 && (parts.length === count - 1 || seen++ >= count)) break;
    end = match.start;
    if (match.end !== 0) parts.push(text.slice(start, end));
    start = match.end;
  }
  if (end !== text.length) parts.push(text.slice(start));
  return strings(parts);
}
