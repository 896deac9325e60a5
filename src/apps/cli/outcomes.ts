import { FleetwrightError, formatError } from "../../core/errors.js";
import type { KubernetesObject } from "../../core/manifest/object.js";
import type { CliIo } from "./io.js";
import { formatTable, type OutputFormat, printValue } from "./output.js";

/** What a command did to one object. */
export interface Outcome {
  readonly name: string;
  readonly namespace?: string;
  readonly result: string;
}

/** Acts on each Application; one that refuses is told of and is exit code 2, and the others go on. */
export async function actOnEach(
  io: CliIo,
  applications: readonly KubernetesObject[],
  act: (application: KubernetesObject) => Promise<string>,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const application of applications) {
    const { name, namespace = "" } = application.metadata;
    try {
      outcomes.push({ name, namespace, result: await act(application) });
    } catch (error) {
      if (!(error instanceof FleetwrightError)) throw error;
      io.err(`Error: ${formatError(error)}\n`);
      io.setExitCode(2);
    }
  }
  return outcomes;
}

/** `NAME: RESULT` a line, or a table, or for programs a list. */
export function printOutcomes(io: CliIo, outcomes: readonly Outcome[], output: OutputFormat): void {
  if (outcomes.length === 0) return;
  if (output === "table") io.out(outcomes.map(({ name, result }) => `${name}: ${result}\n`).join(""));
  else if (output === "wide") {
    const rows = outcomes.map(({ name, namespace = "", result }) => [namespace, name, result]);
    io.out(formatTable(["NAMESPACE", "NAME", "RESULT"], rows));
  } else printValue(io, outcomes, output);
}
