import type { TemplateFailure } from "../gotemplate/errors.js";
import { warnEnd, warnStart } from "../gotemplate/funcs/helm.js";

/** A parse error as Helm prints it: the place and the last reason of the chain. */
export function parseErrorText(file: string, failure: TemplateFailure): string {
  const tokens = failure.message.split(": ");
  if (tokens.length === 1) return `parse error in (${file}): ${failure.message}`;
  return `parse error at (${tokens[1]}): ${tokens.at(-1)}`;
}

/** An execution error as Helm prints it: one block an enclosing template, or the bare message of `required` and `fail`. */
export function executionErrorText(file: string, failure: TemplateFailure): string {
  const [, location, rest] = splitN(failure.message, ": ", 3);
  if (location === undefined || rest === undefined) return `execution error in (${file}): ${failure.message}`;
  const start = rest.indexOf(warnStart);
  const end = rest.lastIndexOf(warnEnd);
  if (start >= 0 && end > start) return `execution error at (${location}): ${rest.slice(start + warnStart.length, end)}`;
  const blocks: string[] = [];
  for (let current: TemplateFailure | undefined = failure; current; current = current.details.cause) {
    const block = traceBlock(current.message);
    // An innermost error that is not the template engine's own: the original then prints the chain as it is.
    if (block === undefined) return failure.message;
    if (blocks.at(-1) !== block) blocks.push(block);
  }
  return blocks.join("").trim();
}

/** `strings.SplitN` */
function splitN(text: string, separator: string, count: number): string[] {
  const parts = text.split(separator);
  return parts.length <= count ? parts : [...parts.slice(0, count - 1), parts.slice(count - 1).join(separator)];
}

/** `template: LOCATION: executing "NAME" at <NODE>: MESSAGE` on lines of their own; undefined for any other error. */
function traceBlock(message: string): string | undefined {
  const prefix = "template: ";
  if (!message.startsWith(prefix)) return undefined;
  const rest = message.slice(prefix.length);
  if (rest.startsWith("no template ")) return `${message}\n`;
  const executing = rest.indexOf(": executing ");
  if (executing >= 0) {
    const block = executingBlock(rest.slice(0, executing), rest.slice(executing + ": executing ".length));
    if (block !== undefined) return block;
  }
  const separator = rest.lastIndexOf(": ");
  if (separator < 0) return undefined;
  return `${rest.slice(0, separator)}\n  ${cutChained(rest.slice(separator + 2))}\n`;
}

function executingBlock(location: string, after: string): string | undefined {
  const match = /^"([^"]*)" at <([\s\S]*)$/.exec(after);
  const [, name, rest] = match ?? [];
  if (rest === undefined) return undefined;
  const close = rest.indexOf(">: ");
  if (close < 0) return undefined;
  return `${location}\n  executing "${name}" at <${rest.slice(0, close)}>:\n    ${cutChained(rest.slice(close + 3))}\n`;
}

/** The message without the chained error that follows it. */
function cutChained(message: string): string {
  const cut = message.indexOf(" template:");
  return cut < 0 ? message : message.slice(0, cut);
}
