import { functionError, TemplateFailure } from "./errors.js";
import { longText, type State } from "./exec-state.js";
import { quote } from "./fmt/quote.js";
import { builtins } from "./funcs/builtins.js";
import type { FunctionTable, TemplateFunction } from "./function.js";
import { zeroOf } from "./function.js";
import {
  type ChainNode,
  type CommandNode,
  type NumberNode,
  type Operand,
  type PipeNode,
  show,
  type VariableNode,
} from "./nodes.js";
import { methodOf } from "./value/method.js";
import { isTrue } from "./value/truth.js";
import { canBeNil, type GoType, isSignedKind, isUnsignedKind, types } from "./value/type.js";
import { type GoComplex, GoInt, GoMap, GoObject, type GoValue, int, typeOf } from "./value/value.js";
import { workOf } from "./work.js";

/** A compiled expression. It leaves in `state.boxed` whether the value came out of an interface slot. */
export type Eval = (state: State) => GoValue;

/** Stands for "nothing was piped in": nil can be piped, so it needs a mark of its own. */
export const missing = Symbol("no piped value");
type Final = GoValue | typeof missing;
export type EvalCommand = (state: State, final: Final) => GoValue;

/** A pipeline; its result is never boxed, and nil is `undefined`. */
export function evalPipe(pipe: PipeNode, functions: FunctionTable): Eval {
  const { declarations, isAssign } = pipe;
  if (pipe.commands.length === 1 && declarations.length === 0) {
    const only = evalCommand(pipe.commands[0] as CommandNode, functions);
    return (state) => {
      state.node = pipe;
      const value = only(state, missing);
      state.boxed = false;
      return value === null ? undefined : value;
    };
  }
  const commands = pipe.commands.map((command) => evalCommand(command, functions));
  const { length } = commands;
  return (state) => {
    state.node = pipe;
    let value: Final = missing;
    for (let index = 0; index < length; index++) {
      value = (commands[index] as EvalCommand)(state, value);
      if (value === null) value = undefined;
    }
    state.boxed = false;
    for (let index = 0; index < declarations.length; index++) {
      const variable = declarations[index] as VariableNode;
      if (isAssign) state.assign(variable.path[0] as string, value as GoValue, false);
      else state.push(variable.path[0] as string, value as GoValue);
    }
    return value as GoValue;
  };
}

/** The only command of a pipeline without declarations, for callers that treat nil themselves. */
export function evalSingleCommand(pipe: PipeNode, functions: FunctionTable): EvalCommand | undefined {
  const [only] = pipe.commands;
  if (pipe.commands.length !== 1 || only === undefined || pipe.declarations.length > 0) return undefined;
  return evalCommand(only, functions);
}

function evalCommand(command: CommandNode, functions: FunctionTable): EvalCommand {
  const first = command.args[0] as Operand;
  const rest = command.args.length > 1 ? command.args.slice(1) : none;
  switch (first.kind) {
    case "field": {
      const { path } = first;
      const isBare = rest.length === 0;
      return (state, final) => {
        state.node = first;
        state.boxed = state.dotBoxed;
        if (isBare && final === missing) return fieldsOf(state, state.dot, path, first, functions);
        return walkPath(state, state.dot, path, first, rest, final, functions);
      };
    }
    case "chain": {
      const base = evalChainBase(first, functions);
      return (state, final) => walkPath(state, base(state), first.path, first, rest, final, functions);
    }
    case "identifier":
      return evalFunctionCall(first, command, rest, functions);
    case "pipe": {
      const pipe = evalPipe(first, functions);
      return (state, final) => {
        refuseArguments(state, first, rest, final);
        return pipe(state);
      };
    }
    case "variable": {
      const [name, ...path] = first.path as [string, ...string[]];
      const isBare = rest.length === 0;
      return (state, final) => {
        state.node = first;
        const value = state.variable(name);
        if (isBare && final === missing) return path.length > 0 ? fieldsOf(state, value, path, first, functions) : value;
        if (path.length > 0) return walkPath(state, value, path, first, rest, final, functions);
        refuseArguments(state, first, rest, final);
        return value;
      };
    }
  }
  const constant = evalConstant(first);
  return (state, final) => {
    state.node = first;
    refuseArguments(state, first, rest, final);
    return constant(state);
  };
}

function refuseArguments(state: State, first: Operand, rest: readonly Operand[], final: Final): void {
  if (rest.length > 0 || final !== missing) {
    throw state.fail(`can't give argument to non-function ${show(first)}`);
  }
}

