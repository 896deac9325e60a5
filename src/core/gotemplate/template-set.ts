import type { Action, ActionGrammar } from "./action.js";
import { compileList, type Walk } from "./compile.js";
import { functionError, TemplateFailure } from "./errors.js";
import { type Run, State } from "./exec-state.js";
import { parseKnown } from "./fast-parser.js";
import { quote } from "./fmt/quote.js";
import { builtins } from "./funcs/builtins.js";
import type { FunctionContext, FunctionTable } from "./function.js";
import { isEmptyTree } from "./nodes.js";
import { ParsedTexts } from "./parsed-texts.js";
import { loopWords, parseTemplate, type Tree } from "./parser.js";
import { RecentTexts } from "./recent-texts.js";
import type { GoValue } from "./value/value.js";

/** A template of a set: its tree, compiled when it is first run. */
export interface Template {
  readonly tree: Tree;
  walk?: Walk;
}

/** What is known of texts under one function table. */
interface Knowledge {
  readonly grammar: ActionGrammar;
  readonly texts: ParsedTexts;
  readonly actions: RecentTexts<Action>;
}

const knowledgeByTable = new WeakMap<FunctionTable, Knowledge>();

function knowledgeOf(functions: FunctionTable): Knowledge {
  const known = knowledgeByTable.get(functions);
  if (known) return known;
  const names = new Set([...Object.keys(builtins), ...Object.keys(functions)]);
  const hasFunction = (name: string) => names.has(name);
  const grammar = { hasFunction, words: loopWords(hasFunction) };
  const made: Knowledge = { grammar, texts: new ParsedTexts(), actions: new RecentTexts() };
  knowledgeByTable.set(functions, made);
  return made;
}

/**
 * Templates that see each other (Go's associated templates) under one function table. A clone shares what it does not redefine.
 */
export class TemplateSet {
  private readonly own = new Map<string, Template>();
  private readonly known: Knowledge;

  constructor(
    private readonly functions: FunctionTable,
    private readonly parent?: TemplateSet,
  ) {
    this.known = knowledgeOf(functions);
  }

  lookup(name: string): Template | undefined {
    return this.own.get(name) ?? this.parent?.lookup(name);
  }

  names(): string[] {
    return [...new Set([...(this.parent?.names() ?? []), ...this.own.keys()])];
  }

  /**
   * Adds `text` as the template `name` with all it defines; gives that template, or undefined where the text only defines others.
   * A definition of blanks never replaces another. Throws TemplateFailure.
   */
  parse(name: string, text: string): Template | undefined {
    const templates = this.templatesOf(name, text);
    for (const [defined, template] of templates) {
      if (isEmptyTree(template.tree.root) && this.lookup(defined) !== undefined) continue;
      this.own.set(defined, template);
    }
    return templates.get(name);
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
    return this.run(run, template, dot);
  }

  run(run: Run, template: Template, dot: GoValue): string {
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
    const { texts, actions, grammar } = this.known;
    return texts.get(name, text, () => {
      const trees = parseKnown(name, text, actions, grammar) ?? parseTemplate(name, text, grammar.hasFunction);
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
    return this.set.run(run, template, dot);
  }

  executeText(text: string, dot: GoValue): string {
    const name = "gotpl";
    const set = this.set.clone();
    let parsed: Template | undefined;
    try {
      parsed = set.parse(name, text);
    } catch (error) {
      if (error instanceof TemplateFailure) throw functionError(`cannot parse template ${quote(text)}: ${error.message}`, error);
      throw error;
    }
    try {
      // Go runs what was parsed, not what bears its name: blanks within tpl within tpl would be the outer text again.
      return parsed === undefined ? set.execute(this.state.run, name, dot) : set.run(this.state.run, parsed, dot);
    } catch (error) {
      if (!(error instanceof TemplateFailure)) throw error;
      throw functionError(`error during tpl function execution for ${quote(text)}: ${error.message}`, error);
    }
  }
}
