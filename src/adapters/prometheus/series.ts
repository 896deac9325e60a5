import { InvariantError } from "../../core/errors.js";
import type { Labels } from "../../ports/telemetry.js";
import type { MetricDeclaration } from "./metric-table.js";

/**
 * The series of a counter or gauge. What is written of each but its value is put together once, and the whole is written piece by piece: of ten
 * thousand Applications with several series each the process would otherwise do nothing else for a second at every scrape.
 */
export class Series {
  private readonly series = new Map<string, { readonly text: string; value: number }>();

  constructor(
    private readonly name: string,
    private readonly declaration: MetricDeclaration,
  ) {
    if (declaration.labels.length === 0 && declaration.kind === "counter") this.add({}, 0);
  }

  set(labels: Labels, value: number): void {
    this.at(labels).value = value;
  }

  add(labels: Labels, by: number): void {
    this.at(labels).value += by;
  }

  remove(labels: Labels): void {
    this.series.delete(this.keyOf(labels));
  }

  /** The text of the metric, in pieces of at most `lines` lines. */
  *pieces(lines = 1_000): Generator<string> {
    const { help, kind } = this.declaration;
    let piece = [`# HELP ${this.name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}`, `# TYPE ${this.name} ${kind}`];
    for (const { text, value } of this.series.values()) {
      piece.push(`${text} ${valueText(value)}`);
      if (piece.length < lines) continue;
      yield `${piece.join("\n")}\n`;
      piece = [];
    }
    yield `${piece.join("\n")}\n`;
  }

  private at(labels: Labels): { value: number } {
    const key = this.keyOf(labels);
    let found = this.series.get(key);
    if (found === undefined) {
      const names = [...this.declaration.labels, ...(this.declaration.more === true ? this.furtherNames(labels) : [])];
      found = { text: this.name + labelsText(names, labels), value: 0 };
      this.series.set(key, found);
    }
    return found;
  }

  private keyOf(labels: Labels): string {
    const names = this.declaration.labels;
    let key = "";
    for (const name of names) {
      const value = labels[name];
      key += value === undefined ? "\u0000" : `\u0001${value}`;
    }
    if (this.declaration.more === true)
      return this.furtherNames(labels).reduce((all, name) => `${all}\u0001${name}\u0002${labels[name]}`, key);
    for (const name in labels)
      if (!names.includes(name)) throw new InvariantError(`the metric ${this.name} has no label ${name}`);
    return key;
  }

  private furtherNames(labels: Labels): readonly string[] {
    return Object.keys(labels)
      .filter((name) => !this.declaration.labels.includes(name))
      .sort();
  }
}

function labelsText(names: readonly string[], labels: Labels): string {
  const given = names.filter((name) => labels[name] !== undefined).map((name) => `${name}="${escaped(labels[name]!)}"`);
  return given.length === 0 ? "" : `{${given.join(",")}}`;
}

function escaped(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function valueText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}
