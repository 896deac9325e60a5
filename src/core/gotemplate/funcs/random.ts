import { functionError } from "../errors.js";
import type { FunctionContext } from "../function.js";

const maxRandom = 1_000_000;

/** Random bytes from the caller's source; `name` is the function that asks, so that drifting templates can be told. */
export function randomBytes(context: FunctionContext, name: string, count: number): Uint8Array {
  if (count < 0) throw functionError("runtime error: makeslice: len out of range");
  if (count > maxRandom) throw functionError(`${name}: more than ${maxRandom} random bytes`);
  context.spend(count);
  context.environment.onUnstable?.(name);
  return context.environment.randomBytes(count);
}

/** A number in [0, limit), without bias. */
export function randomBelow(context: FunctionContext, name: string, limit: bigint): bigint {
  const size = Math.max(1, Math.ceil(limit.toString(2).length / 8));
  const span = 1n << BigInt(8 * size);
  const fair = span - (span % limit);
  for (;;) {
    let value = 0n;
    for (const byte of randomBytes(context, name, size)) value = (value << 8n) | BigInt(byte);
    if (value < fair) return value % limit;
  }
}

/** `count` characters of `alphabet`. */
export function randomText(context: FunctionContext, name: string, alphabet: string, count: number): string {
  if (count <= 0) return "";
  let out = "";
  const fair = 256 - (256 % alphabet.length);
  while (out.length < count) {
    for (const byte of randomBytes(context, name, count - out.length)) {
      if (byte < fair) out += alphabet[byte % alphabet.length];
    }
  }
  return out;
}
