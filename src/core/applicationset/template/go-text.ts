import { InputError } from "../../errors.js";
import type { Params } from "../params/params.js";
export function compileGoText(text: string, _options: readonly string[]): (params: Params) => string {
  return () => {
    throw new InputError(`no go templates yet ${text}`, { code: "X" });
  };
}
export function isMissingKey(error: unknown): boolean {
  return error instanceof Error && /map has no entry for key|can't evaluate field/.test(error.message);
}
