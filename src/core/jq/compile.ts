import type { Value } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import type { FunctionDefinition, Node, Pattern } from "./ast.js";
import { builtinFilter } from "./builtins.js";
import { compareValues } from "./compare.js";
import { described, JqError, syntaxError } from "./errors.js";
import { formatText } from "./format.js";
import { arithmetic } from "./operators.js";
import { parseJq } from "./parser.js";
import { indexValue, sliceValue } from "./paths.js";
import { prelude } from "./prelude.js";
import {
  BreakSignal,
  childPath,
  collect,
  type Emit,
  type Env,
  eachElement,
  type Filter,
  isTruthy,
  made,
  noPath,
  type Path,
  type Run,
} from "./runtime.js";
import { jsonText } from "./text.js";
import { compileUpdate } from "./update.js";

/** What is in scope at a place of the expression, innermost first; mirrors the run's `Env`. */
export type Scope = { readonly entry: ScopeEntry; readonly next: Scope } | null;

type ScopeEntry =
  | { readonly kind: "variable"; readonly name: string }
  | { readonly kind: "label"; readonly name: string }
  | { readonly kind: "parameter"; readonly name: string }
  | { readonly kind: "function"; readonly name: string; readonly parameters: readonly string[] };

/** Compiles a node to a closure. Throws InputError JQ_SYNTAX for names that are not in scope. */
export function compileNode(node: Node, scope: Scope): Filter {
  switch (node.kind) {
    case "identity":
      return (_run, _env, value, path, emit) => emit(value, path);
    case "recurse":
      return recurseFilter;
    case "literal": {
      const { value: constant } = node;
      return (_run, _env, _value, path, emit) => emit(constant, made(path));
    }
    case "string":
      return compileString(node, scope);
    case "format":
      return (_run, _env, value, path, emit) => emit(formatText(node.name, value), made(path));
    case "variable":
      return compileVariable(node.name, scope);
    case "index":
      return compileIndex(node, scope);
    case "slice":
      return compileSlice(node, scope);
    case "iterate":
      return compileIterate(node, scope);
    case "optional":
      return compileOptional(node.of, scope);
    case "pipe": {
      const [left, right] = [compileNode(node.left, scope), compileNode(node.right, scope)];
      return (run, env, value, path, emit) => {
        run.step();
        left(run, env, value, path, (inner, innerPath) => right(run, env, inner, innerPath, emit));
      };
    }
    case "comma": {
      const [left, right] = [compileNode(node.left, scope), compileNode(node.right, scope)];
      return (run, env, value, path, emit) => {
        left(run, env, value, path, emit);
        right(run, env, value, path, emit);
      };
    }
    case "alternative":
      return compileAlternative(node, scope);
    case "and":
    case "or":
      return compileLogic(node, node.kind === "or", scope);
    case "arithmetic": {
      const { operator } = node;
      return compileBinary(node, scope, (a, b, run) => arithmetic(operator, a, b, run));
    }
    case "compare":
      return compileBinary(node, scope, comparison(node.operator));
    case "update":
      return compileUpdate(node, (inner) => compileNode(inner, scope));
    case "sign": {
      const of = compileNode(node.of, scope);
      return (run, env, value, path, emit) =>
        of(run, env, value, undefined, (found) => emit(signed(found, node.negative, run), made(path)));
    }
    case "array": {
      const of = node.of && compileNode(node.of, scope);
      return (run, env, value, path, emit) => emit(of ? collect(of, run, env, value) : [], made(path));
    }
    case "object":
      return compileObject(node, scope);
    case "if":
      return compileIf(node, scope);
    case "try":
      return tryFilter(compileNode(node.body, scope), node.handler && compileNode(node.handler, scope));
    case "reduce":
    case "foreach":
      return compileFold(node, scope);
    case "as":
      return compileAs(node, scope);
    case "label": {
      const body = compileNode(node.body, { entry: { kind: "label", name: node.name }, next: scope });
      return (run, env, value, path, emit) => {
        const label = {};
        try {
          body(run, { next: env, label }, value, path, emit);
        } catch (error) {
          if (!(error instanceof BreakSignal) || error.label !== label) throw error;
        }
      };
    }
    case "break": {
      const at = find(scope, (entry) => entry.kind === "label" && entry.name === node.name);
      if (!at) throw syntaxError(`label not defined: $${node.name}`);
      return (_run, env) => {
        throw new BreakSignal(envAt(env, at.depth)?.label ?? {});
      };
    }
    case "definition":
      return compileDefinition(node.definition, node.body, scope);
    case "call":
      return compileCall(node, scope);
  }
}

