import type { Value } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";
import { compareValues } from "./compare.js";
import { described, JqError, syntaxError } from "./errors.js";
import { valueFunctions } from "./functions.js";
import { isNumber } from "./numbers.js";
import { arithmetic } from "./operators.js";
import { deletePaths, getPath, setPath } from "./paths.js";
import { type Emit, type Env, type Filter, isTruthy, made, noPath, type Path, pathKeys, type Run, rootPath } from "./runtime.js";
import { preview } from "./text.js";

/** A builtin that works on filters rather than on values. */
type Special = (args: readonly Filter[]) => Filter;

/** The compiled call of a native builtin, or undefined where there is none of that name and arity. */
export function builtinFilter(name: string, args: readonly Filter[]): Filter | undefined {
  const special = specials.get(`${name}/${args.length}`);
  if (special) return special(args);
  const found = valueFunctions.get(`${name}/${args.length}`);
  if (!found) return undefined;
  if (args.length === 0) {
    return (run, _env, value, path, emit) => {
      run.step();
      emit(found(run, value, []), made(path));
    };
  }
  return (run, env, value, path, emit) => {
    run.step();
    product(args, run, env, value, (values) => emit(found(run, value, values), made(path)));
  };
}

/** All combinations of the arguments' results; the last argument varies slowest, as in gojq. */
function product(
  args: readonly Filter[],
  run: Run,
  env: Env | null,
  value: Value,
  done: (values: readonly Value[]) => void,
): void {
  const step = (index: number, values: readonly Value[]): void => {
    const arg = args[index];
    if (!arg) return done(values);
    arg(run, env, value, undefined, (found) => step(index - 1, [found, ...values]));
  };
  step(args.length - 1, []);
}

class Stop extends Error {}

/** Runs a filter until `emit` answers false. */
function until(
  filter: Filter,
  context: { run: Run; env: Env | null; value: Value; path: Path | undefined },
  emit: (value: Value, path: Path | undefined) => boolean,
): void {
  const stop = new Stop("stop");
  try {
    filter(context.run, context.env, context.value, context.path, (found, foundPath) => {
      if (!emit(found, foundPath)) throw stop;
    });
  } catch (error) {
    if (error !== stop) throw error;
  }
}

const argument = (args: readonly Filter[], index: number): Filter =>
  args[index] ?? ((_run, _env, value, path, emit) => emit(value, path));

