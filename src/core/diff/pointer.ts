import type { Value } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";

/**
 * The value without what a JSON pointer names, or undefined where there is nothing. As the library of Argo CD has it:
 * negative indexes count from the end, and the text before the first slash is passed over.
 */
export function removePointer(value: Value, pointer: string): Value | undefined {
  const tokens = pointer.split("/");
  if (tokens.length < 2) return undefined;
  return remove(value, tokens.slice(1).map(unescaped));
}

function remove(value: Value, tokens: readonly string[]): Value | undefined {
  const [token = "", ...rest] = tokens;
  if (Array.isArray(value)) {
    const index = listIndex(token, value.length);
    if (index === undefined) return undefined;
    if (rest.length === 0) return value.toSpliced(index, 1);
    const inner = remove(value[index] as Value, rest);
    return inner === undefined ? undefined : value.with(index, inner);
  }
  if (!isObject(value) || !Object.hasOwn(value, token)) return undefined;
  if (rest.length === 0) {
    const { [token]: _, ...kept } = value;
    return kept;
  }
  const inner = remove(value[token] as Value, rest);
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
