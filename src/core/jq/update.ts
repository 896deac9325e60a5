import type { Value } from "../manifest/value.js";
import type { ArithmeticOperator, Node } from "./ast.js";
import { arithmetic } from "./operators.js";
import { deletePaths, getPath, setPath } from "./paths.js";
import { type Env, type Filter, isTruthy, made, pathKeys, type Run, rootPath } from "./runtime.js";

/** All paths that a filter names in a value. */
export function pathsOf(filter: Filter, run: Run, env: Env | null, value: Value): (readonly Value[])[] {
  const found: (readonly Value[])[] = [];
  filter(run, env, value, rootPath, (leaf, path) => {
    found.push(pathKeys(path, leaf));
    run.checkSize(found.length);
  });
  return found;
}

export function compileUpdate(node: Node & { readonly kind: "update" }, compile: (node: Node) => Filter): Filter {
  const { operator } = node;
  const [left, right] = [compile(node.left), compile(node.right)];
  if (operator === "|=") {
    // The first result of the right side; without one the path is deleted.
    return (run, env, value, path, emit) => {
      let result = value;
      const gone: (readonly Value[])[] = [];
      for (const keys of pathsOf(left, run, env, value)) {
        run.step();
        const found = firstOf(right, run, env, getPath(result, [...keys]));
        if (found === undefined) gone.push(keys);
        else result = setPath(result, keys, found.value);
      }
      emit(deletePaths(result, gone), made(path));
    };
  }
  const operate = operationOf(operator);
  return (run, env, value, path, emit) =>
    right(run, env, value, undefined, (operand) => {
      let result = value;
      for (const keys of pathsOf(left, run, env, value)) {
        run.step();
        result = setPath(result, keys, operate(getPath(result, [...keys]), operand, run));
      }
      emit(result, made(path));
    });
}

function operationOf(operator: string): (before: Value, operand: Value, run: Run) => Value {
  if (operator === "=") return (_before, operand) => operand;
  if (operator === "//=") return (before, operand) => (isTruthy(before) ? before : operand);
  const symbol = operator.slice(0, 1) as ArithmeticOperator;
  return (before, operand, run) => arithmetic(symbol, before, operand, run);
}

const stop = new Error("enough");

/** The first result of a filter, or undefined where there is none. */
export function firstOf(filter: Filter, run: Run, env: Env | null, value: Value): { readonly value: Value } | undefined {
  let found: { readonly value: Value } | undefined;
  try {
    filter(run, env, value, undefined, (result) => {
      found = { value: result };
      throw stop;
    });
  } catch (error) {
    if (error !== stop) throw error;
  }
  return found;
}