function evalConstant(node: Operand): Eval {
  switch (node.kind) {
    case "bool":
      return (state) => {
        state.boxed = false;
        return node.value;
      };
    case "string":
      return (state) => {
        state.boxed = false;
        return node.value;
      };
    case "dot":
      return (state) => {
        state.boxed = state.dotBoxed;
        return state.dot;
      };
    case "number":
      return (state) => {
        state.boxed = false;
        return idealConstant(state, node);
      };
    case "nil":
      return (state) => {
        throw state.fail("nil is not a command");
      };
    default:
      return (state) => {
        throw state.fail(`can't evaluate command ${quote(show(node))}`);
      };
  }
}

function idealConstant(state: State, node: NumberNode): GoValue {
  state.node = node;
  if (node.complex) return node.complex;
  const isHexInt = /^0[xX]/.test(node.text) && node.text.length > 2 && !/[pP]/.test(node.text);
  if (node.float !== undefined && !isHexInt && !node.text.startsWith("'") && /[.eEpP]/.test(node.text)) return node.float;
  if (node.int !== undefined) return int(node.int);
  throw state.fail(`${node.text} overflows int`);
}

function evalChainBase(chain: ChainNode, functions: FunctionTable): Eval {
  const { node } = chain;
  if (node.kind === "nil") {
    return (state) => {
      state.node = chain;
      throw state.fail(`indirection through explicit nil in ${show(chain)}`);
    };
  }
  const base = evalArgument(node, undefined, functions);
  return (state) => {
    state.node = chain;
    return base(state);
  };
}

/** `.a.b.c arg…`: only the last name may be a method with arguments. */
function walkPath(
  state: State,
  start: GoValue,
  path: readonly string[],
  node: Operand,
  args: readonly Operand[],
  final: Final,
  functions: FunctionTable,
): GoValue {
  let receiver = start;
  const last = path.length - 1;
  for (let index = 0; index < last; index++)
    receiver = evalField(state, receiver, path[index] as string, node, none, missing, functions);
  return evalField(state, receiver, path[last] as string, node, args, final, functions);
}

const none: readonly never[] = [];

/** `.a.b.c` alone: nearly always maps within maps. */
function fieldsOf(state: State, start: GoValue, path: readonly string[], node: Operand, functions: FunctionTable): GoValue {
  let receiver = start;
  for (let index = 0; index < path.length; index++) {
    const name = path[index] as string;
    if (receiver instanceof GoMap && (receiver.type === types.map || receiver.type === types.values)) {
      const value: GoValue = receiver.entries.get(name);
      if (value !== undefined) {
        state.boxed = true;
        receiver = value;
        continue;
      }
    }
    receiver = evalField(state, receiver, name, node, none, missing, functions);
  }
  return receiver;
}

function evalField(
  state: State,
  receiver: GoValue,
  name: string,
  node: Operand,
  args: readonly Operand[],
  final: Final,
  functions: FunctionTable,
): GoValue {
  if (receiver instanceof GoMap && receiver.type === types.map) return mapField(state, receiver, name, args, final);
  if (receiver === undefined) {
    if (state.run.missingKey === "error") throw state.fail(`nil data; no entry for key ${quote(name)}`);
    state.boxed = false;
    return undefined;
  }
  const typeName = state.boxed ? "interface {}" : typeOf(receiver).name;
  if (receiver === null) throw state.fail(`nil pointer evaluating interface {}.${name}`);
  const method = methodOf(receiver, name);
  if (method) return callFunction(state, { method, builtin: undefined, name, node, args, final, functions });
  if (receiver instanceof GoMap) return mapField(state, receiver, name, args, final);
  if (receiver instanceof GoObject) {
    const value = receiver.field(name);
    if (value !== undefined) {
      if (args.length > 0 || final !== missing) throw state.fail(`${name} has arguments but cannot be invoked as function`);
      state.boxed = false;
      return value;
    }
  }
  throw state.fail(`can't evaluate field ${name} in type ${typeName}`);
}

function mapField(state: State, map: GoMap, name: string, args: readonly Operand[], final: Final): GoValue {
  if (args.length > 0 || final !== missing) throw state.fail(`${name} is not a method but has arguments`);
  const value = map.entries.get(name);
  if (value !== undefined || map.entries.has(name)) {
    state.boxed = map.type.elem === types.any;
    return value === undefined ? null : value;
  }
  switch (state.run.missingKey) {
    case "error":
      throw state.fail(`map has no entry for key ${quote(name)}`);
    case "zero":
      state.boxed = map.type.elem === types.any;
      return zeroOf(map.type.elem ?? types.any);
    default:
      state.boxed = false;
      return undefined;
  }
}

