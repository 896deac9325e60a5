import { RE2JS } from "re2js";
import { kustomizeError } from "./errors.js";

export type TextMatcher = (text: string) => boolean;

const compiled = new Map<string, TextMatcher>();
const maxCompiled = 5000;

/** A Go regular expression, searched for anywhere in a text; linear in time whatever the pattern. */
export function compileGoRegex(pattern: string): TextMatcher {
  const known = compiled.get(pattern);
  if (known) return known;
  const matcher = compile(pattern);
  if (compiled.size >= maxCompiled) compiled.clear();
  compiled.set(pattern, matcher);
  return matcher;
}

function compile(pattern: string): TextMatcher {
  const whole = /^\^\(\?:([\w/:@.-]*)\)\$$/.exec(pattern)?.[1];
  if (whole !== undefined) return whole.includes(".") ? dotted(`^${whole}$`) : (text) => text === whole;
  if (/^[\w/:@.-]*$/.test(pattern)) return pattern.includes(".") ? dotted(pattern) : (text) => text.includes(pattern);
  try {
    const regex = RE2JS.compile(pattern);
    return (text) => regex.matcher(text).find();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw kustomizeError("KUSTOMIZE_FIELD", `error parsing regexp: ${reason}`, { cause: error });
  }
}

/** Letters and dots alone mean the same to both engines but for what a dot leaves out. */
function dotted(pattern: string): TextMatcher {
  const regex = new RegExp(pattern.replaceAll(".", "[^\\n]"), "u");
  return (text) => regex.test(text);
}

/** An expression that must match a whole text; an empty one matches everything. */
export function anchoredGoRegex(pattern: string): TextMatcher {
  return pattern === "" ? () => true : compileGoRegex(`^(?:${pattern})$`);
}
