import { compileList, type Walk } from "./compile.js";
import { functionError, TemplateFailure } from "./errors.js";
import { type Run, State } from "./exec-state.js";
import { quote } from "./fmt/quote.js";
import { builtins } from "./funcs/builtins.js";
import type { FunctionContext, FunctionTable } from "./function.js";
import { isEmptyTree } from "./nodes.js";
import { ParsedTexts } from "./parsed-texts.js";
import { parseTemplate, type Tree } from "./parser.js";
import type { GoValue } from "./value/value.js";

/** A template of a set: its tree, compiled when it is first run. */
export interface Template {
  readonly tree: Tree;
  walk?: Walk;
}

const parsedByTable = new WeakMap<FunctionTable, ParsedTexts>();

/**
 * Templates that see each other (Go's associated templates) under one function table. A clone shares what it does not redefine.
 */
export class TemplateSet {
  private readonly own = new Map<string, Template>();
  private readonly parsed: ParsedTexts;

  constructor(
    private readonly functions: FunctionTable,
    private readonly parent?: TemplateSet,
  ) {
    this.parsed = parsedByTable.get(functions) ?? new ParsedTexts();
    parsedByTable.set(functions, this.parsed);
  }

  lookup(name: string): Template | undefined {
    return this.own.get(name) ?? this.parent?.lookup(name);
  }

  names(): string[] {
    return [...new Set([...(this.parent?.names() ?? []), ...this.own.keys()])];
  }

  /** Adds `text` as the template `name` with all it defines. A definition of blanks never replaces another. Throws TemplateFailure. */
  parse(name: string, text: string): void {
    for (const [defined, template] of this.templatesOf(name, text)) {
      if (isEmptyTree(template.tree.root) && this.lookup(defined) !== undefined) continue;
      this.own.set(defined, template);
    }
  }

  clone(): TemplateSet {
    return new TemplateSet(this.functions, this);
  }

  walkOf(template: Template): Walk {
    template.walk ??= compileList(template.tree.root, this.functions);
    return template.walk;
  }

  /** Runs the template `name`; `from` is the template the set was made for, as its absence is reported. */
  execute(run: Run, name: string, dot: GoValue, from = name): string {
    const template = this.lookup(name);
    if (template === undefined) {
      const message = `template: no template ${quote(name)} associated with template ${quote(from)}`;
      throw new TemplateFailure(message, { kind: "exec" });
    }
    run.enter();
    const state = new State(run, this, template.tree, dot);
    this.walkOf(template)(state);
    run.depth--;
    return state.out;
  }

  contextOf(state: State): FunctionContext {
    state.context ??= new Context(state, this);
    return state.context;
  }

  private templatesOf(name: string, text: string): ReadonlyMap<string, Template> {
    return this.parsed.get(name, text, () => {
      const hasFunction = (wanted: string) => Object.hasOwn(this.functions, wanted) || Object.hasOwn(builtins, wanted);
      const trees = parseTemplate(name, text, hasFunction);
      return new Map([...trees].map(([defined, tree]) => [defined, { tree }]));
    });
  }
}

class Context implements FunctionContext {
  constructor(
    private readonly state: State,
    private readonly set: TemplateSet,
  ) {}

  get environment(): FunctionContext["environment"] {
    return this.state.run.environment;
  }

  get memory(): Map<string, unknown> {
    return this.state.run.memory;
  }

  spend(steps: number): void {
    this.state.run.spend(steps);
  }

  executeTemplate(name: string, dot: GoValue): string {
    const { run } = this.state;
    const template = this.set.lookup(name);
    if (template === undefined) return this.set.execute(run, name, dot, "gotpl");
    run.enter();
    const state = new State(run, this.set, template.tree, dot);
    this.set.walkOf(template)(state);
    run.depth--;
    return state.out;
  }

  executeText(text: string, dot: GoValue): string {
    const name = "gotpl";
    const set = this.set.clone();
    try {
      set.parse(name, text);
    } catch (error) {
      if (error instanceof TemplateFailure) throw functionError(`cannot parse template ${quote(text)}: ${error.message}`, error);
      throw error;
    }
    try {
      return set.execute(this.state.run, name, dot);
    } catch (error) {
      if (!(error instanceof TemplateFailure)) throw error;
      throw functionError(`error during tpl function execution for ${quote(text)}: ${error.message}`, error);
    }
  }
}
