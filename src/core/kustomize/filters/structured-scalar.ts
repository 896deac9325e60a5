import { analyse, writeDoubleQuoted, writeLiteral, writePlain, writeSingleQuoted } from "../../yaml/emit-scalar.js";
import type { ScalarNode } from "../../yaml/node.js";
import { resolvePlain, shortTag } from "../../yaml/resolve.js";

export interface ScalarPlace {
  readonly inFlow: boolean;
  /** Column of the lines of a block scalar. */
  readonly indent: number;
}

/**
 * The scalar that stood in a source with another text, as go-yaml v3 prints the node it read: anchor, tag and style stay, and a plain
 * text that is no longer of its type gets the type's tag. Undefined for what is not printed here: the tag `!`.
 */
export function printSourceScalar(src: string, node: ScalarNode, text: string, place: ScalarPlace): string | undefined {
  const { anchor, mark } = propertiesAt(src, node);
  const style = styleOf(node, mark);
  if (style === undefined || node.tag === "!") return undefined;
  const { tag, isForced } = tagFor(node, style, text);
  const written = write(text, style === "plain" && isForced ? "double" : style, place);
  return [anchor, tag, written].filter((part) => part !== "").join(" ");
}

/** A scalar without a tag, as a replacement makes one. */
export function printUntagged(text: string, place: ScalarPlace): string {
  return write(text, "plain", place);
}

type Style = "plain" | "single" | "double" | "literal" | "folded";

function propertiesAt(src: string, { pos }: ScalarNode): { readonly anchor: string; readonly mark: string } {
  const [all = ""] = /^(?:[&!]\S*[ \t]*)*/.exec(src.slice(pos, pos + 400)) ?? [];
  return { anchor: /&\S+/.exec(all)?.[0] ?? "", mark: src[pos + all.length] ?? "" };
}

function styleOf({ plain }: ScalarNode, mark: string): Style | undefined {
  if (plain) return "plain";
  if (mark === "'") return "single";
  if (mark === '"') return "double";
  if (mark === ">") return "folded";
  return mark === "|" ? "literal" : undefined;
}

function tagFor(node: ScalarNode, style: Style, text: string): { readonly tag: string; readonly isForced: boolean } {
  if (node.tag !== "") return { tag: shortTag(node.tag), isForced: false };
  if (style !== "plain") return { tag: "", isForced: false };
  const before = resolvePlain(node.text, "kustomize").tag;
  if (resolvePlain(text, "kustomize").tag === before) return { tag: "", isForced: false };
  return before === "!!str" ? { tag: "", isForced: true } : { tag: before, isForced: false };
}

const unfolded = Number.POSITIVE_INFINITY;

function write(text: string, asked: Style, { inFlow, indent }: ScalarPlace): string {
  const { plainAllowed, singleAllowed, blockAllowed } = analyse(text, 3);
  let style = asked === "plain" && text.includes("\n") ? "literal" : asked;
  if (style === "plain" && (!plainAllowed || (inFlow && (text === "" || /[,?[\]{}:]/.test(text))))) style = "single";
  if (style === "single" && !singleAllowed) style = "double";
  if ((style === "literal" || style === "folded") && (!blockAllowed || inFlow)) style = "double";
  const folding = { column: 0, indent, width: unfolded };
  switch (style) {
    case "plain":
      return writePlain(text, folding);
    case "single":
      return writeSingleQuoted(text, folding).replace(
        /\n+(?=([^\n]?))/g,
        (breaks, next) => `\n${breaks}${next === "'" || next === "" ? "" : " ".repeat(indent)}`,
      );
    case "double":
      return writeDoubleQuoted(text);
    case "literal":
      return writeLiteral(text, indent, 2);
    case "folded":
      return writeFolded(text, indent);
  }
}

/** go-yaml doubles the break after a line that does not begin with a blank, also the last one. */
function writeFolded(text: string, indent: number): string {
  const [head = ""] = writeLiteral(text, indent, 2).split("\n");
  const lines = text.split("\n");
  const isPlainLine = (line: string): boolean => line !== "" && !/^[ \t]/.test(line);
  const body = lines.map((line, at) => {
    const written = line === "" ? "" : " ".repeat(indent) + line;
    return at < lines.length - 1 && isPlainLine(line) && !/^[ \t]/.test(text) ? `${written}\n` : written;
  });
  const all = `${head.replace("|", ">")}\n${body.join("\n")}`;
  return text.endsWith("\n") ? all.slice(0, -1) : all;
}
