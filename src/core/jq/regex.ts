import { RE2JS } from "re2js";
import type { Value } from "../manifest/value.js";
import { described, JqError } from "./errors.js";
import { preview } from "./text.js";

const compiled = new Map<string, RE2JS>();
const rememberedPatterns = 256;

/** Matches as `match` gives them; offsets and lengths count characters. Linear in the text, whatever the pattern. */
export function matchAll(text: Value, pattern: Value, flags: Value): readonly Value[] {
  const expression = compilePattern("match", text, pattern, flags);
  const subject = text as string;
  const isGlobal = typeof flags === "string" && flags.includes("g");
  const matcher = expression.matcher(subject);
  const names = new Map<number, string>();
  for (const [name, index] of Object.entries(expression.namedGroups())) names.set(index as number, name);
  const found: Value[] = [];
  const offsetOf = characterOffsets(subject);
  while (matcher.find()) {
    const [start, end] = [matcher.start(), matcher.end()];
    const captures: Value[] = [];
    for (let group = 1; group <= matcher.groupCount(); group++) {
      const [from, to] = [matcher.start(group), matcher.end(group)];
      const name = names.get(group) ?? null;
      captures.push(
        from < 0
          ? { name, offset: -1, length: 0, string: null }
          : { name, offset: offsetOf(from), length: offsetOf(to) - offsetOf(from), string: subject.slice(from, to) },
      );
    }
    found.push({ offset: offsetOf(start), length: offsetOf(end) - offsetOf(start), string: subject.slice(start, end), captures });
    if (!isGlobal) break;
  }
  return found;
}

export function testPattern(text: Value, pattern: Value, flags: Value): boolean {
  return compilePattern("test", text, pattern, flags)
    .matcher(text as string)
    .find();
}

function compilePattern(name: string, text: Value, pattern: Value, flags: Value): RE2JS {
  if (typeof text !== "string" || typeof pattern !== "string" || (flags !== null && typeof flags !== "string")) {
    throw new JqError(`${name}(${preview(pattern)}; ${preview(flags)}) cannot be applied to: ${described(text)}`);
  }
  const options = flags ?? "";
  if (/[^gim]/.test(options)) throw new JqError(`unsupported regular expression flag: ${JSON.stringify(options)}`);
  const source = `${options.includes("m") ? "(?s)" : ""}${options.includes("i") ? "(?i)" : ""}${pattern}`;
  const known = compiled.get(source);
  if (known) return known;
  try {
    const expression = RE2JS.compile(source);
    if (compiled.size >= rememberedPatterns) compiled.clear();
    compiled.set(source, expression);
    return expression;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new JqError(`invalid regular expression ${JSON.stringify(source)}: ${reason}`);
  }
}

/** UTF-16 position → number of characters before it. */
function characterOffsets(text: string): (at: number) => number {
  if (!/[\ud800-\udfff]/.test(text)) return (at) => at;
  return (at) => [...text.slice(0, at)].length;
}