function find(
  scope: Scope,
  accepts: (entry: ScopeEntry) => boolean,
): { readonly entry: ScopeEntry; readonly depth: number; readonly scope: Scope } | undefined {
  let depth = 0;
  for (let at = scope; at !== null; at = at.next, depth++) if (accepts(at.entry)) return { entry: at.entry, depth, scope: at };
  return undefined;
}

function envAt(env: Env | null, depth: number): Env | null {
  let at = env;
  for (let left = depth; left > 0 && at !== null; left--) at = at.next;
  return at;
}

const recurseFilter: Filter = (run, env, value, path, emit) => {
  run.step();
  emit(value, path);
  eachElement(value, (item, key) => recurseFilter(run, env, item, childPath(path, key, value), emit));
};

function compileString(node: Node & { readonly kind: "string" }, scope: Scope): Filter {
  const parts = node.parts.map((part) => (typeof part === "string" ? part : compileNode(part, scope)));
  const write = (value: Value) =>
    node.format === undefined ? (typeof value === "string" ? value : jsonText(value)) : formatText(node.format, value);
  const join = (run: Run, env: Env | null, value: Value, index: number, text: string, done: (text: string) => void): void => {
    run.checkSize(text.length);
    const part = parts[index];
    if (part === undefined) done(text);
    else if (typeof part === "string") join(run, env, value, index + 1, text + part, done);
    else part(run, env, value, undefined, (found) => join(run, env, value, index + 1, text + write(found), done));
  };
  return (run, env, value, path, emit) => join(run, env, value, 0, "", (text) => emit(text, made(path)));
}

function compileVariable(name: string, scope: Scope): Filter {
  const at = find(scope, (entry) => entry.kind === "variable" && entry.name === name);
  if (at) {
    const { depth } = at;
    return (_run, env, _value, path, emit) => emit(envAt(env, depth)?.value ?? null, made(path));
  }
  if (name === "ENV") return (_run, _env, _value, path, emit) => emit({}, made(path));
  throw syntaxError(`variable not defined: $${name}`);
}

function compileIndex(node: Node & { readonly kind: "index" }, scope: Scope): Filter {
  const of = compileNode(node.of, scope);
  if (node.key.kind === "literal") {
    const key = node.key.value;
    return (run, env, value, path, emit) => {
      run.step();
      of(run, env, value, path, (owner, ownerPath) => emit(indexValue(owner, key), childPath(ownerPath, key, owner)));
    };
  }
  const keyFilter = compileNode(node.key, scope);
  return (run, env, value, path, emit) => {
    run.step();
    of(run, env, value, path, (owner, ownerPath) =>
      keyFilter(run, env, value, undefined, (key) => emit(indexValue(owner, key), childPath(ownerPath, key, owner))),
    );
  };
}

const nullFilter: Filter = (_run, _env, _value, _path, emit) => emit(null, undefined);

function compileSlice(node: Node & { readonly kind: "slice" }, scope: Scope): Filter {
  const of = compileNode(node.of, scope);
  const from = node.from ? compileNode(node.from, scope) : nullFilter;
  const to = node.to ? compileNode(node.to, scope) : nullFilter;
  return (run, env, value, path, emit) =>
    of(run, env, value, path, (owner, ownerPath) =>
      to(run, env, value, undefined, (end) =>
        from(run, env, value, undefined, (start) => {
          const found = sliceValue(owner, start, end);
          emit(found, ownerPath === undefined ? undefined : childPath(ownerPath, { start, end }, owner));
        }),
      ),
    );
}

