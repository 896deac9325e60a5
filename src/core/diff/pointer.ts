import type { Value } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";

/**
 * Takes out of a value what a JSON pointer names; undefined where there is nothing. As the library of Argo CD has it:
 * negative indexes count from the end, and the text before the first slash is passed over.
 */
export function pointerRemoval(pointer: string): (value: Value) => Value | undefined {
  const tokens = pointer.split("/").slice(1).map(unescaped);
  return (value) => (tokens.length === 0 ? undefined : remove(value, tokens, 0));
}

function remove(value: Value, tokens: readonly string[], at: number): Value | undefined {
  const token = tokens[at]!;
  const isLast = at === tokens.length - 1;
  if (Array.isArray(value)) {
    const index = listIndex(token, value.length);
    if (index === undefined) return undefined;
    if (isLast) return value.toSpliced(index, 1);
    const inner = remove(value[index] as Value, tokens, at + 1);
    return inner === undefined ? undefined : value.with(index, inner);
  }
  if (!isObject(value) || !Object.hasOwn(value, token)) return undefined;
  if (isLast) {
    const { [token]: _, ...kept } = value;
    return kept;
  }
  const inner = remove(value[token] as Value, tokens, at + 1);
  return inner === undefined ? undefined : { ...value, [token]: inner };
}

function listIndex(token: string, length: number): number | undefined {
  if (!/^[+-]?\d+$/.test(token)) return undefined;
  const index = Number(token);
  const found = index < 0 ? index + length : index;
  return found >= 0 && found < length ? found : undefined;
}

function unescaped(token: string): string {
  return token.includes("~") ? token.replaceAll("~1", "/").replaceAll("~0", "~") : token;
}
