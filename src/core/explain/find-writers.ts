import { base64Decode, utf8DecodeLossy } from "../../platform/bytes.js";
import type { KubernetesObject } from "../manifest/object.js";
import { asValue } from "../manifest/object.js";
import type { Value } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { editedTree } from "./edited-tree.js";
import { type FieldPath, valueAt } from "./field-path.js";

/** What is asked: one leaf of one rendered resource. */
export interface Question {
  /** Renders the Application from a tree; may throw. */
  readonly render: (tree: FileTree) => readonly KubernetesObject[];
  /** The files that the render reads. */
  readonly files: readonly string[];
  /** Finds the resource again in another render. */
  readonly find: (manifests: readonly KubernetesObject[]) => KubernetesObject | undefined;
  readonly path: FieldPath;
  /** Of files that set values which others below them set too: the least is applied last. Absent for all others. */
  readonly rankOf?: (file: string) => number | undefined;
  /** What a file is, where it is none of the source's: `ApplicationSet`, `parameters` … */
  readonly kindOf?: (file: string) => string | undefined;
}

export interface Writer {
  readonly file: string;
  readonly line: number;
  /** The line's text, trimmed. */
  readonly text: string;
}

const mark = "zq7x";
const markNumber = "987654";

/**
 * The lines whose text ends up in the leaf: each word that the leaf holds is changed where it stands, everything is rendered again, and the
 * leaf must show that very change. At `most` so many are looked for. So a line that something else overrides is not among them, even where it says the same.
 */
export function findWriters(question: Question, tree: FileTree, most = Number.POSITIVE_INFINITY): readonly Writer[] {
  const leaf = leafText(question, tree);
  if (leaf === undefined) return [];
  const writers: Writer[] = [];
  for (const file of question.files) {
    const bytes = tree.read(file)?.bytes;
    if (!bytes) continue;
    const lines = utf8DecodeLossy(bytes).split("\n");
    for (const [index, line] of lines.entries()) {
      const flows = editsOf(line, leaf.text, leaf.value).some(({ edited, shows }) => {
        const text = [...lines.slice(0, index), edited, ...lines.slice(index + 1)].join("\n");
        const after = leafText(question, editedTree(tree, file, text));
        return after !== undefined && after.text !== leaf.text && after.text.includes(shows);
      });
      if (!flows) continue;
      writers.push({ file, line: index + 1, text: line.trim() });
      if (writers.length >= most) return writers;
    }
  }
  return writers;
}

const mostTried = 600;

/**
 * The lines of values on which the leaf depends without showing them: a template computes it. Any change of a word must change the leaf. Asked where no
 * line shows in it.
 */
export function findDeciders(question: Question, tree: FileTree): readonly Writer[] {
  const leaf = leafText(question, tree);
  const writers: Writer[] = [];
  let left = mostTried;
  for (const file of question.files) {
    if (leaf === undefined || question.rankOf?.(file) === undefined) continue;
    const lines = utf8DecodeLossy(tree.read(file)?.bytes ?? new Uint8Array()).split("\n");
    for (const [index, line] of lines.entries()) {
      const decides = changesOf(line).some((edited) => {
        if (left-- <= 0) return false;
        const after = leafText(question, editedTree(tree, file, lines.with(index, edited).join("\n")));
        return after !== undefined && after.text !== leaf.text;
      });
      if (decides) writers.push({ file, line: index + 1, text: line.trim() });
    }
  }
  return writers;
}

/** The line with its value changed: the word behind the key, or the item. */
function changesOf(line: string): readonly string[] {
  const [, before = "", word = ""] = /^(\s*(?:- *)?(?:[\w."'-]+:\s+)?["']?)([^\s"'#{}[\]]+)/.exec(line) ?? [];
  if (word === "" || word.endsWith(":")) return [];
  const replace = (by: string): string => before + by + line.slice(before.length + word.length);
  if (word === "true" || word === "false") return [replace(String(word !== "true"))];
  return /^\d+$/.test(word) ? [replace(String(Number(word) + 1)), replace(mark)] : [replace(word + mark), replace(mark + word)];
}

/** The leaf as text: a Secret's in the clear, since that is what a file may say. Undefined when it is not there or nothing renders. */
function leafText(question: Question, tree: FileTree): { readonly text: string; readonly value: Value } | undefined {
  try {
    const object = question.find(question.render(tree));
    const value = object && valueAt(asValue(object), question.path);
    if (value === undefined) return undefined;
    const isEncoded = object?.kind === "Secret" && question.path[0] === "data" && typeof value === "string";
    return { text: isEncoded ? utf8DecodeLossy(base64Decode(value) ?? new Uint8Array()) : String(value), value };
  } catch {
    return undefined;
  }
}

interface Edit {
  readonly edited: string;
  readonly shows: string;
}

function editsOf(line: string, leaf: string, value: Value): readonly Edit[] {
  const edits: Edit[] = [];
  for (const match of line.matchAll(/[^\s"'{}[\],=]+/g)) {
    // A key's colon is no part of a word; a tag's is.
    const word = match[0].replace(/:$/, "");
    if (word === "" || !leaf.includes(word)) continue;
    const replace = (by: string): string => line.slice(0, match.index) + by + line.slice(match.index + word.length);
    if (typeof value === "boolean") edits.push({ edited: replace(String(!value)), shows: String(!value) });
    else if (typeof value !== "string") edits.push({ edited: replace(markNumber), shows: markNumber });
    else {
      edits.push({ edited: replace(word + mark), shows: mark });
      // A number, or a version that must stay one.
      if (/^v?\d/.test(word)) edits.push({ edited: replace(word.replace(/\d+/, markNumber)), shows: markNumber });
    }
  }
  return edits;
}