function compileIterate(node: Node & { readonly kind: "iterate" }, scope: Scope): Filter {
  const of = compileNode(node.of, scope);
  return (run, env, value, path, emit) =>
    of(run, env, value, path, (owner, ownerPath) => {
      if (ownerPath === noPath) throw new JqError(`invalid path on iterating against: ${described(owner)}`);
      const isIterable = eachElement(owner, (item, key) => {
        run.step();
        emit(item, childPath(ownerPath, key, owner));
      });
      if (!isIterable) throw new JqError(`cannot iterate over: ${described(owner)}`);
    });
}

/** An error of the body only: what comes of the results further on is not caught. */
function tryFilter(body: Filter, handler: Filter | undefined): Filter {
  return (run, env, value, path, emit) => {
    let passed: { readonly error: unknown } | undefined;
    try {
      body(run, env, value, path, (found, foundPath) => {
        try {
          emit(found, foundPath);
        } catch (error) {
          passed = { error };
          throw error;
        }
      });
    } catch (error) {
      if (passed?.error === error || !(error instanceof JqError)) throw error;
      if (error.value === breakValue) return;
      handler?.(run, env, error.value, made(path), emit);
    }
  };
}

const breakValue: Value = { __jq: 0 };

/** `?` guards the last step only, as in gojq: an error of what stands before it goes on; so does a key read from that step's input. */
function compileOptional(of: Node, scope: Scope): Filter {
  if (of.kind !== "index" && of.kind !== "iterate" && of.kind !== "slice") return tryFilter(compileNode(of, scope), undefined);
  const step = tryFilter(compileNode({ ...of, of: { kind: "identity" } }, scope), undefined);
  if (of.of.kind === "identity") return step;
  const before = compileNode(of.of, scope);
  return (run, env, value, path, emit) =>
    before(run, env, value, path, (owner, ownerPath) => step(run, env, owner, ownerPath, emit));
}

function compileAlternative(node: { readonly left: Node; readonly right: Node }, scope: Scope): Filter {
  const [left, right] = [compileNode(node.left, scope), compileNode(node.right, scope)];
  return (run, env, value, path, emit) => {
    let isFound = false;
    left(run, env, value, path, (found, foundPath) => {
      if (!isTruthy(found)) return;
      isFound = true;
      emit(found, foundPath);
    });
    if (!isFound) right(run, env, value, path, emit);
  };
}

function compileLogic(node: { readonly left: Node; readonly right: Node }, decides: boolean, scope: Scope): Filter {
  const [left, right] = [compileNode(node.left, scope), compileNode(node.right, scope)];
  return (run, env, value, path, emit) =>
    left(run, env, value, undefined, (a) => {
      if (isTruthy(a) === decides) emit(decides, made(path));
      else right(run, env, value, undefined, (b) => emit(isTruthy(b), made(path)));
    });
}

// gojq evaluates the right operand in the outer loop.
function compileBinary(
  node: { readonly left: Node; readonly right: Node },
  scope: Scope,
  operate: (a: Value, b: Value, run: Run) => Value,
): Filter {
  const [left, right] = [compileNode(node.left, scope), compileNode(node.right, scope)];
  return (run, env, value, path, emit) => {
    run.step();
    right(run, env, value, undefined, (b) => left(run, env, value, undefined, (a) => emit(operate(a, b, run), made(path))));
  };
}

function comparison(operator: string): (a: Value, b: Value) => boolean {
  switch (operator) {
    case "==":
      return (a, b) => compareValues(a, b) === 0;
    case "!=":
      return (a, b) => compareValues(a, b) !== 0;
    case "<":
      return (a, b) => compareValues(a, b) < 0;
    case "<=":
      return (a, b) => compareValues(a, b) <= 0;
    case ">":
      return (a, b) => compareValues(a, b) > 0;
    default:
      return (a, b) => compareValues(a, b) >= 0;
  }
}

function signed(value: Value, negative: boolean, run: Run): Value {
  if (typeof value !== "number" && typeof value !== "bigint") {
    throw new JqError(`cannot ${negative ? "negate" : "plus"}: ${described(value)}`);
  }
  if (!negative) return value;
  return value === 0 ? 0 : arithmetic("*", value, -1, run);
}

