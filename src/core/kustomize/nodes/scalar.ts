import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import { type Scalar, tagOf, UntaggedScalar } from "./node.js";
import { resolvePlain } from "./resolve.js";
import { unstyledText } from "./tabbed-text.js";

/**
 * What a scalar with this tag, text and style reads as once it is written and read again. A quoted scalar loses an implicit tag and
 * becomes a string; a tag that the text does not have stays, and is an error when the value is asked for.
 */
export function makeScalar(tag: string, text: string, isQuoted: boolean): Scalar {
  if (tag === "!!str" || tag === "") {
    if (isQuoted) return new ScalarLiteral("!!str", text);
    return tag === "" && !text.includes("\n") ? untagged(text) : unstyledText(text);
  }
  const resolved = resolvePlain(text);
  if (tagOf(resolved) !== tag) return new ScalarLiteral(tag, text);
  return isQuoted ? new ScalarLiteral("!!str", text) : resolved;
}

function untagged(text: string): Scalar {
  const resolved = resolvePlain(text);
  return tagOf(resolved) === "!!null" ? resolved : new UntaggedScalar(tagOf(resolved), text);
}
