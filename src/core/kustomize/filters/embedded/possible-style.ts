import { analyse } from "../../../yaml/emit-scalar.js";
import type { PrintedNode, PrintedScalar, PrintedStyle } from "./printed-node.js";

const MAX_SIMPLE_KEY = 128;

/** Whether a key can stand before its colon without a `?`. */
export function isSimpleKey(key: PrintedNode): boolean {
  switch (key.kind) {
    case "alias":
      return bytesOf(key.name) <= MAX_SIMPLE_KEY;
    case "scalar":
      return !analyse(key.text, 3).multiline && bytesOf(key.anchor + key.tag + key.text) <= MAX_SIMPLE_KEY;
    default:
      return key.children.length === 0 && bytesOf(key.anchor + key.tag) <= MAX_SIMPLE_KEY;
  }
}

function bytesOf(text: string): number {
  let bytes = 0;
  for (const char of text) {
    const code = char.codePointAt(0) as number;
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  }
  return bytes;
}

/** The style that a scalar has, or the next one that can hold its text here. */
export function possibleStyle({ text, style: asked }: PrintedScalar, inFlow: boolean, isSimpleKey: boolean): PrintedStyle {
  const { plainAllowed, singleAllowed, blockAllowed, multiline } = analyse(text, 3);
  let style = asked === "plain" && text.includes("\n") ? "literal" : asked;
  if (isSimpleKey && multiline) style = "double";
  if (style === "plain") {
    const isBarred = inFlow ? !plainAllowed || text === "" || /[,?[\]{}:]/.test(text) : !plainAllowed;
    if (isBarred || (text === "" && isSimpleKey)) style = "single";
  }
  if (style === "single" && !singleAllowed) style = "double";
  if ((style === "literal" || style === "folded") && (!blockAllowed || inFlow || isSimpleKey)) style = "double";
  return style;
}