function compileObject(node: Node & { readonly kind: "object" }, scope: Scope): Filter {
  const entries = node.entries.map(({ key, value }) => ({ key: compileNode(key, scope), value: compileNode(value, scope) }));
  const build = (
    run: Run,
    env: Env | null,
    input: Value,
    index: number,
    object: { readonly [key: string]: Value },
    done: (value: Value) => void,
  ): void => {
    const entry = entries[index];
    if (!entry) return done(object);
    entry.key(run, env, input, undefined, (key) => {
      if (typeof key !== "string") throw new JqError(`expected a string for object key but got: ${described(key)}`);
      entry.value(run, env, input, undefined, (value) => build(run, env, input, index + 1, { ...object, [key]: value }, done));
    });
  };
  return (run, env, value, path, emit) => {
    run.step();
    build(run, env, value, 0, {}, (object) => emit(object, made(path)));
  };
}

function compileIf(node: Node & { readonly kind: "if" }, scope: Scope): Filter {
  const branches = node.branches.map(({ condition, result }) => ({
    condition: compileNode(condition, scope),
    result: compileNode(result, scope),
  }));
  const otherwise = node.otherwise && compileNode(node.otherwise, scope);
  const choose = (index: number, run: Run, env: Env | null, value: Value, path: Path | undefined, emit: Emit): void => {
    const branch = branches[index];
    if (!branch) {
      if (otherwise) otherwise(run, env, value, path, emit);
      else emit(value, path);
      return;
    }
    branch.condition(run, env, value, undefined, (condition) => {
      if (isTruthy(condition)) branch.result(run, env, value, path, emit);
      else choose(index + 1, run, env, value, path, emit);
    });
  };
  return (run, env, value, path, emit) => {
    run.step();
    choose(0, run, env, value, path, emit);
  };
}

function compileFold(node: Node & { readonly kind: "reduce" | "foreach" }, scope: Scope): Filter {
  const source = compileNode(node.source, scope);
  const start = compileNode(node.start, scope);
  const bind = compilePattern(node.pattern, scope);
  const update = compileNode(node.update, bind.scope);
  const extract = node.kind === "foreach" && node.extract ? compileNode(node.extract, bind.scope) : undefined;
  return (run, env, value, path, emit) =>
    start(run, env, value, path, (first, firstPath) => {
      let state: { readonly value: Value; readonly path: Path | undefined } | undefined = { value: first, path: firstPath };
      source(run, env, value, undefined, (item) =>
        bind.apply(run, env, item, (bound) => {
          run.step();
          const before = state;
          if (node.kind === "reduce") {
            // The last result of the update goes on; without any the state is null.
            let after: typeof state = { value: null, path: firstPath };
            if (before)
              update(run, bound, before.value, before.path, (found, foundPath) => {
                after = { value: found, path: foundPath };
              });
            state = after;
            return;
          }
          if (!before) return;
          update(run, bound, before.value, before.path, (found, foundPath) => {
            state = { value: found, path: foundPath };
            if (extract) extract(run, bound, found, foundPath, emit);
            else emit(found, foundPath);
          });
        }),
      );
      // gojq: what a reduce comes to is no path.
      if (node.kind === "reduce" && state) emit(state.value, made(path));
    });
}

interface Binder {
  readonly scope: Scope;
  readonly apply: (run: Run, env: Env | null, value: Value, done: (env: Env | null) => void) => void;
}

function compilePattern(pattern: Pattern, scope: Scope): Binder {
  switch (pattern.kind) {
    case "variable":
      return {
        scope: { entry: { kind: "variable", name: pattern.name }, next: scope },
        apply: (_run, env, value, done) => done({ next: env, value }),
      };
    case "array": {
      let inner = scope;
      const items = pattern.items.map((item) => {
        const binder = compilePattern(item, inner);
        inner = binder.scope;
        return binder;
      });
      const applyFrom = (index: number, run: Run, env: Env | null, value: Value, done: (env: Env | null) => void): void => {
        const item = items[index];
        if (!item) return done(env);
        if (value !== null && !Array.isArray(value)) throw new JqError(`expected an array but got: ${described(value)}`);
        item.apply(run, env, indexValue(value, index), (bound) => applyFrom(index + 1, run, bound, value, done));
      };
      return { scope: inner, apply: (run, env, value, done) => applyFrom(0, run, env, value, done) };
    }
    case "object":
      return compileObjectPattern(pattern, scope);
  }
}

