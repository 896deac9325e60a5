import type { Value } from "../../manifest/value.js";
import { emitYaml } from "../../yaml/emit.js";
import { parseYaml } from "../../yaml/parse.js";
import { resolvePlain as resolveText } from "../../yaml/resolve.js";
import { AliasReference, resolveScalar, ScalarLiteral } from "../../yaml/scalar-literal.js";
import { kustomizeText } from "../../yaml/text.js";
import { mapScalars } from "./map-scalars.js";
import type { Node, Scalar } from "./node.js";

/** What a plain scalar reads as. */
export function resolvePlain(text: string): Scalar {
  const { tag, value } = resolveText(text, "kustomize");
  if (tag === "!!str") return text;
  if (tag === "!!timestamp" || text === "" || kustomizeText(value) !== text) return new ScalarLiteral(tag, text);
  return value;
}

/** Whether a tool that reads YAML 1.1 takes the text for something else than a string; a date is one to it. */
export function isNonStringInYaml11(text: string): boolean {
  if (text === "" || surelyText.test(text) || text.includes("\n")) return false;
  const { tag } = resolveText(text.trim(), "kubernetes");
  if (tag !== "!!str") return tag !== "!!timestamp";
  if (!mayBeStructured.test(text)) return false;
  try {
    return typeof parseYaml(text, { dialect: "kubernetes" }) !== "string";
  } catch {
    return false;
  }
}

/** Words that no dialect reads as something else, seen before anything dearer is asked. */
export const surelyText = /^(?!(?:y|n|yes|no|on|off|true|false|null)$)[a-z][a-z0-9./_,-]*$/i;

/** A text that is more than a plain scalar: it begins with an indicator, or has a key's colon or a comment in it. */
const mayBeStructured = /^\s*[[{#&*!|>'"%@`]|^\s*[-?:](?:[ \t]|$)|^---|^\.\.\.|:(?:[ \t]|$)|[ \t]#/;

/** The node as YAML, for messages. */
export function describeNode(node: Node): string {
  if (node instanceof AliasReference) return `*${node.text}\n`;
  return emitYaml(mapScalars(node, printable) as unknown as Value, { style: "kustomize" });
}

/** What is no number to JSON is shown by its text. */
function printable(scalar: Scalar): Scalar {
  return scalar instanceof ScalarLiteral && scalar.tag === "!!float" && !Number.isFinite(resolveScalar(scalar))
    ? scalar.text
    : scalar;
}
