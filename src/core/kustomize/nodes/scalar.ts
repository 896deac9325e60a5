import { ScalarLiteral, TaggedScalar } from "../../yaml/scalar-literal.js";
import {
  isMissingOrNull,
  isQuotedScalar,
  isScalar,
  type Node,
  QuotedMisfit,
  QuotedValue,
  type Scalar,
  tagOf,
  textOf,
  UntaggedScalar,
} from "./node.js";
import { isNonStringInYaml11, resolvePlain } from "./resolve.js";
import { unstyledText } from "./tabbed-text.js";

export interface ScalarStyle {
  readonly isQuoted: boolean;
  /** Written with a tag, if it has one. */
  readonly isTagged?: boolean;
}

const plain: ScalarStyle = { isQuoted: false };

export function styleOf(node: Node | undefined): ScalarStyle {
  return { isQuoted: isQuotedScalar(node), isTagged: node instanceof TaggedScalar };
}

/**
 * What a scalar with this tag, text and style reads as once it is written and read again. A quoted scalar with an implicit tag
 * becomes a string then; a tag that the text does not have stays, and is an error when the value is asked for.
 */
export function makeScalar(tag: string, text: string, { isQuoted, isTagged }: ScalarStyle = plain): Scalar {
  if (isTagged && tag !== "" && (isQuoted || tag === "!!str")) return new TaggedScalar(tag, text, isQuoted);
  if (tag === "!!str" || tag === "") {
    if (isQuoted) return new ScalarLiteral("!!str", text);
    return tag === "" && !text.includes("\n") ? untagged(text) : unstyledText(text);
  }
  const resolved = resolvePlain(text);
  if (tagOf(resolved) !== tag) return isQuoted ? new QuotedMisfit(tag, text) : new ScalarLiteral(tag, text);
  if (!isQuoted) return tag === "!!null" ? nullOf(text) : resolved;
  return tag === "!!null" ? new ScalarLiteral("!!str", text) : new QuotedValue(tag, text);
}

/** A text that a step puts into a new field: in quotes where tools that read YAML 1.1 would take it for something else. */
export function madeText(text: string): Scalar {
  return isNonStringInYaml11(text) ? new ScalarLiteral("!!str", text) : text;
}

/** The same without a tag. */
export function madeUntagged(text: string): Scalar {
  return makeScalar("", text, { isQuoted: isNonStringInYaml11(text) });
}

/** A text without tag set over a field: the style of what is there decides how it reads. */
export function untaggedOver(before: Node | undefined, text: string): Node {
  if (before === undefined) return madeUntagged(text);
  if (isScalar(before) && !isMissingOrNull(before) && textOf(before) === text) return withoutTag(before);
  return makeScalar("", text, styleOf(before));
}

/** In quotes a number stays a text, until it is set over a text without them. */
function withoutTag(scalar: Scalar): Scalar {
  const text = textOf(scalar);
  const isQuoted = isQuotedScalar(scalar);
  if (scalar instanceof QuotedMisfit || (scalar instanceof TaggedScalar && !isQuoted)) return makeScalar("", text, { isQuoted });
  if (!isQuoted || scalar instanceof QuotedValue) return scalar;
  const tag = tagOf(resolvePlain(text));
  // With the tag of a null it would take away what it is merged over.
  return tag === "!!str" ? scalar : new QuotedValue(tag === "!!null" ? "" : tag, text);
}

function untagged(text: string): Scalar {
  return new UntaggedScalar(tagOf(resolvePlain(text)), text);
}

function nullOf(text: string): Scalar {
  return text === "" || text === "~" ? new ScalarLiteral("!!null", text) : null;
}