function compileObjectPattern(pattern: Pattern & { readonly kind: "object" }, scope: Scope): Binder {
  let inner = scope;
  const entries = pattern.entries.map(({ variable, key, value }) => {
    const keyFilter = key && compileNode(key, inner);
    if (variable !== undefined) inner = { entry: { kind: "variable", name: variable }, next: inner };
    const binder = value && compilePattern(value, inner);
    if (binder) inner = binder.scope;
    return { variable, keyFilter, binder };
  });
  const applyFrom = (index: number, run: Run, env: Env | null, value: Value, done: (env: Env | null) => void): void => {
    const entry = entries[index];
    if (!entry) return done(env);
    const withKey = (key: Value) => {
      if (typeof key !== "string") throw new JqError(`expected a string for object key but got: ${described(key)}`);
      if (value !== null && !isObject(value)) throw new JqError(`expected an object but got: ${described(value)}`);
      const found = indexValue(value, key);
      const bound: Env | null = entry.variable === undefined ? env : { next: env, value: found };
      if (entry.binder) entry.binder.apply(run, bound, found, (next) => applyFrom(index + 1, run, next, value, done));
      else applyFrom(index + 1, run, bound, value, done);
    };
    if (entry.keyFilter) entry.keyFilter(run, env, value, undefined, withKey);
    else withKey(entry.variable ?? "");
  };
  return { scope: inner, apply: (run, env, value, done) => applyFrom(0, run, env, value, done) };
}

/** `source as pattern ?// pattern | body`: a later pattern is tried where an earlier one, or its body, fails. */
function compileAs(node: Node & { readonly kind: "as" }, scope: Scope): Filter {
  const source = compileNode(node.source, scope);
  if (node.patterns.length === 1 && node.patterns[0]) {
    const bind = compilePattern(node.patterns[0], scope);
    const body = compileNode(node.body, bind.scope);
    return (run, env, value, path, emit) =>
      source(run, env, value, undefined, (item) => bind.apply(run, env, item, (bound) => body(run, bound, value, path, emit)));
  }
  const names = [...new Set(node.patterns.flatMap(variablesOf))];
  const nulls = names.reduce<Scope>((next, name) => ({ entry: { kind: "variable", name }, next }), scope);
  const choices = node.patterns.map((pattern) => {
    const bind = compilePattern(pattern, nulls);
    return { bind, body: compileNode(node.body, bind.scope) };
  });
  return (run, env, value, path, emit) =>
    source(run, env, value, undefined, (item) => {
      const empty = names.reduce<Env | null>((next) => ({ next, value: null }), env);
      for (const [index, { bind, body }] of choices.entries()) {
        const isLast = index === choices.length - 1;
        let passed: unknown;
        try {
          bind.apply(run, empty, item, (bound) =>
            body(run, bound, value, path, (found, foundPath) => {
              try {
                emit(found, foundPath);
              } catch (error) {
                passed = error;
                throw error;
              }
            }),
          );
          return;
        } catch (error) {
          if (isLast || error === passed || !(error instanceof JqError)) throw error;
        }
      }
    });
}

function variablesOf(pattern: Pattern): readonly string[] {
  switch (pattern.kind) {
    case "variable":
      return [pattern.name];
    case "array":
      return pattern.items.flatMap(variablesOf);
    case "object":
      return pattern.entries.flatMap(({ variable, value }) => [
        ...(variable === undefined ? [] : [variable]),
        ...(value ? variablesOf(value) : []),
      ]);
  }
}

function compileDefinition(definition: FunctionDefinition, body: Node, scope: Scope): Filter {
  const { name, parameters } = definition;
  const callee = compileNode(definition.body, scopeOf(definition, scope));
  const rest = compileNode(body, { entry: { kind: "function", name, parameters }, next: scope });
  return (run, env, value, path, emit) => rest(run, { next: env, closure: { filter: callee, env } }, value, path, emit);
}

