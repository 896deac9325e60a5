import { InputError } from "../errors.js";
import { TemplateFailure, toInputError } from "../gotemplate/errors.js";
import { helmTable } from "../gotemplate/funcs/tables.js";
import { type ExecuteOptions, guarded, newRun } from "../gotemplate/render.js";
import { TemplateSet } from "../gotemplate/template-set.js";
import { compareText, toOutput } from "../gotemplate/value/text.js";
import { types } from "../gotemplate/value/type.js";
import { GoMap, type GoValue } from "../gotemplate/value/value.js";
import { executionErrorText, parseErrorText } from "./engine-errors.js";

/** One template file: its path in the chart (`chart/templates/x.yaml`), its text, and the root values it runs with. */
export interface TemplateFile {
  readonly name: string;
  readonly text: string;
  readonly values: GoMap;
  /** `.Template.BasePath` */
  readonly basePath: string;
}

export interface EngineOptions extends Omit<ExecuteOptions, "missingKey"> {
  /** Missing keys are errors. */
  readonly strict?: boolean;
  /** `required` and `fail` do not fail. */
  readonly lint?: boolean;
  /** Whose function set: 4.3 (default) knows the duration helpers. */
  readonly version?: "4.2" | "4.3";
}

/**
 * Renders every file that is no partial (`_…`), in Helm's order (more folders first, then by name from the end); the result maps file names to output. Throws InputError
 * HELM_TEMPLATE with Helm's message and the place of the innermost template.
 */
export function renderTemplates(files: readonly TemplateFile[], options: EngineOptions = {}): Map<string, string> {
  const set = new TemplateSet(helmTable({ lint: options.lint ?? false, version: options.version ?? "4.3" }));
  const ordered = files
    .map((file) => ({ ...file, slashes: file.name.split("/").length }))
    .sort((a, b) => b.slashes - a.slashes || compareText(b.name, a.name));
  for (const file of ordered) {
    located(parseErrorText, file.name, () => set.parse(file.name, file.text));
  }
  const run = newRun({ ...options, missingKey: options.strict ? "error" : "zero" });
  const rendered = new Map<string, string>();
  for (const file of ordered) {
    if (baseName(file.name).startsWith("_")) continue;
    file.values.entries.set("Template", templateInfo(file));
    // The root is of Helm's values type.
    const root = new GoMap(file.values.entries, types.values);
    const text = located(executionErrorText, file.name, () => set.execute(run, file.name, root));
    rendered.set(file.name, toOutput(text).replaceAll("<no value>", ""));
  }
  return rendered;
}

function templateInfo(file: TemplateFile): GoMap {
  return new GoMap(
    new Map<string, GoValue>([
      ["Name", file.name],
      ["BasePath", file.basePath],
    ]),
    types.values,
  );
}

/** Runs `action`; a failure leaves with Helm's wording. */
function located<T>(describe: (file: string, failure: TemplateFailure) => string, file: string, action: () => T): T {
  return guarded(() => {
    try {
      return action();
    } catch (error) {
      if (!(error instanceof TemplateFailure)) throw error;
      const { location } = toInputError(error);
      throw new InputError(describe(file, error), { code: "HELM_TEMPLATE", ...(location && { location }), cause: error });
    }
  });
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
