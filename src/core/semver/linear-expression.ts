import { RE2JS } from "re2js";
import { once } from "../once.js";

/** An expression that takes linear time, whatever a chart or an Application asks of it. */
export interface LinearExpression {
  /** The groups of the first match, the whole of it first; absent ones are "". */
  readonly find: (text: string) => readonly string[] | undefined;
  readonly findAll: (text: string) => readonly (readonly string[])[];
}

// Short texts with single blanks, as nearly all are, leave little to try again: JavaScript's own engine is as safe there, and quicker.
const harmless = /^[!-~]+(?: [!-~]+)*$/;
const longestHarmless = 40;

/**
 * RE2's meaning of `source`, which must mean the same to both engines for printable ASCII and may nest repetitions only where something
 * stands between them.
 */
export function linearExpression(source: string): LinearExpression {
  const quick = once(() => new RegExp(source, "g"));
  const linear = once(() => RE2JS.compile(source));
  const all = function* (text: string): Generator<readonly string[]> {
    if (text.length <= longestHarmless && harmless.test(text)) {
      for (const match of text.matchAll(quick())) yield Array.from(match, (group) => group ?? "");
      return;
    }
    const matcher = linear().matcher(text);
    while (matcher.find()) yield Array.from({ length: matcher.groupCount() + 1 }, (_, index) => matcher.group(index) ?? "");
  };
  return { find: (text) => all(text).next().value ?? undefined, findAll: (text) => [...all(text)] };
}
