import { readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "#src/core/errors.js";
import { compileTemplate, executeTemplate, parseTemplateOptions, toGoValue } from "#src/core/gotemplate/index.js";
import { GoMap } from "#src/core/gotemplate/value/value.js";
import { renderTemplates } from "#src/core/helm/engine.js";
import type { Area } from "./areas.js";
import { readCases } from "./jsonl.js";

interface Case {
  readonly id: string;
  readonly template: string;
  readonly data?: unknown;
  readonly options?: readonly string[];
  readonly helpers?: Readonly<Record<string, string>>;
  readonly strict?: boolean;
  readonly lint?: boolean;
  readonly expected: Readonly<Record<string, Expectation>>;
}

interface Expectation {
  readonly output?: string;
  readonly error?: string;
}

/** Templates under Argo CD's and Helm's function sets against recorded output and error messages. */
export const gotemplate: Area = async (folder, options) => {
  const base: unknown = JSON.parse(readFileSync(join(folder, "base.json"), "utf8"));
  const failures: { id: string; why: string }[] = [];
  let passed = 0;
  for (const found of readCases<Case>(folder, options)) {
    const data = structuredClone(found.data === undefined ? base : found.data);
    const why = Object.entries(found.expected)
      .map(([norm, expected]) => compare(norm, expected, norm === "argo" ? runArgo(found, data) : runHelm(found, data)))
      .filter((difference) => difference !== undefined);
    if (why.length === 0) passed++;
    else failures.push({ id: found.id, why: why.join("; ") });
  }
  return { passed, failures, skipped: new Map() };
};

const now = () => 1_700_000_000_000_000_000n;
const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));

function runArgo(found: Case, data: unknown): Expectation {
  let stage = "failed to parse template";
  try {
    const { missingKey } = parseTemplateOptions(found.options ?? []);
    const template = compileTemplate("base", found.template, { functions: "argo" });
    stage = "failed to execute go template";
    return { output: executeTemplate(template, data, { missingKey, now, random }) };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { error: error.code === "TEMPLATE_OPTION" ? "panic: " : `${stage} ${found.template}: ${error.message}` };
  }
}

/** The corpus was recorded with Helm 4.2.4. */
function runHelm(found: Case, data: unknown): Expectation {
  const values = toGoValue(data);
  if (!(values instanceof GoMap)) throw new Error("the data of a Helm case is an object");
  const file = (name: string, text: string) => ({ name: `c/templates/${name}`, text, values, basePath: "c/templates" });
  const files = Object.entries(found.helpers ?? {}).map(([name, text]) => file(name, text));
  const { strict = false, lint = false } = found;
  try {
    const rendered = renderTemplates([...files, file("case.yaml", found.template)], {
      strict,
      lint,
      now,
      random,
      version: "4.2",
    });
    return { output: rendered.get("c/templates/case.yaml") ?? "" };
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    return { error: error.message };
  }
}

/** The README's rule: failing is normative, the whole message is what users see; `panic:` only asks for an error. */
function compare(norm: string, expected: Expectation, actual: Expectation): string | undefined {
  if (expected.error?.startsWith("panic:") && actual.error !== undefined) return undefined;
  if (expected.output === actual.output && expected.error === actual.error) return undefined;
  return `${norm}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
}
