import { utf8DecodeLossy } from "../../platform/bytes.js";
import { asValue } from "../manifest/object.js";
import type { Value } from "../manifest/value.js";
import type { FileTree } from "../render/file-tree.js";
import { editedTree } from "./edited-tree.js";
import { valueAt } from "./field-path.js";
import { findDeciders, findWriters, type Question, type Writer } from "./find-writers.js";
import { kustomizationLevels, type Level, type LevelEntry } from "./levels.js";
import { withoutLine } from "./without-line.js";

/** A value of the field and what gave it; the first of a list is what is rendered, each next one what it overrode. */
export interface FieldStep {
  readonly value: Value;
  /** `resource`, or the field of the kustomization: `patches`, `images`, `replicas` …; `values`, `template` or `chart` (Chart.yaml) of a chart; what makes the Application. */
  readonly by: string;
  /** The line that decides. Absent where no line of the files does: the tool's own default, or the Application's options. */
  readonly writer?: Writer;
  /** The kustomization that names the writer's file. */
  readonly through?: string;
  /** Other lines that the value is put together from. */
  readonly also: readonly Writer[];
}

/** Where a leaf's value comes from, and the values that it overrode. `directory` is the source's. Pure; renders many times. */
export function explainField(question: Question, tree: FileTree, directory: string): readonly FieldStep[] {
  const levels = kustomizationLevels(tree, directory);
  const steps: FieldStep[] = [];
  const known = new Set<string>();
  let here = tree;
  for (let left = 20; left > 0; left--) {
    const value = leafValue(question, here);
    if (value === undefined) break;
    const places = placesOf(question, here, levels).sort(
      (a, b) => a.rank - b.rank || Number(known.has(keyOf(a.writer))) - Number(known.has(keyOf(b.writer))),
    );
    const [first, ...others] = places;
    // Without a line of values something must have taken its place: else nothing was overridden.
    if (known.size > 0 && places.every(({ writer }) => known.has(keyOf(writer)))) break;
    if (!first) {
      steps.push({ value, by: "no line of the files", also: [] });
      break;
    }
    steps.push({
      value,
      by:
        first.entry && first.entry.field !== "resources"
          ? first.entry.field
          : (question.kindOf?.(first.writer.file) ?? plainKind(first, levels, question)),
      writer: first.writer,
      ...(first.level && first.level.file !== first.writer.file ? { through: `${first.level.file}:${first.entry?.from}` } : {}),
      also: others.map(({ writer }) => writer),
    });
    if (isNameOfItem(question)) break;
    if (question.rankOf?.(first.writer.file) !== undefined) {
      for (const { writer } of places) known.add(keyOf(writer));
      here = withoutLine(here, first.writer.file, first.writer.line);
    } else {
      if (!first.level || !first.entry || first.entry.field === "resources") break;
      here = withoutEntry(here, first.level, first.entry);
    }
  }
  return steps;
}

function placesOf(question: Question, tree: FileTree, levels: readonly Level[]): Place[] {
  const place = (writer: Writer, isComputed: boolean): Place => ({
    writer,
    isComputed,
    ...placeOf(writer, levels, question.rankOf?.(writer.file)),
  });
  const writers = findWriters(question, tree).map((writer) => place(writer, false));
  return writers.length > 0 ? writers : findDeciders(question, tree).map((writer) => place(writer, true));
}

function keyOf({ file, line }: Writer): string {
  return `${file}:${line}`;
}

/** Without what put an item there, another takes its place: that is no value that was overridden. */
function isNameOfItem({ path }: Question): boolean {
  return path.at(-1) === "name" && typeof path.at(-2) === "number";
}

function leafValue(question: Question, tree: FileTree): Value | undefined {
  try {
    const object = question.find(question.render(tree));
    return object && valueAt(asValue(object), question.path);
  } catch {
    // Without the entry nothing renders: then nothing was overridden.
    return undefined;
  }
}

interface Place {
  readonly writer: Writer;
  /** A template makes the value of what the line says, which does not show in it. */
  readonly isComputed: boolean;
  readonly level?: Level;
  readonly entry?: LevelEntry;
  /** The least is applied last. */
  readonly rank: number;
}

function placeOf(writer: Writer, levels: readonly Level[], rank: number | undefined): Omit<Place, "writer" | "isComputed"> {
  if (rank !== undefined) return { rank };
  for (const level of levels) {
    const entry =
      level.file === writer.file
        ? level.entries.find(({ from, to }) => from <= writer.line && writer.line < to)
        : level.entries.find(({ files }) => files.includes(writer.file));
    if (entry) return { level, entry, rank: level.depth * 2 + (entry.field === "resources" ? 1 : 0) };
  }
  return { rank: Number.MAX_SAFE_INTEGER };
}

function plainKind({ writer: { file }, isComputed }: Place, levels: readonly Level[], { rankOf }: Question): string {
  if (isComputed) return "computed from values";
  if (levels.length > 0) return "resource";
  if (/(^|\/)templates\//.test(file)) return "template";
  if (/(^|\/)Chart\.yaml$/.test(file)) return "chart";
  return rankOf?.(file) !== undefined || /values[^/]*\.ya?ml$/.test(file) ? "values" : "resource";
}

/** Blank lines in place of the entry: all others keep their numbers. */
function withoutEntry(tree: FileTree, level: Level, entry: LevelEntry): FileTree {
  const lines = utf8DecodeLossy(tree.read(level.file)!.bytes).split("\n");
  return editedTree(
    tree,
    level.file,
    lines.map((line, index) => (index + 1 >= entry.from && index + 1 < entry.to ? "" : line)).join("\n"),
  );
}
