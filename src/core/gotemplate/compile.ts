import { type Eval, type EvalCommand, evalPipe, evalSingleCommand, missing } from "./evaluate.js";
import { type Run, State } from "./exec-state.js";
import { display } from "./fmt/format.js";
import { quote } from "./fmt/quote.js";
import type { FunctionTable } from "./function.js";
import type { ActionNode, BranchNode, ListNode, Node, PipeNode, TemplateNode } from "./nodes.js";
import { compareText } from "./value/text.js";
import { isTrue } from "./value/truth.js";
import { isSignedKind, isUnsignedKind, types } from "./value/type.js";
import { GoBytes, GoInt, GoList, GoMap, GoObject, type GoValue, int } from "./value/value.js";

/** How the walk of a node ended: on, or out of the innermost range. */
export type Walked = 0 | 1 | 2;
const on: Walked = 0;
const broke: Walked = 1;
const continued: Walked = 2;

/** A node turned into a function, so that a template is analysed once and run often. */
export type Walk = (state: State) => Walked;

export function compileList(list: ListNode, functions: FunctionTable): Walk {
  const { nodes } = list;
  const { length } = nodes;
  if (length === 1) return compileNode(nodes[0] as Node, functions);
  const walks = new Array<Walk>(length);
  for (let index = 0; index < length; index++) walks[index] = compileNode(nodes[index] as Node, functions);
  // Most templates run once or twice in a process: loops without iterators are what an interpreter is quick at.
  return (state) => {
    for (let index = 0; index < length; index++) {
      const walked = (walks[index] as Walk)(state);
      if (walked !== on) return walked;
    }
    return on;
  };
}

/** Actions of the same words share their pipeline and what it was compiled to (a tree belongs to one function table). */
function sharedPipe(pipe: PipeNode, functions: FunctionTable): Eval {
  pipe.compiledPipe ??= evalPipe(pipe, functions);
  return pipe.compiledPipe;
}

function sharedCommand(pipe: PipeNode, functions: FunctionTable): EvalCommand | undefined {
  pipe.compiledCommand ??= evalSingleCommand(pipe, functions);
  return pipe.compiledCommand;
}

function compileNode(node: Node, functions: FunctionTable): Walk {
  switch (node.kind) {
    case "text": {
      const { text } = node;
      return (state) => {
        state.write(text);
        return on;
      };
    }
    case "action":
      return compileAction(node, functions);
    case "if":
    case "with":
      return compileIfOrWith(node, functions);
    case "range":
      return compileRange(node, functions);
    case "template":
      return compileTemplate(node, functions);
    case "break":
      return () => broke;
    case "continue":
      return () => continued;
    case "list":
      return compileList(node, functions);
  }
}

function compileAction({ base, pipe }: ActionNode, functions: FunctionTable): Walk {
  const command = sharedCommand(pipe, functions);
  if (command) {
    // One frame less on the stack: templates may include each other a thousand deep.
    return (state) => {
      state.run.spend(1);
      state.base = base;
      state.node = pipe;
      writeValue(state, command(state, missing));
      return on;
    };
  }
  const evaluate = sharedPipe(pipe, functions);
  if (pipe.declarations.length > 0) {
    return (state) => {
      state.run.spend(1);
      state.base = base;
      evaluate(state);
      return on;
    };
  }
  return (state) => {
    state.run.spend(1);
    state.base = base;
    writeValue(state, evaluate(state));
    return on;
  };
}

function writeValue(state: State, value: GoValue): void {
  if (typeof value === "string") state.write(value);
  else if (value === undefined || value === null) state.write("<no value>");
  else state.write((value instanceof GoObject ? value.textInPlace() : undefined) ?? display(value));
}

function compileIfOrWith(node: BranchNode, functions: FunctionTable): Walk {
  const { base } = node;
  const pipe = sharedPipe(node.pipe, functions);
  // Compiled when they are first walked: many branches of a chart never are.
  let list: Walk | undefined;
  let otherwise: Walk | undefined;
  const isWith = node.kind === "with";
  return (state) => {
    state.run.spend(1);
    state.base = base;
    const mark = state.mark();
    const value = pipe(state);
    let walked: Walked = on;
    if (isTrue(value)) {
      if (isWith) {
        const { dot, dotBoxed } = state;
        state.dot = value;
        state.dotBoxed = false;
        list ??= compileList(node.list, functions);
        walked = list(state);
        state.dot = dot;
        state.dotBoxed = dotBoxed;
      } else {
        list ??= compileList(node.list, functions);
        walked = list(state);
      }
    } else if (node.elseList) {
      otherwise ??= compileList(node.elseList, functions);
      walked = otherwise(state);
    }
    state.pop(mark);
    return walked;
  };
}

