import { InputError, type Location } from "../errors.js";
import type { Problem, ProblemKind } from "./cursor.js";
import type { Dialect } from "./resolve.js";
import { columnOf, lineOf } from "./text.js";

/** The text that a Problem's offsets belong to. */
export interface ProblemSource {
  readonly src: string;
  readonly file: string | undefined;
  readonly dialect: Dialect;
  /** Lines of the file before `src`. */
  readonly lineOffset: number;
}

const CODES: Readonly<Record<ProblemKind, string>> = {
  scanner: "YAML_SYNTAX",
  parser: "YAML_SYNTAX",
  plain: "YAML_INVALID",
  type: "YAML_DUPLICATE_KEY",
  budget: "YAML_TOO_LARGE",
  "proto-key": "YAML_PROTO_KEY",
};

/** The error a user sees: go-yaml's words with go-yaml's line, and where the problem really is. */
export function toInputError(problem: Problem, source: ProblemSource): InputError {
  return new InputError(`yaml: ${goLine(problem, source)}${problem.message}`, {
    code: CODES[problem.kind],
    location: locationOf(problem.problemPos, source),
  });
}

export function locationOf(pos: number, { src, file, lineOffset }: ProblemSource): Location {
  return { file: file ?? "", line: lineOf(src, pos) + lineOffset, column: columnOf(src, pos) };
}

/** go-yaml: v3 names the line of the context, v2 that of the problem; both forget the first line, and parser errors count from 0. */
function goLine(problem: Problem, { src, dialect }: ProblemSource): string {
  if (problem.kind !== "scanner" && problem.kind !== "parser") return "";
  const context = problem.contextPos === undefined ? 0 : lineOf(src, problem.contextPos) - 1;
  const found = lineOf(src, problem.problemPos) - 1;
  const [first, second] = dialect === "kustomize" ? [context, found] : [found, context];
  const line = first !== 0 ? first : second;
  if (line === 0) return "";
  const countsFromOne = problem.kind === "scanner" && (first !== 0 || dialect === "kustomize");
  return `line ${countsFromOne ? line + 1 : line}: `;
}
