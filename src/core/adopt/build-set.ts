import type { Value, ValueObject } from "../manifest/value.js";
import { emitYaml } from "../yaml/emit.js";
import type { Survey } from "./adopt.js";
import {
  clustersGenerator,
  type GeneratorSources,
  gitFilesGenerator,
  listGenerator,
  type Rows,
  type SideGenerator,
} from "./choose-generators.js";
import { type DecisionStyle, decisionText } from "./decision-text.js";
import type { Attribute, Explanation, Template } from "./explain-leaves.js";
import type { Path } from "./sample.js";

export interface BuildOptions {
  readonly name: string;
  /** Names of Applications that the set must leave out. */
  readonly exclude: readonly string[];
  readonly sources?: GeneratorSources | undefined;
}

/** The ApplicationSet that a survey comes to; what generates each side is the shortest that says all. */
export function buildApplicationSet(survey: Survey, options: BuildOptions): ValueObject {
  const used = usedAttributes(survey);
  const sides = { left: distinctRows(survey, used, "left"), right: distinctRows(survey, used, "right") };
  const names = partNames(survey);
  const generators = generatorsOf(survey, used, sides, names, options.sources);
  const expressions = new Map(generators.flatMap(({ expressions: own }) => [...own]));
  const { template, patch } = renderTemplates(survey, expressions);
  const [one, two] = generators;
  let generator: ValueObject = two ? { matrix: { generators: [one!.generator, two.generator] } } : one!.generator;
  const name = ((template["metadata"] ?? {}) as ValueObject)["name"] as string;
  if (options.exclude.length > 0) {
    // A selector sees parameters one by one, so the name becomes one.
    const application = { list: { elements: [{ applicationName: name }] } };
    generator = {
      matrix: { generators: [generator, application] },
      selector: { matchExpressions: [{ key: "applicationName", operator: "NotIn", values: [...options.exclude].sort() }] },
    };
  }
  const namespace =
    survey.explanation.leaves.find(({ leaf }) => leaf.path.join(".") === "metadata.namespace")?.expected[0] ?? "argocd";
  const finalizers = ((template["metadata"] ?? {}) as ValueObject)["finalizers"];
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "ApplicationSet",
    metadata: { name: options.name, namespace },
    spec: {
      goTemplate: true,
      goTemplateOptions: ["missingkey=error"],
      generators: [generator],
      // Argo CD: without it, an Application whose template has no finalizer gets one.
      ...(finalizers ? {} : { syncPolicy: { preserveResourcesOnDeletion: true } }),
      template,
      ...(patch === "" ? {} : { templatePatch: patch }),
    },
  };
}

function usedAttributes({ explanation }: Survey): readonly Attribute[] {
  const names = new Set(
    explanation.leaves.flatMap((leaf) => {
      if (leaf.kind === "attribute") return [leaf.attribute];
      if (leaf.kind === "choice") return leaf.attributes;
      return leaf.kind === "template"
        ? leaf.template.flatMap((piece) => (typeof piece === "string" ? [] : [piece.attribute]))
        : [];
    }),
  );
  return explanation.attributes.filter(({ name }) => names.has(name));
}

function distinctRows({ split }: Survey, attributes: readonly Attribute[], side: "left" | "right"): Rows {
  const rows = new Map<string, ReadonlyMap<string, Value | undefined>>();
  const own = attributes.filter((attribute) => attribute.side === side);
  split[side].forEach((part, index) => {
    if (!rows.has(part)) rows.set(part, new Map(own.map(({ name, values }) => [name, values[index]])));
  });
  return [...rows.values()];
}

/** The side that decides the destination is the cluster. */
function partNames({ explanation }: Survey): ReadonlyMap<string, string> {
  const destination = explanation.leaves.find(
    ({ leaf, kind }) => kind !== "constant" && leaf.path[1] === "destination" && leaf.path[2] !== "namespace",
  );
  const attribute =
    destination?.kind === "attribute"
      ? destination.attribute
      : destination?.kind === "template"
        ? (destination.template.find((piece) => typeof piece !== "string") as { readonly attribute: string }).attribute
        : undefined;
  const side = explanation.attributes.find(({ name }) => name === attribute)?.side;
  return side === "right"
    ? new Map([
        ["left", "service"],
        ["right", "cluster"],
      ])
    : new Map([
        ["left", side === "left" ? "cluster" : "application"],
        ["right", "service"],
      ]);
}