function compileRange(node: BranchNode, functions: FunctionTable): Walk {
  const pipe = sharedPipe(node.pipe, functions);
  // Compiled when they are first walked: many branches of a chart never are.
  let list: Walk | undefined;
  let otherwise: Walk | undefined;
  const { declarations, isAssign } = node.pipe;
  const [first, second] = declarations.map((variable) => variable.path[0] as string);

  const iterate = (state: State, mark: number, items: Iterable<readonly [GoValue, GoValue]>, boxed: boolean): Walked => {
    const { dot, dotBoxed } = state;
    list ??= compileList(node.list, functions);
    for (const [index, item] of items) {
      state.run.spend(1);
      if (first !== undefined) {
        if (!isAssign) state.setTop(1, item, boxed);
        else if (second !== undefined) state.assign(first, index, false);
        else state.assign(first, item, boxed);
        if (second !== undefined) {
          if (isAssign) state.assign(second, item, boxed);
          else state.setTop(2, index, false);
        }
      }
      state.dot = item;
      state.dotBoxed = boxed;
      const walked = list(state);
      state.pop(mark);
      if (walked === broke) break;
    }
    state.dot = dot;
    state.dotBoxed = dotBoxed;
    return on;
  };

  return (state) => {
    state.base = node.base;
    state.node = node;
    const before = state.mark();
    const value = pipe(state);
    const mark = state.mark();
    const items = itemsOf(state, value, second !== undefined);
    const isEmpty = items === undefined;
    let walked = items ? iterate(state, mark, items, isBoxedElement(value)) : on;
    if (isEmpty && node.elseList) {
      otherwise ??= compileList(node.elseList, functions);
      walked = otherwise(state);
    }
    state.pop(before);
    return walked;
  };
}

function isBoxedElement(value: GoValue): boolean {
  return (value instanceof GoMap || value instanceof GoList) && value.type.elem === types.any;
}

/** Index and item pairs of what a range walks over; undefined where there are none. */
function itemsOf(state: State, value: GoValue, hasTwo: boolean): Iterable<readonly [GoValue, GoValue]> | undefined {
  if (value === undefined || value === null) return undefined;
  if (value instanceof GoList) return value.items.length === 0 ? undefined : indexed(value.items);
  if (value instanceof GoMap) {
    // All are sorted, even where the loop ends at the first.
    state.run.spend(value.entries.size);
    const keys = [...value.entries.keys()].sort(compareText);
    return keys.length === 0 ? undefined : keys.map((key) => [key, value.entries.get(key)] as const);
  }
  if (value instanceof GoBytes) {
    const bytes = Array.from(value.bytes, (byte) => new GoInt(types.uint8, BigInt(byte)));
    return bytes.length === 0 ? undefined : indexed(bytes);
  }
  if (value instanceof GoInt && (isSignedKind(value.type.kind) || isUnsignedKind(value.type.kind))) {
    if (hasTwo) throw state.fail(`can't use ${display(value)} to iterate over more than one variable`);
    return value.value <= 0n ? undefined : counted(state.run, value);
  }
  throw state.fail(`range can't iterate over ${display(value)}`);
}

function* indexed(items: readonly GoValue[]): Generator<readonly [GoValue, GoValue]> {
  for (let index = 0; index < items.length; index++) yield [int(index), items[index]];
}

/** A round of counting is nearly all of what such a loop does: it costs a few steps, so that a billion of them end soon. */
const roundSteps = 3;

function* counted(run: Run, limit: GoInt): Generator<readonly [GoValue, GoValue]> {
  for (let value = 0n; value < limit.value; value++) {
    run.spend(roundSteps);
    yield [undefined, new GoInt(limit.type, value)];
  }
}

function compileTemplate(node: TemplateNode, functions: FunctionTable): Walk {
  const pipe = node.pipe && sharedPipe(node.pipe, functions);
  return (state) => {
    state.base = node.base;
    state.node = node;
    const template = state.set.lookup(node.name);
    if (template === undefined) throw state.fail(`template ${quote(node.name)} not defined`);
    const dot = pipe?.(state);
    state.run.enter();
    const inner = new State(state.run, state.set, template.tree, dot);
    state.set.walkOf(template)(inner);
    state.run.depth--;
    state.out += inner.out;
    return on;
  };
}
