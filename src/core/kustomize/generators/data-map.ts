import { base64Encode } from "../../../platform/bytes.js";
import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import { childOf, isMap, isMissingOrNull, type Node, type NodeMap, textOf } from "../nodes/node.js";
import { madeText } from "../nodes/scalar.js";
import { unstyledText } from "../nodes/tabbed-text.js";
import { noteMadeKeys } from "../nodes/text-key.js";

/** A value of a generator: text, or bytes that are not UTF-8. */
export type DataValue = string | Uint8Array;

/** A map of texts at the root of a resource. */
export function dataTexts(value: NodeMap, field: string): { [key: string]: string } {
  const map = childOf(value, field);
  const result: { [key: string]: string } = {};
  if (isMap(map)) for (const [key, text] of Object.entries(map)) result[key] = isMissingOrNull(text) ? "" : textOf(text);
  return result;
}

/** Puts values into `data`, or into `binaryData` what is not UTF-8 or was there before. */
export function configMapData(value: NodeMap, values: { readonly [key: string]: DataValue }, isBinary = false): NodeMap {
  const data: { [key: string]: Node } = {};
  const binary: { [key: string]: Node } = {};
  for (const [key, content] of Object.entries(values)) {
    if (typeof content !== "string") binary[key] = styled(encodeInLines(content));
    else if (isBinary) binary[key] = styled(content);
    else data[key] = styled(content);
  }
  return withEntries(withEntries(value, "data", data), "binaryData", binary);
}

/** Puts values into a Secret's `data`, in base64; the field is there even when it is empty. */
export function secretData(value: NodeMap, values: { readonly [key: string]: DataValue }): NodeMap {
  const data: { [key: string]: Node } = {};
  for (const [key, content] of Object.entries(values)) data[key] = styled(encodeInLines(content));
  return withEntries({ ...value, data: {} }, "data", data);
}

function withEntries(value: NodeMap, field: string, entries: { readonly [key: string]: Node }): NodeMap {
  const keys = Object.keys(entries);
  if (keys.length === 0) return value;
  const before = childOf(value, field);
  const map = { ...(isMap(before) ? before : {}), ...entries };
  noteMadeKeys(map, keys);
  return { ...value, [field]: map };
}

function styled(text: string): Node {
  if (!text.includes("\n")) return madeText(text);
  const unstyled = unstyledText(text);
  return typeof unstyled === "string" ? new ScalarLiteral("!!str", text) : unstyled;
}

const lineLength = 70;

/** Base64, broken into lines of 70 characters once it is longer. */
function encodeInLines(content: DataValue): string {
  const encoded = base64Encode(content);
  if (encoded.length < lineLength) return encoded;
  let result = "";
  for (let i = 0; i < encoded.length; i += lineLength) result += `${encoded.slice(i, i + lineLength)}\n`;
  return result;
}

export function withoutField(value: NodeMap, field: string): NodeMap {
  if (!Object.hasOwn(value, field)) return value;
  const { [field]: _removed, ...rest } = value;
  return rest;
}