function evalFunctionCall(
  node: Operand & { kind: "identifier" },
  command: CommandNode | Operand,
  args: readonly Operand[],
  functions: FunctionTable,
): EvalCommand {
  const { name } = node;
  const own = Object.hasOwn(functions, name) ? functions[name] : undefined;
  const method = own ?? (Object.hasOwn(builtins, name) ? builtins[name] : undefined);
  if (method === undefined) {
    return (state) => {
      state.node = node;
      throw state.fail(`${quote(name)} is not a defined function`);
    };
  }
  const builtin = own === undefined ? name : undefined;
  const fixed = prepareArguments(method, args, functions);
  const call = { method, builtin, name, node: command, args, functions, fixed };
  if (builtin === "call") {
    return (state, final) => {
      state.node = node;
      return callFunction(state, { ...call, final });
    };
  }
  if (builtin === "and" || builtin === "or") {
    const stopAt = builtin === "or";
    return (state, final) => {
      state.node = node;
      if (fixed.length === 0 && final === missing) throw wrongCount(state, { ...call, final });
      let value: GoValue;
      for (let index = 0; index < fixed.length; index++) {
        value = (fixed[index] as Eval)(state);
        if (isTrue(value) === stopAt) return value;
      }
      return final === missing ? value : final;
    };
  }
  const fitsAlone = fitsCount(method, args.length);
  const fitsPiped = fitsCount(method, args.length + 1);
  const finalType = paramType(method, args.length);
  const count = fixed.length;
  const work = workOf(name);
  return (state, final) => {
    state.node = node;
    if (!(final === missing ? fitsAlone : fitsPiped)) throw wrongCount(state, { ...call, final });
    const values = new Array<GoValue>(final === missing ? count : count + 1);
    for (let index = 0; index < count; index++) {
      const value = (fixed[index] as Eval)(state);
      if (typeof value === "string" && value.length > longText) state.run.passed(value.length);
      values[index] = value;
    }
    if (final !== missing) {
      state.boxed = false;
      if (typeof final === "string" && final.length > longText) state.run.passed(final.length);
      values[count] = validated(state, final, finalType);
    }
    state.run.spend(1);
    const context = state.context ?? state.set.contextOf(state);
    work?.(values, context);
    try {
      const value = method.call(values, context);
      state.boxed = false;
      if (typeof value === "string" && value.length > longText) state.run.passed(value.length);
      return value;
    } catch (error) {
      throw asCallError(state, { ...call, final }, error);
    }
  };
}

interface Call {
  readonly method: TemplateFunction;
  /** Name of the builtin, where it has rules of its own (call). */
  readonly builtin: string | undefined;
  readonly name: string;
  /** What the error points at when the function fails. */
  readonly node: Operand | CommandNode;
  readonly args: readonly Operand[];
  readonly final: Final;
  readonly functions: FunctionTable;
  readonly fixed?: readonly Eval[];
}

function prepareArguments(method: TemplateFunction, args: readonly Operand[], functions: FunctionTable): readonly Eval[] {
  const { length } = args;
  if (length === 0) return none;
  const evals = new Array<Eval>(length);
  for (let index = 0; index < length; index++) {
    evals[index] = evalArgument(args[index] as Operand, paramType(method, index), functions);
  }
  return evals;
}

function paramType(method: TemplateFunction, index: number): GoType {
  return (method.params[index] ?? method.params.at(-1) ?? types.any) as GoType;
}

function callFunction(state: State, call: Call): GoValue {
  const values = evalArguments(state, call);
  try {
    const value = call.method.call(values, state.context ?? state.set.contextOf(state));
    state.boxed = false;
    return value;
  } catch (error) {
    throw asCallError(state, call, error);
  }
}

function asCallError(state: State, call: Call, error: unknown): unknown {
  if (isTooLong(error)) return failedCall(state, call, new TemplateFailure("the result is too long"));
  return error instanceof TemplateFailure ? failedCall(state, call, error) : error;
}

/** A text beyond what the runtime can hold; a full call stack is told elsewhere. */
function isTooLong(error: unknown): boolean {
  return error instanceof RangeError && /string length|array length/i.test(error.message);
}

function evalArguments(state: State, call: Call): GoValue[] {
  checkCount(state, call);
  const { method, final } = call;
  const evals = call.fixed ?? prepareArguments(method, call.args, call.functions);
  const values: GoValue[] = [];
  for (const evaluate of evals) values.push(evaluate(state));
  if (final !== missing) {
    state.boxed = false;
    values.push(validated(state, final, paramType(method, values.length)));
  }
  if (call.builtin === "call") throw failedCall(state, call, notAFunction(call, values));
  state.run.spend(1);
  return values;
}

function failedCall(state: State, call: Call, error: TemplateFailure): TemplateFailure {
  state.node = call.node;
  return state.fail(`error calling ${call.name}: ${error.message}`, error);
}

