import { InputError } from "../errors.js";
import { decodeJson } from "../gotemplate/json/decode.js";
import { RecentTexts } from "../gotemplate/recent-texts.js";
import { guarded } from "../gotemplate/render.js";
import { toPlain } from "../gotemplate/value/to-plain.js";
import { GoMap, typeOf } from "../gotemplate/value/value.js";
import type { Value } from "../manifest/value.js";
import type { Chart } from "./chart.js";
import { helmError } from "./failure.js";
import { printFindings } from "./schema/messages.js";
import { checkSchema, validateSchema } from "./schema/validate.js";

/** Checks the coalesced values of a chart and its subcharts against their values.schema.json. Throws HELM_SCHEMA. */
export function validateValues(chart: Chart, values: GoMap): void {
  const text = violations(chart, values);
  if (text === "") return;
  throw helmError(`values don't meet the specifications of the schema(s) in the following chart(s):\n${text}`, {
    code: "HELM_SCHEMA",
  });
}

function violations(chart: Chart, values: GoMap): string {
  const own = chart.schema === undefined ? "" : ownViolations(chart.metadata.name, chart.schema, values);
  const inner = chart.dependencies.map((child) => {
    const { name } = child.metadata;
    const given = values.entries.get(name);
    if (given === undefined || given === null) return "";
    if (!(given instanceof GoMap)) return `${name}:\ninvalid type for values: expected object (map), got ${typeOf(given).name}\n`;
    return violations(child, given);
  });
  return own + inner.join("");
}

function ownViolations(name: string, schema: string, values: GoMap): string {
  try {
    const found = printFindings(validateSchema(schemaOf(schema), plainNumbers(toPlain(values))));
    return found.length === 0 ? "" : `${name}:\n${found.join("\n")}\n`;
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    const message = error.message
      .replace("unexpected end of JSON input", schema.trim() === "" ? "EOF" : "unexpected EOF")
      .replace(/^invalid character .* (?=after top-level value$)/, "invalid character ");
    return `${name}:\n${message}`;
  }
}

interface CheckedSchema {
  readonly document: Value;
}

const checked = new RecentTexts<CheckedSchema>(16_000_000);

/** The schema of a text, which is checked once. */
function schemaOf(text: string): Value {
  const found = checked.get(text, () => {
    const document = guarded(() => toPlain(decodeJson(text)));
    checkSchema(plainNumbers(document));
    return { document };
  });
  return found?.document ?? true;
}

/** Integers that fit are plain numbers, so that limits compare alike. */
function plainNumbers(value: Value): Value {
  if (typeof value === "bigint") return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  if (Array.isArray(value)) return (value as readonly Value[]).map(plainNumbers);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plainNumbers(item)]));
}