function generatorsOf(
  survey: Survey,
  used: readonly Attribute[],
  sides: { readonly left: Rows; readonly right: Rows },
  names: ReadonlyMap<string, string>,
  sources: GeneratorSources | undefined,
): readonly SideGenerator[] {
  const of = (side: "left" | "right"): readonly Attribute[] => used.filter((attribute) => attribute.side === side);
  const { split } = survey;
  const isGrid = sides.left.length * sides.right.length === split.left.length && sides.right.length > 1 && sides.left.length > 1;
  if (!isGrid) {
    const rows = split.left.map((_, index) => new Map(used.map(({ name, values }) => [name, values[index]])));
    return [listGenerator(rows, used, names)];
  }
  return (["left", "right"] as const).map((side) => {
    const [rows, attributes] = [sides[side], of(side)];
    const found =
      sources && (clustersGenerator(rows, attributes, sources.clusters) ?? gitFilesGenerator(rows, attributes, sources));
    return found ?? listGenerator(rows, attributes, names);
  });
}

/** What strings can say goes into the template, all else (numbers, booleans, fields that some lack) into the templatePatch. */
function renderTemplates(
  { explanation }: Survey,
  expressions: ReadonlyMap<string, string>,
): { readonly template: ValueObject; readonly patch: string } {
  const template: Record<string, unknown> = {};
  const patched: Explanation[] = [];
  for (const leaf of explanation.leaves) {
    const { path } = leaf.leaf;
    if (path.join(".") === "metadata.namespace") continue;
    if (leaf.kind === "constant") {
      if (leaf.value !== undefined) setAt(template, path, typeof leaf.value === "string" ? escapeText(leaf.value) : leaf.value);
    } else if (leaf.kind === "template") setAt(template, path, templateText(leaf.template, expressions));
    else if (!leaf.expected.every((value) => typeof value === "string")) patched.push(leaf);
    else if (leaf.kind === "attribute") setAt(template, path, `{{ ${expressions.get(leaf.attribute)} }}`);
    else {
      const text = choiceText(
        [leaf],
        explanation.attributes,
        expressions,
        (index) => escapeText(String(leaf.expected[index])),
        "{{ ",
      );
      setAt(template, path, text);
    }
  }
  if (patched.length === 0) return { template: template as ValueObject, patch: "" };
  const patchAt = (index: number): string => {
    const value: Record<string, unknown> = {};
    for (const { leaf, expected } of patched) if (expected[index] !== undefined) setAt(value, leaf.path, expected[index]);
    return Object.keys(value).length === 0 ? "" : `\n${emitYaml(value as ValueObject, { style: "kubernetes" }).trimEnd()}\n`;
  };
  const patch = choiceText(patched, explanation.attributes, expressions, patchAt, "{{- ").replace(/^\n+/, "");
  return { template: template as ValueObject, patch: `${patch.trimEnd()}\n` };
}

function choiceText(
  leaves: readonly Explanation[],
  attributes: readonly Attribute[],
  expressions: ReadonlyMap<string, string>,
  textAt: (index: number) => string,
  open: DecisionStyle["open"],
): string {
  const names = [
    ...new Set(
      leaves.flatMap((leaf) => (leaf.kind === "choice" ? leaf.attributes : leaf.kind === "attribute" ? [leaf.attribute] : [])),
    ),
  ];
  const columns = attributes.filter(({ name }) => names.includes(name));
  const seen = new Map<string, { values: ReadonlyMap<string, string>; text: string }>();
  for (let index = 0; index < leaves[0]!.expected.length; index++) {
    const values = new Map(columns.map(({ name, texts }) => [name, texts[index] === "" ? '""' : texts[index]!]));
    const key = [...values.values()].join(" ");
    if (!seen.has(key)) seen.set(key, { values, text: textAt(index) });
  }
  const isEqual = (attribute: string, json: string): string => {
    const expression = expressions.get(attribute)!;
    // Numbers of JSON are floats to a Go template; their text is what both sides agree on.
    return json.startsWith('"') ? `eq ${expression} ${json}` : `eq (toString ${expression}) ${JSON.stringify(json)}`;
  };
  return decisionText([...seen.values()], names, { isEqual, open, close: " }}" });
}

function templateText(template: Template, expressions: ReadonlyMap<string, string>): string {
  return template
    .map((piece) => (typeof piece === "string" ? escapeText(piece) : `{{ ${expressions.get(piece.attribute)} }}`))
    .join("");
}

function escapeText(text: string): string {
  return text.replaceAll("{{", '{{ "{{" }}');
}

function setAt(target: Record<string, unknown>, path: Path, value: unknown): void {
  let here = target as Record<string | number, unknown>;
  path.forEach((step, at) => {
    if (at === path.length - 1) here[step] = value;
    else {
      here[step] ??= typeof path[at + 1] === "number" ? [] : {};
      here = here[step] as Record<string | number, unknown>;
    }
  });
}
