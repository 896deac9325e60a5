import type { Value } from "../../manifest/value.js";
import { emitYaml } from "../../yaml/emit.js";
import type { MappingNode, Node, ScalarNode } from "../../yaml/node.js";
import { composeDocuments } from "../../yaml/parse.js";
import { isOldBoolean, type Resolved, resolveTagged } from "../../yaml/resolve.js";
import { kustomizeError } from "../model/errors.js";
import { type Shape, type Struct, typeName } from "./shapes.js";

/**
 * Reads `value` as `shape` by the rules of go-yaml v3, which a few plugins decode with: any scalar is text, `yes` and `off` are
 * booleans, names match exactly, and all that does not fit is told at once with its line in the printed value.
 */
export function decodeByGoYaml(value: Value, shape: Struct): unknown {
  const text = emitYaml(value, { style: "kustomize" });
  const { documents } = composeDocuments(text, { dialect: "kustomize" });
  const root = documents[0]?.root;
  if (root === undefined) return {};
  const decoder = new GoYamlDecoder(text);
  const read = decoder.read(root, shape);
  decoder.throwErrors();
  return read;
}

class GoYamlDecoder {
  readonly #text: string;
  readonly #errors: string[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  throwErrors(): void {
    if (this.#errors.length > 0)
      throw kustomizeError("KUSTOMIZE_FIELD", `yaml: unmarshal errors:\n${this.#errors.map((error) => `  ${error}`).join("\n")}`);
  }

  /** undefined where nothing is set. */
  read(node: Node, shape: Shape): unknown {
    switch (node.kind) {
      case "alias":
        return this.read(node.target, shape);
      case "scalar":
        return this.#scalar(node, shape);
      case "sequence":
        if (shape.kind !== "list") return this.#mismatch(node, "!!seq", "", shape);
        return node.children.flatMap((child) => this.read(child, shape.of) ?? []);
      case "mapping":
        return shape.kind === "struct" ? this.#struct(node, shape) : this.#mismatch(node, "!!map", "", shape);
    }
  }

  #struct(node: MappingNode, shape: Struct): unknown {
    const result: { [key: string]: unknown } = {};
    for (let i = 0; i < node.children.length; i += 2) {
      const key = node.children[i]!;
      const entry = key.kind === "scalar" && Object.hasOwn(shape.fields, key.text) ? shape.fields[key.text] : undefined;
      if (key.kind !== "scalar" || entry === undefined) continue;
      const read = this.read(node.children[i + 1]!, entry.shape);
      if (read !== undefined) result[key.text] = read;
    }
    return result;
  }

  #scalar(node: ScalarNode, shape: Shape): unknown {
    const { tag, value }: Resolved = node.plain ? resolveTagged(node.text, "", "kustomize") : { tag: "!!str", value: node.text };
    if (value === null) return undefined;
    if (shape.kind === "text") return node.text;
    if (shape.kind === "boolean" && typeof value === "boolean") return value;
    if (shape.kind === "boolean" && typeof value === "string" && isOldBoolean(value)) return /^(?:y|on)/i.test(value);
    return this.#mismatch(node, tag, ` \`${shortened(node.text)}\``, shape);
  }

  #mismatch(node: Node, tag: string, shown: string, shape: Shape): undefined {
    const line = this.#text.slice(0, node.pos).split("\n").length;
    this.#errors.push(`line ${line}: cannot unmarshal ${tag}${shown} into ${typeName(shape)}`);
    return undefined;
  }
}

function shortened(text: string): string {
  return text.length > 10 ? `${text.slice(0, 7)}...` : text;
}
