import { allowsBlock } from "../../yaml/emit-scalar.js";
import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import type { Scalar } from "./node.js";

/** Lines that the original writes as a block scalar and then cannot read: the first begins with a tab. An error when it is printed. */
export class TabbedText extends ScalarLiteral {
  constructor(text: string) {
    super("!!str", text);
  }
}

/** A string without a style of its own, which the original writes as `|` where it has lines. */
export function unstyledText(text: string): Scalar {
  return text.startsWith("\t") && text.includes("\n") && allowsBlock(text) ? new TabbedText(text) : text;
}
