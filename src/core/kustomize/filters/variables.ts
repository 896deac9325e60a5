import { formatGoFloat } from "../../yaml/go-number.js";
import { ScalarLiteral } from "../../yaml/scalar-literal.js";
import type { Scalar } from "../nodes/node.js";
import { makeScalar } from "../nodes/scalar.js";

export type VarValue =
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "integer"; readonly text: string }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "boolean"; readonly value: boolean }
  /** Not replaced: `$(NAME)` stays. */
  | { readonly kind: "collection" };

/** Expands `$(NAME)`; `$$` is a dollar sign. A text that is one variable and nothing else takes the type of its value. */
export function expandVariables(text: string, values: ReadonlyMap<string, VarValue>, used: Set<string>): Scalar {
  let result = "";
  let copied = 0;
  for (let position = 0; position < text.length; position++) {
    if (text[position] !== "$" || position + 1 >= text.length) continue;
    result += text.slice(copied, position);
    const next = text[position + 1]!;
    const close = next === "(" ? text.indexOf(")", position + 2) : -1;
    if (close >= 0) {
      const name = text.slice(position + 2, close);
      const value = values.get(name);
      if (value && value.kind !== "collection") {
        used.add(name);
        if (text === `$(${name})`) return scalarOf(value);
        result += textOf(value);
      } else result += `$(${name})`;
      position = close;
    } else {
      result += next === "$" ? "$" : `$${next}`;
      position += 1;
    }
    copied = position + 1;
  }
  return stringOf(result + text.slice(copied));
}

function stringOf(text: string): Scalar {
  return text.includes("\n") ? new ScalarLiteral("!!str", text) : text;
}

type Primitive = Exclude<VarValue, { readonly kind: "collection" }>;

function scalarOf(value: Primitive): Scalar {
  switch (value.kind) {
    case "text":
      return stringOf(value.text);
    case "integer":
      return makeScalar("!!int", value.text);
    case "float":
      return makeScalar("!!float", decimal(value.value));
    case "boolean":
      return value.value;
  }
}

function textOf(value: Primitive): string {
  switch (value.kind) {
    case "text":
    case "integer":
      return value.text;
    case "float":
      return Math.abs(value.value) >= 1e21 || (value.value !== 0 && Math.abs(value.value) < 1e-4)
        ? formatGoFloat(value.value)
        : decimal(value.value);
    case "boolean":
      return String(value.value);
  }
}

/** Go's FormatFloat with 'f': never an exponent. */
function decimal(value: number): string {
  const text = String(value);
  if (!/e/.test(text)) return text;
  return value.toLocaleString("en-US", { useGrouping: false, maximumFractionDigits: 20 });
}
