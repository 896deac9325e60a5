import { construct } from "../../../yaml/construct.js";
import type { DocumentLayout } from "../../../yaml/layout.js";
import type { AliasNode, MappingNode, ScalarNode, SequenceNode, Node as SourceNode } from "../../../yaml/node.js";
import { DEFAULT_BUDGET } from "../../../yaml/parse.js";
import { resolvePlain, shortTag } from "../../../yaml/resolve.js";
import { AliasReference } from "../../../yaml/scalar-literal.js";
import { childOf, isList, isMap, isScalar, type Node, textOf } from "../../nodes/node.js";
import { madeEntry, madeNode } from "./made-node.js";
import type { PrintedNode, PrintedScalar, PrintedStyle } from "./printed-node.js";

export interface Overlay {
  readonly src: string;
  readonly layout: DocumentLayout;
  /** Values that took the place of others as a whole. */
  readonly placed: ReadonlySet<Node>;
}

/**
 * The node of a source with the value that it has after a change: anchors, tags, styles and comments stay. Undefined where the
 * change is none that a source node could show.
 */
export function overlaidNode(source: SourceNode, changed: Node, overlay: Overlay): PrintedNode | undefined {
  if (source.kind === "alias") return changed instanceof AliasReference ? printedAlias(source, overlay) : madeNode(changed);
  if (overlay.placed.has(changed)) return madeNode(changed);
  if (source.kind === "scalar") return isScalar(changed) ? overlaidScalar(source, textOf(changed), overlay) : madeNode(changed);
  if (isScalar(changed)) return madeNode(changed);
  const children =
    source.kind === "mapping" ? overlaidEntries(source, changed, overlay) : overlaidItems(source, changed, overlay);
  if (children === undefined) return undefined;
  const { anchor, isFlow, head, line, foot } = overlay.layout.of(source);
  return { kind: source.kind, anchor, tag: writtenTag(source.tag), isFlow, children, head, line, foot };
}

function printedAlias(source: AliasNode, { layout }: Overlay): PrintedNode {
  const { head, line, foot } = layout.of(source);
  return { kind: "alias", name: source.name, head, line, foot };
}

function overlaidScalar(source: ScalarNode, text: string, overlay: Overlay): PrintedScalar {
  const { anchor, contentPos, head, line, foot } = overlay.layout.of(source);
  const style = source.plain ? "plain" : (styles.get(overlay.src[contentPos] ?? "") ?? "plain");
  const { tag, isForced } = tagFor(source, style, text);
  const isQuoted = isForced && !text.includes("\n");
  return { kind: "scalar", anchor, tag, style: isQuoted ? "double" : style, text, head, line, foot };
}

const styles: ReadonlyMap<string, PrintedStyle> = new Map([
  ["'", "single"],
  ['"', "double"],
  ["|", "literal"],
  [">", "folded"],
]);

/** A plain text that is no longer of its type gets the type's tag; one that was a text is quoted. */
function tagFor(source: ScalarNode, style: PrintedStyle, text: string): { readonly tag: string; readonly isForced: boolean } {
  const written = writtenTag(source.tag);
  if (written !== "") return { tag: written, isForced: false };
  if (style !== "plain") return { tag: "", isForced: false };
  const before = source.text === "<<" ? "!!merge" : resolvePlain(source.text, "kustomize").tag;
  if (resolvePlain(text, "kustomize").tag === before) return { tag: "", isForced: false };
  return before === "!!str" ? { tag: "", isForced: true } : { tag: before, isForced: false };
}

/** go-yaml forgets the tag `!`. */
function writtenTag(tag: string): string {
  if (tag === "" || tag === "!") return "";
  const short = shortTag(tag);
  return short.startsWith("!") ? short : `!<${short}>`;
}

function overlaidEntries(source: MappingNode, changed: Node, overlay: Overlay): readonly PrintedNode[] | undefined {
  if (!isMap(changed)) return undefined;
  const { children } = source;
  const known = new Set<string>();
  const entries: PrintedNode[] = [];
  for (let at = 0; at < children.length; at += 2) {
    const [key, value] = [children[at]!, children[at + 1]!];
    if (key.kind !== "scalar") return undefined;
    const after = known.has(key.text) ? unchanged(value, overlay) : childOf(changed, key.text);
    known.add(key.text);
    const printed = after === undefined ? undefined : overlaidNode(value, after, overlay);
    if (printed === undefined) return undefined;
    entries.push(overlaidScalar(key, key.text, overlay), printed);
  }
  for (const key of Object.keys(changed)) if (!known.has(key)) entries.push(...madeEntry(key, changed[key]!));
  return entries;
}

function overlaidItems(source: SequenceNode, changed: Node, overlay: Overlay): readonly PrintedNode[] | undefined {
  if (!isList(changed) || changed.length < source.children.length) return undefined;
  const items: PrintedNode[] = [];
  for (const [at, value] of changed.entries()) {
    const item = source.children[at];
    const printed = item === undefined ? madeNode(value) : overlaidNode(item, value, overlay);
    if (printed === undefined) return undefined;
    items.push(printed);
  }
  return items;
}

/** What a node says, as it was read. */
function unchanged(node: SourceNode, { src }: Overlay): Node {
  const limits = { maxNodes: DEFAULT_BUDGET.nodes, maxAliasNodes: DEFAULT_BUDGET.aliasExpansion };
  const source = { src, file: undefined, lineOffset: 0 };
  const rules = { dialect: "kustomize", duplicateKeys: "first", keepStyle: true, asNodes: true } as const;
  return construct(node, { ...source, ...limits, ...rules }) as unknown as Node;
}
