import type { Value } from "../manifest/value.js";

export type UpdateOperator = "=" | "|=" | "+=" | "-=" | "*=" | "/=" | "%=" | "//=";
export type ArithmeticOperator = "+" | "-" | "*" | "/" | "%";
export type CompareOperator = "==" | "!=" | "<" | "<=" | ">" | ">=";

export type Pattern =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "array"; readonly items: readonly Pattern[] }
  | {
      readonly kind: "object";
      readonly entries: readonly { readonly variable?: string; readonly key?: Node; readonly value?: Pattern }[];
    };

export interface FunctionDefinition {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: Node;
}

/** A jq expression, as parsed. */
export type Node =
  | { readonly kind: "identity" | "recurse" }
  | { readonly kind: "literal"; readonly value: Value }
  | { readonly kind: "string"; readonly format: string | undefined; readonly parts: readonly (string | Node)[] }
  | { readonly kind: "format"; readonly name: string }
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "index"; readonly of: Node; readonly key: Node }
  | { readonly kind: "slice"; readonly of: Node; readonly from: Node | undefined; readonly to: Node | undefined }
  | { readonly kind: "iterate"; readonly of: Node }
  | { readonly kind: "optional"; readonly of: Node }
  | { readonly kind: "pipe" | "comma" | "alternative" | "and" | "or"; readonly left: Node; readonly right: Node }
  | { readonly kind: "arithmetic"; readonly operator: ArithmeticOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: "compare"; readonly operator: CompareOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: "update"; readonly operator: UpdateOperator; readonly left: Node; readonly right: Node }
  | { readonly kind: "sign"; readonly negative: boolean; readonly of: Node }
  | { readonly kind: "array"; readonly of: Node | undefined }
  | { readonly kind: "object"; readonly entries: readonly { readonly key: Node; readonly value: Node }[] }
  | {
      readonly kind: "if";
      readonly branches: readonly { readonly condition: Node; readonly result: Node }[];
      readonly otherwise: Node | undefined;
    }
  | { readonly kind: "try"; readonly body: Node; readonly handler: Node | undefined }
  | { readonly kind: "reduce"; readonly source: Node; readonly pattern: Pattern; readonly start: Node; readonly update: Node }
  | {
      readonly kind: "foreach";
      readonly source: Node;
      readonly pattern: Pattern;
      readonly start: Node;
      readonly update: Node;
      readonly extract: Node | undefined;
    }
  | { readonly kind: "as"; readonly source: Node; readonly patterns: readonly Pattern[]; readonly body: Node }
  | { readonly kind: "label"; readonly name: string; readonly body: Node }
  | { readonly kind: "break"; readonly name: string }
  | { readonly kind: "definition"; readonly definition: FunctionDefinition; readonly body: Node }
  | { readonly kind: "call"; readonly name: string; readonly args: readonly Node[] };