const specials: ReadonlyMap<string, Special> = new Map<string, Special>([
  ["empty/0", () => () => {}],
  ["error/0", () => (_run, _env, value) => fail(value)],
  ["error/1", (args) => (run, env, value) => argument(args, 0)(run, env, value, undefined, fail)],
  ["not/0", () => (_run, _env, value, path, emit) => emit(!isTruthy(value), made(path))],
  ["select/1", (args) => selectFilter(argument(args, 0))],
  ["recurse/0", () => recurseWith((_run, _env, value, path, emit) => children(value, path, emit))],
  ["recurse/1", (args) => recurseWith(argument(args, 0))],
  [
    "path/1",
    (args) => (run, env, value, path, emit) =>
      argument(args, 0)(run, env, value, rootPath, (leaf, found) => emit([...pathKeys(found, leaf)], made(path))),
  ],
  [
    "getpath/1",
    (args) => (run, env, value, path, emit) =>
      argument(args, 0)(run, env, value, undefined, (keys) => {
        const found = getPath(value, keys);
        if (path === undefined) return emit(found, undefined);
        if (path === noPath) throw new JqError(`invalid path against: ${described(value)}`);
        emit(
          found,
          (keys as readonly Value[]).reduce<Path>((parent, key) => ({ parent, key }), path),
        );
      }),
  ],
  [
    "setpath/2",
    (args) => (run, env, value, path, emit) =>
      product(args, run, env, value, ([keys = null, replacement = null]) => emit(setAt(value, keys, replacement), made(path))),
  ],
  [
    "delpaths/1",
    (args) => (run, env, value, path, emit) =>
      argument(args, 0)(run, env, value, undefined, (paths) => emit(deleteAll(value, paths), made(path))),
  ],
  ["first/1", (args) => (run, env, value, path, emit) => limitFilter(1, argument(args, 0), { run, env, value, path }, emit)],
  [
    "last/1",
    (args) => (run, env, value, path, emit) => {
      let last: { value: Value; path: Path | undefined } | undefined;
      argument(args, 0)(run, env, value, path, (found, foundPath) => {
        last = { value: found, path: foundPath };
      });
      if (last) emit(last.value, last.path);
    },
  ],
  [
    "limit/2",
    (args) => (run, env, value, path, emit) =>
      argument(args, 0)(run, env, value, undefined, (count) => {
        if (compareValues(count, 0) < 0) fail("limit doesn't support negative count");
        limitFilter(Number(count), argument(args, 1), { run, env, value, path }, emit);
      }),
  ],
  [
    "skip/2",
    (args) => (run, env, value, path, emit) =>
      argument(args, 0)(run, env, value, undefined, (count) => {
        if (compareValues(count, 0) < 0) fail("skip doesn't support negative count");
        let left = Number(count);
        argument(args, 1)(run, env, value, path, (found, foundPath) => {
          if (left-- <= 0) emit(found, foundPath);
        });
      }),
  ],
  [
    "range/1",
    (args) => (run, env, value, path, emit) =>
      argument(args, 0)(run, env, value, undefined, (end) => range(run, [0, end, 1], path, emit)),
  ],
  [
    "range/2",
    (args) => (run, env, value, path, emit) =>
      inOrder(args, run, env, value, ([start = 0, end = 0]) => range(run, [start, end, 1], path, emit)),
  ],
  [
    "range/3",
    (args) => (run, env, value, path, emit) =>
      inOrder(args, run, env, value, ([start = 0, end = 0, step = 1]) => range(run, [start, end, step], path, emit)),
  ],
  [
    "while/2",
    (args) => (run, env, value, path, emit) => {
      const [condition, update] = [argument(args, 0), argument(args, 1)];
      iterate(run, { value, path }, (at, next) =>
        condition(run, env, at.value, undefined, (found) => {
          if (!isTruthy(found)) return;
          emit(at.value, at.path);
          update(run, env, at.value, at.path, (after, afterPath) => next({ value: after, path: afterPath }));
        }),
      );
    },
  ],
  [
    "until/2",
    (args) => (run, env, value, path, emit) => {
      const [condition, update] = [argument(args, 0), argument(args, 1)];
      iterate(run, { value, path }, (at, next) =>
        condition(run, env, at.value, undefined, (found) => {
          if (isTruthy(found)) emit(at.value, at.path);
          else update(run, env, at.value, at.path, (after, afterPath) => next({ value: after, path: afterPath }));
        }),
      );
    },
  ],
  // gojq: the filter is applied to the same input for ever.
  [
    "repeat/1",
    (args) => (run, env, value, path, emit) => {
      for (;;) {
        run.step();
        argument(args, 0)(run, env, value, path, emit);
      }
    },
  ],
  ["input/0", noInput],
  ["inputs/0", noInput],
  ["debug/0", () => (_run, _env, value, path, emit) => emit(value, path)],
  ["debug/1", () => (_run, _env, value, path, emit) => emit(value, path)],
  ["stderr/0", () => (_run, _env, value, path, emit) => emit(value, path)],
  ["env/0", () => (_run, _env, _value, path, emit) => emit({}, made(path))],
  ["input_line_number/0", () => (_run, _env, _value, path, emit) => emit(0, made(path))],
  ["halt/0", () => () => fail("halt")],
  ["halt_error/0", () => (_run, _env, value) => fail(value)],
  ["halt_error/1", () => (_run, _env, value) => fail(value)],
]);

function noInput(): never {
  throw syntaxError("input(s)/0 is not allowed");
}

function fail(value: Value): never {
  throw new JqError(typeof value === "string" ? `error: ${value}` : `error: ${preview(value)}`, value);
}

