/** Where a TOML reader stopped; `line` is 1-based. */
export interface TomlProblem {
  readonly line: number;
  readonly reason: string;
}

/**
 * The words of BurntSushi/toml for the mistakes that people make: Helm's `fromToml` puts them into the result, so that charts can print them.
 * A mistake outside of this table keeps the reader's own words.
 */
export function tomlErrorText(text: string, problem: TomlProblem): string {
  const lines = text.split("\n");
  const number = Math.min(problem.line, lines.length);
  const line = lines[number - 1] ?? "";
  const isLast = number === lines.length;
  const found = line.trimStart().startsWith("[")
    ? tableReason(line, isLast)
    : keyReason(line, isLast, sectionAt(lines, number), problem);
  const lastKey = found?.key === undefined ? "" : ` (last key "${found.key}")`;
  return `toml: line ${found?.line === undefined ? number : number + found.line}${lastKey}: ${found?.reason ?? problem.reason}`;
}

interface Reason {
  readonly reason: string;
  readonly key?: string;
  /** Lines further down, where the original notices it. */
  readonly line?: number;
}

function tableReason(line: string, isLast: boolean): Reason | undefined {
  const found = isLast ? "\\x00" : "\\n";
  const below = isLast ? {} : { line: 1 };
  if (/^\s*\[\s*\]/.test(line)) return { reason: "unexpected end of table name (table names cannot be empty)" };
  if (/^\s*\[\[[^\]]*\]\s*$/.test(line))
    return { reason: `expected end of table array name delimiter ']', but got '${found}' instead`, ...below };
  if (/^\s*\[[^\]]*$/.test(line))
    return { reason: `expected '.' or ']' to end table name, but got '${found}' instead`, ...below };
  const name = /^\s*\[([^\]]+)\]/.exec(line)?.[1]?.trim();
  return name === undefined ? undefined : { reason: `Key '${name}' has already been defined.` };
}

const bareKey = `(?:[A-Za-z0-9_-]+|"[^"]*"|'[^']*')`;
const dottedKey = new RegExp(String.raw`^\s*(${bareKey}(?:\s*\.\s*${bareKey})*)\s*`);

function keyReason(line: string, isLast: boolean, section: string, problem: TomlProblem): Reason | undefined {
  if (/^\s*=/.test(line)) return { reason: "unexpected '=': key name appears blank" };
  const key = dottedKey.exec(line);
  const rest = line.slice(key?.[0].length ?? 0);
  if (!rest.startsWith("=")) {
    if (key && rest === "" && isLast) return { reason: "unexpected EOF; expected key separator '='" };
    return { reason: `expected '.' or '=', but got '${rest === "" ? "\\n" : rest[0]}' instead` };
  }
  const name = `${section}${(key?.[1] ?? "").replace(/["'\s]/g, "")}`;
  const value = rest.slice(1).trim();
  if (/redefine/.test(problem.reason)) return { key: name, reason: `Key '${name}' has already been defined.` };
  const reason = valueReason(value, isLast);
  if (reason !== undefined) return { key: name, reason };
  return undefined;
}

function valueReason(value: string, isLast: boolean): string | undefined {
  if (value === "") return isLast ? "unexpected EOF; expected value" : "expected value but found '\\n' instead";
  const quote = /^("""|'''|"|')/.exec(value)?.[1];
  if (quote !== undefined && !value.slice(quote.length).includes(quote)) {
    return isLast || quote.length === 3
      ? `unexpected EOF; expected ${quote.startsWith("'") ? `"${quote}"` : `'${quote}'`}`
      : "strings cannot contain newlines";
  }
  if (/^\[[^\]]*$/.test(value) && isLast) return "expected a comma (',') or array terminator (']'), but got end of file";
  const word = /^[A-Za-z]+/.exec(value)?.[0];
  return word === undefined || /^(true|false|inf|nan)$/.test(word) ? undefined : `expected value but found "${word}" instead`;
}

/** `t.` for a line below `[t]`. */
function sectionAt(lines: readonly string[], number: number): string {
  for (let index = number - 2; index >= 0; index--) {
    const name = /^\s*\[\[?([^\]]+)\]/.exec(lines[index] ?? "")?.[1];
    if (name !== undefined) return `${name.trim()}.`;
  }
  return "";
}
