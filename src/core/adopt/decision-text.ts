/** A case: what each attribute is, and the text that must come out. */
export interface DecisionCase {
  readonly values: ReadonlyMap<string, string>;
  readonly text: string;
}

export interface DecisionStyle {
  /** Go template condition for one attribute's value, given as JSON. */
  readonly isEqual: (attribute: string, json: string) => string;
  /** `{{- ` where actions stand on lines of their own. */
  readonly open: "{{ " | "{{- ";
  readonly close: " }}";
}

/** The shortest nest of `if` and `else` that gives each case its text. */
export function decisionText(cases: readonly DecisionCase[], attributes: readonly string[], style: DecisionStyle): string {
  const [first] = cases;
  if (!first) return "";
  if (cases.every(({ text }) => text === first.text)) return first.text;
  let best: string | undefined;
  for (const attribute of attributes) {
    const branches = branchesOf(cases, attribute, attributes, style);
    if (branches.length < 2) continue;
    const text = nest(branches, attribute, style);
    if (best === undefined || text.length < best.length) best = text;
  }
  return best ?? first.text;
}

interface Branch {
  readonly values: readonly string[];
  readonly text: string;
  readonly count: number;
}

/** The values of an attribute, those with the same outcome together; the most frequent last. */
function branchesOf(
  cases: readonly DecisionCase[],
  attribute: string,
  attributes: readonly string[],
  style: DecisionStyle,
): readonly Branch[] {
  const byValue = new Map<string, DecisionCase[]>();
  for (const entry of cases) {
    const value = entry.values.get(attribute) ?? "";
    byValue.set(value, [...(byValue.get(value) ?? []), entry]);
  }
  if (byValue.size < 2) return [];
  const rest = attributes.filter((other) => other !== attribute);
  const byText = new Map<string, { values: string[]; count: number }>();
  for (const [value, entries] of byValue) {
    const text = decisionText(entries, rest, style);
    const known = byText.get(text) ?? { values: [], count: 0 };
    byText.set(text, { values: [...known.values, value], count: known.count + entries.length });
  }
  return [...byText]
    .map(([text, branch]) => ({ text, ...branch }))
    .sort((a, b) => a.values.length - b.values.length || a.count - b.count);
}

function nest(branches: readonly Branch[], attribute: string, { isEqual, open, close }: DecisionStyle): string {
  const otherwise = branches.at(-1)!;
  const [only] = branches;
  if (branches.length === 2 && only!.text === "" && only!.values.length === 1) {
    const condition = isEqual(attribute, only!.values[0]!).replace(/^eq /, "ne ");
    return `${open}if ${condition}${close}${otherwise.text}${open}end${close}`;
  }
  const parts = branches.slice(0, -1).map(({ values, text }, at) => {
    const conditions = values.map((value) => isEqual(attribute, value));
    const condition = conditions.length === 1 ? conditions[0]! : `or ${conditions.map((one) => `(${one})`).join(" ")}`;
    return `${open}${at === 0 ? "if" : "else if"} ${condition}${close}${text}`;
  });
  return `${parts.join("")}${otherwise.text === "" ? "" : `${open}else${close}${otherwise.text}`}${open}end${close}`;
}