function selectFilter(condition: Filter): Filter {
  return (run, env, value, path, emit) => {
    run.step();
    condition(run, env, value, undefined, (found) => {
      if (isTruthy(found)) emit(value, path);
    });
  };
}

function children(value: Value, path: Path | undefined, emit: Emit): void {
  const child = (item: Value, key: Value) => emit(item, path === undefined || path === noPath ? path : { parent: path, key });
  if (Array.isArray(value)) value.forEach((item: Value, index) => child(item, index));
  else if (isObject(value)) for (const key of Object.keys(value).sort()) child(value[key] as Value, key);
}

function recurseWith(step: Filter): Filter {
  const down: Filter = (run, env, value, path, emit) => {
    run.step();
    run.deeper();
    emit(value, path);
    step(run, env, value, path, (inner, innerPath) => down(run, env, inner, innerPath, emit));
    run.back();
  };
  return down;
}

function limitFilter(
  count: number,
  filter: Filter,
  context: { run: Run; env: Env | null; value: Value; path: Path | undefined },
  emit: Emit,
): void {
  if (count <= 0) return;
  let left = count;
  let last: { value: Value; path: Path | undefined } | undefined;
  until(filter, context, (found, foundPath) => {
    if (--left > 0) emit(found, foundPath);
    else last = { value: found, path: foundPath };
    return left > 0;
  });
  // The last one goes on outside, so that what follows runs after the generator has ended.
  if (last) emit(last.value, last.path);
}

// gojq's range takes its bounds from the left.
function inOrder(
  args: readonly Filter[],
  run: Run,
  env: Env | null,
  value: Value,
  done: (values: readonly Value[]) => void,
): void {
  const step = (index: number, values: readonly Value[]): void => {
    const arg = args[index];
    if (!arg) return done(values);
    arg(run, env, value, undefined, (found) => step(index + 1, [...values, found]));
  };
  step(0, []);
}

function range(run: Run, bounds: readonly [Value, Value, Value], path: Path | undefined, emit: Emit): void {
  for (const bound of bounds) if (!isNumber(bound)) throw new JqError(`range cannot be applied to: ${described(bound)}`);
  const [start, end, step] = bounds;
  const direction = compareValues(step, 0);
  for (let at = start; direction * compareValues(at, end) < 0; at = arithmetic("+", at, step, run)) {
    run.step();
    emit(at, made(path));
  }
}

interface At {
  readonly value: Value;
  readonly path: Path | undefined;
}

/** Goes from value to value without growing the stack where each leads to one next. */
function iterate(run: Run, first: At, visit: (at: At, next: (at: At) => void) => void): void {
  let pending: At[] = [first];
  while (pending.length > 0) {
    const following: At[] = [];
    for (const at of pending) {
      run.step();
      visit(at, (next) => following.push(next));
    }
    run.checkSize(following.length);
    pending = following;
  }
}

function setAt(value: Value, keys: Value, replacement: Value): Value {
  if (!Array.isArray(keys))
    throw new JqError(`setpath(${preview(keys)}; ${preview(replacement)}) cannot be applied to: ${described(value)}`);
  try {
    return setPath(value, keys, replacement);
  } catch (error) {
    if (!(error instanceof JqError)) throw error;
    throw new JqError(
      `setpath(${preview(keys)}; ${preview(replacement)}) cannot be applied to ${preview(value)}: ${error.message}`,
    );
  }
}

function deleteAll(value: Value, paths: Value): Value {
  if (!Array.isArray(paths)) throw new JqError(`delpaths(${preview(paths)}) cannot be applied to: ${described(value)}`);
  const lists = paths.map((path: Value) => {
    if (Array.isArray(path)) return path as readonly Value[];
    throw new JqError(
      `delpaths(${preview(paths)}) cannot be applied to ${preview(value)}: expected an array but got: ${described(path)}`,
    );
  });
  try {
    return deletePaths(value, lists);
  } catch (error) {
    if (!(error instanceof JqError)) throw error;
    throw new JqError(`delpaths(${preview(paths)}) cannot be applied to ${preview(value)}: ${error.message}`);
  }
}