/** Data has no function values, so the builtin `call` can only refuse. */
function notAFunction(call: Call, values: readonly GoValue[]): TemplateFailure {
  const [callee] = values;
  if (callee === undefined || callee === null) return functionError("call of nil");
  const shown = call.args[0] ? show(call.args[0]) : typeof callee === "string" ? callee : `<${typeOf(callee).name} Value>`;
  return functionError(`non-function ${shown} of type ${typeOf(callee).name}`);
}

function checkCount(state: State, call: Call): void {
  const given = call.args.length + (call.final === missing ? 0 : 1);
  if (!fitsCount(call.method, given)) throw wrongCount(state, call);
}

function fitsCount({ params, variadic }: TemplateFunction, given: number): boolean {
  return variadic ? given >= params.length - 1 : given === params.length;
}

function wrongCount(state: State, { method, name, args, final }: Call): TemplateFailure {
  const given = args.length + (final === missing ? 0 : 1);
  const wanted = method.params.length;
  if (method.variadic) return state.fail(`wrong number of args for ${name}: want at least ${wanted - 1} got ${args.length}`);
  return state.fail(`wrong number of args for ${name}: want ${wanted} got ${given}`);
}

/** An argument for a parameter of `type` (undefined: any, without conversion). Constants take the type of the parameter. */
export function evalArgument(node: Operand, type: GoType | undefined, functions: FunctionTable): Eval {
  switch (node.kind) {
    case "dot":
      return (state) => {
        state.node = node;
        state.boxed = state.dotBoxed;
        return validated(state, state.dot, type);
      };
    case "nil":
      return (state) => {
        state.node = node;
        if (type !== undefined && canBeNil(type)) return zeroOf(type);
        throw state.fail(`cannot assign nil to ${type?.name ?? "%!s(<nil>)"}`);
      };
    case "field": {
      const { path } = node;
      return (state) => {
        state.node = node;
        state.boxed = state.dotBoxed;
        return validated(state, fieldsOf(state, state.dot, path, node, functions), type);
      };
    }
    case "variable": {
      const name = node.path[0] as string;
      const path = node.path.length > 1 ? node.path.slice(1) : none;
      return (state) => {
        state.node = node;
        return validated(state, fieldsOf(state, state.variable(name), path, node, functions), type);
      };
    }
    case "chain": {
      const evaluate = evalCommand({ kind: "command", pos: node.pos, args: [node] }, functions);
      return (state) => {
        state.node = node;
        return validated(state, evaluate(state, missing), type);
      };
    }
    case "pipe": {
      const evaluate = evalPipe(node, functions);
      return (state) => {
        state.node = node;
        return validated(state, evaluate(state), type);
      };
    }
    case "identifier": {
      const evaluate = evalFunctionCall(node, node, none, functions);
      return (state) => {
        state.node = node;
        return validated(state, evaluate(state, missing), type);
      };
    }
  }
  const constant = typedConstant(node, type);
  return (state) => {
    state.node = node;
    state.boxed = false;
    return constant(state);
  };
}

function typedConstant(node: Operand, type: GoType | undefined): Eval {
  const expected = (what: string): Eval => {
    return (state) => {
      throw state.fail(`expected ${what}; found ${show(node)}`);
    };
  };
  if (type === undefined || type === types.any || type === types.value) return evalConstant(node);
  const { kind } = type;
  if (kind === "string") return node.kind === "string" ? () => node.value : expected("string");
  if (kind === "bool") return node.kind === "bool" ? () => node.value : expected("bool");
  if (kind === "float64") return node.kind === "number" && node.float !== undefined ? () => node.float : expected("float");
  if (isSignedKind(kind)) {
    if (node.kind !== "number" || node.int === undefined) return expected("integer");
    const value = new GoInt(type, node.int);
    return () => value;
  }
  if (isUnsignedKind(kind)) {
    if (node.kind !== "number" || node.uint === undefined) return expected("unsigned integer");
    const value = new GoInt(type, node.uint);
    return () => value;
  }
  if (kind === "complex128") {
    return node.kind === "number" && node.complex ? () => node.complex as GoComplex : expected("complex");
  }
  return (state) => {
    throw state.fail(`can't handle ${show(node)} for arg of type ${type.name}`);
  };
}

/** The value as an argument of `type`: nil becomes the type's zero, another type is refused. */
function validated(state: State, value: GoValue, type: GoType | undefined): GoValue {
  if (type === undefined || type === types.value) return value;
  if (type === types.string && typeof value === "string") return value;
  if (value === undefined) {
    if (canBeNil(type)) return zeroOf(type);
    throw state.fail(`invalid value; expected ${type.name}`);
  }
  if (type === types.any) return value instanceof GoObject ? value.asArgument() : value;
  const actual = value === null ? types.any : typeOf(value);
  if (actual === type || actual.underlying === type) return value;
  throw state.fail(`wrong type for value; expected ${type.name}; got ${actual.name}`);
}
