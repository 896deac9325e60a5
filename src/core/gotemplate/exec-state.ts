import { TemplateFailure } from "./errors.js";
import { quote } from "./fmt/quote.js";
import type { Environment, FunctionContext } from "./function.js";
import { positionOf } from "./lexer.js";
import { type AnyNode, show } from "./nodes.js";
import type { Tree } from "./parser.js";
import type { TemplateSet } from "./template-set.js";
import type { GoValue } from "./value/value.js";

/** What a missing map key gives: "default" and "invalid" print `<no value>`, "zero" is the zero of the map's type. */
export type MissingKey = "default" | "invalid" | "zero" | "error";

export interface Budget {
  /** Nodes walked and items made by functions. */
  readonly steps: number;
  /** UTF-16 units of output, intermediate results included. */
  readonly outputLength: number;
  /** Templates within templates. */
  readonly depth: number;
}

/** Texts that are shorter cost no steps of their own. */
export const longText = 4096;
/** Reading 2^5 characters is about one step's work. */
const unitsAStep = 5;

export const defaultBudget: Budget = { steps: 10_000_000, outputLength: 64 * 1024 * 1024, depth: 1_500 };

/** What one execution shares between all its nested templates. */
export class Run {
  private steps = 0;
  private written = 0;
  depth = 0;
  readonly memory = new Map<string, unknown>();

  constructor(
    readonly environment: Environment,
    readonly missingKey: MissingKey,
    readonly budget: Budget,
  ) {}

  spend(steps: number): void {
    this.steps += steps;
    if (this.steps > this.budget.steps) throw spent("steps", "TEMPLATE_STEPS");
  }

  wrote(length: number): void {
    this.written += length;
    if (this.written > this.budget.outputLength) throw spent("output", "TEMPLATE_OUTPUT");
  }

  /** A long text was given to a function or made by one: reading it takes time, and one that nobody can want is not made longer. */
  passed(length: number): void {
    if (length > this.budget.outputLength / 2) throw spent("output", "TEMPLATE_OUTPUT");
    this.spend(length >> unitsAStep);
  }

  enter(): void {
    if (++this.depth > this.budget.depth) throw spent("depth", "TEMPLATE_DEPTH");
  }
}

/** A budget that ran out ends the whole execution: functions do not wrap it. */
export class BudgetSpent {
  constructor(readonly failure: TemplateFailure) {}
}

function spent(what: string, code: string): BudgetSpent {
  return new BudgetSpent(new TemplateFailure(`the template's budget of ${what} is spent`, { kind: "exec", code }));
}

/** The execution of one template: its variables, its dot and the node that errors point at. */
export class State {
  out = "";
  node: AnyNode | undefined;
  /** Where the action of `node` begins: positions count from there. */
  base = 0;
  dot: GoValue;
  /** Whether dot sits in an interface slot: Go's messages then say `interface {}` instead of its own type. */
  dotBoxed = false;
  /** The same for the value that was evaluated last. */
  boxed = false;
  context: FunctionContext | undefined;
  private readonly names: string[] = ["$"];
  private readonly values: GoValue[];
  private readonly boxes: boolean[] = [false];

  constructor(
    readonly run: Run,
    readonly set: TemplateSet,
    readonly tree: Tree,
    dot: GoValue,
  ) {
    this.dot = dot;
    this.values = [dot];
  }

  push(name: string, value: GoValue): void {
    this.names.push(name);
    this.values.push(value);
    this.boxes.push(false);
  }

  mark(): number {
    return this.names.length;
  }

  pop(mark: number): void {
    if (this.names.length === mark) return;
    this.names.length = mark;
    this.values.length = mark;
    this.boxes.length = mark;
  }

  setTop(depth: number, value: GoValue, boxed: boolean): void {
    this.values[this.values.length - depth] = value;
    this.boxes[this.boxes.length - depth] = boxed;
  }

  assign(name: string, value: GoValue, boxed: boolean): void {
    const index = this.names.lastIndexOf(name);
    if (index < 0) throw this.fail(`undefined variable: ${name}`);
    this.values[index] = value;
    this.boxes[index] = boxed;
  }

  variable(name: string): GoValue {
    const index = this.names.lastIndexOf(name);
    if (index < 0) throw this.fail(`undefined variable: ${name}`);
    this.boxed = this.boxes[index] as boolean;
    return this.values[index];
  }

  write(text: string): void {
    this.run.wrote(text.length);
    this.out += text;
  }

  /** The error at the current node: `template: name:line:column: executing "name" at <node>: message`. */
  fail(message: string, cause?: TemplateFailure): TemplateFailure {
    const { tree, node } = this;
    if (node === undefined) return new TemplateFailure(`template: ${tree.name}: ${message}`, { kind: "exec", cause });
    const { line, column } = positionOf(tree.text, this.base + node.pos);
    const where = `${tree.parseName}:${line}:${column}`;
    return new TemplateFailure(`template: ${where}: executing ${quote(tree.name)} at <${show(node)}>: ${message}`, {
      kind: "exec",
      cause,
      at: { file: tree.parseName, line, column },
    });
  }
}
