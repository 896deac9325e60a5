import { decodeJson } from "../../gotemplate/json/decode.js";
import { toPlain } from "../../gotemplate/value/to-plain.js";
import type { Value } from "../../manifest/value.js";
import { metaschemaTexts } from "./metaschemas.generated.js";

const parsed = new Map<string, Value>();

/** The schema of schemas at an address (without its `#`), undefined where it is none of the drafts' own. */
export function metaschemaAt(address: string): Value | undefined {
  const text = metaschemaTexts.get(address) ?? metaschemaTexts.get(address.replace(/^https?/, other));
  if (text === undefined) return undefined;
  const known = parsed.get(text);
  if (known !== undefined) return known;
  const made = toPlain(decodeJson(text));
  parsed.set(text, made);
  return made;
}

function other(scheme: string): string {
  return scheme === "http" ? "https" : "http";
}
