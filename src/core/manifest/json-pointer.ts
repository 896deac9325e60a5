import { InputError } from "../errors.js";

/** The reference tokens of an RFC 6901 pointer, `~1` and `~0` undone; "" has none. Throws POINTER_INVALID without a leading slash. */
export function parsePointer(pointer: string): readonly string[] {
  if (pointer === "") return [];
  if (!pointer.startsWith("/"))
    throw new InputError(`JSON pointer ${JSON.stringify(pointer)} must begin with "/"`, { code: "POINTER_INVALID" });
  return pointer
    .slice(1)
    .split("/")
    .map((token) => token.replaceAll("~1", "/").replaceAll("~0", "~"));
}

export function formatPointer(tokens: readonly (string | number)[]): string {
  return tokens.map((token) => `/${String(token).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}