/** The scope of a function's body: the function itself, then its parameters; a `$x` is both a variable and a function. */
function scopeOf({ name, parameters }: FunctionDefinition, scope: Scope): Scope {
  const own: Scope = { entry: { kind: "function", name, parameters }, next: scope };
  return parameters.reduce<Scope>((next, parameter) => {
    const plain = parameter.replace(/^\$/, "");
    const closure: Scope = { entry: { kind: "parameter", name: plain }, next };
    return parameter.startsWith("$") ? { entry: { kind: "variable", name: plain }, next: closure } : closure;
  }, own);
}

function compileCall(node: Node & { readonly kind: "call" }, scope: Scope): Filter {
  const { name, args } = node;
  const at = find(
    scope,
    (entry) =>
      (entry.kind === "parameter" && args.length === 0 && entry.name === name) ||
      (entry.kind === "function" && entry.name === name && entry.parameters.length === args.length),
  );
  if (!at) {
    const filters = args.map((arg) => compileNode(arg, scope));
    const builtin = builtinFilter(name, filters) ?? preludeCall(name, filters);
    if (!builtin) throw syntaxError(`function not defined: ${name}/${args.length}`);
    return builtin;
  }
  const { depth, entry } = at;
  if (entry.kind === "parameter") {
    return (run, env, value, path, emit) => {
      const closure = envAt(env, depth)?.closure;
      run.step();
      closure?.filter(run, closure.env, value, path, emit);
    };
  }
  const parameters = entry.kind === "function" ? entry.parameters : [];
  return callFilter(
    args.map((arg) => compileNode(arg, scope)),
    parameters,
    (env) => envAt(env, depth),
  );
}

/** Calls the function that stands at `definitionOf(env)`, whose own scope begins there. */
function callFilter(
  filters: readonly Filter[],
  parameters: readonly string[],
  definitionOf: (env: Env | null) => Env | null,
): Filter {
  const bind = (
    index: number,
    run: Run,
    callerEnv: Env | null,
    env: Env | null,
    value: Value,
    done: (env: Env | null) => void,
  ): void => {
    const [filter, parameter] = [filters[index], parameters[index]];
    if (!filter || parameter === undefined) return done(env);
    if (!parameter.startsWith("$")) {
      bind(index + 1, run, callerEnv, { next: env, closure: { filter, env: callerEnv } }, value, done);
      return;
    }
    filter(run, callerEnv, value, undefined, (argument) => {
      const constant: Filter = (_run, _env, _value, path, emit) => emit(argument, made(path));
      const closure: Env = { next: env, closure: { filter: constant, env: null } };
      bind(index + 1, run, callerEnv, { next: closure, value: argument }, value, done);
    });
  };
  return (run, env, value, path, emit) => {
    const definition = definitionOf(env);
    const callee = definition?.closure;
    if (!callee) return;
    run.step();
    bind(0, run, env, definition, value, (bound) => {
      run.deeper();
      try {
        callee.filter(run, bound, value, path, emit);
      } finally {
        run.back();
      }
    });
  };
}

const compiledPrelude = new Map<string, { readonly definition: FunctionDefinition; readonly env: Env }>();

/** A builtin that is itself written in jq; compiled when it is first called. */
function preludeCall(name: string, filters: readonly Filter[]): Filter | undefined {
  const id = `${name}/${filters.length}`;
  let known = compiledPrelude.get(id);
  if (!known) {
    const text = prelude.get(id);
    if (text === undefined) return undefined;
    const node = parseJq(`${text} .`);
    if (node.kind !== "definition") return undefined;
    let callee: Filter | undefined;
    const env: Env = { next: null, closure: { filter: (...rest) => callee?.(...rest), env: null } };
    known = { definition: node.definition, env };
    compiledPrelude.set(id, known);
    callee = compileNode(node.definition.body, scopeOf(node.definition, null));
  }
  const { definition, env } = known;
  return callFilter(filters, definition.parameters, () => env);
}
