import type { Value, ValueObject } from "../../manifest/value.js";
import { applicationCrd } from "./application-crd.generated.js";
import { applicationSetCrd } from "./applicationset-crd.generated.js";
import { appProjectCrd } from "./appproject-crd.generated.js";
import type { PackedSchema, SchemaNode } from "./packed-schema.js";

/** One of the custom resources a control plane is made of. */
export interface ControlPlaneKind {
  readonly kind: string;
  readonly singular: string;
  readonly plural: string;
  readonly shortNames: readonly string[];
  readonly schema: PackedSchema;
  readonly printerColumns?: readonly ValueObject[];
  /** Argo CD: an ApplicationSet's status is a subresource, an Application's is a plain field. */
  readonly subresources?: ValueObject;
}

const version = "v1alpha1";

export const kinds: readonly ControlPlaneKind[] = [
  {
    kind: "Application",
    singular: "application",
    plural: "applications",
    shortNames: ["app", "apps"],
    schema: applicationCrd,
    subresources: {},
    printerColumns: [
      { name: "Sync Status", type: "string", jsonPath: ".status.sync.status" },
      { name: "Health Status", type: "string", jsonPath: ".status.health.status" },
      { name: "Revision", type: "string", jsonPath: ".status.sync.revision", priority: 10 },
      { name: "Project", type: "string", jsonPath: ".spec.project", priority: 10 },
    ],
  },
  {
    kind: "ApplicationSet",
    singular: "applicationset",
    plural: "applicationsets",
    shortNames: ["appset", "appsets"],
    schema: applicationSetCrd,
    subresources: { status: {} },
  },
  {
    kind: "AppProject",
    singular: "appproject",
    plural: "appprojects",
    shortNames: ["appproj", "appprojs"],
    schema: appProjectCrd,
  },
];

/** The CustomResourceDefinition, with names, columns and subresources as Argo CD installs them. */
export function crdOf({
  kind,
  singular,
  plural,
  shortNames,
  schema,
  printerColumns,
  subresources,
}: ControlPlaneKind): ValueObject {
  const name = `${plural}.argoproj.io`;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name, labels: { "app.kubernetes.io/name": name, "app.kubernetes.io/part-of": "argocd" } },
    spec: {
      group: "argoproj.io",
      names: { kind, listKind: `${kind}List`, plural, shortNames, singular },
      scope: "Namespaced",
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          ...(subresources ? { subresources } : {}),
          ...(printerColumns ? { additionalPrinterColumns: printerColumns } : {}),
          schema: { openAPIV3Schema: unpacked(schema, schema.root) },
        },
      ],
    },
  };
}

/** A JSON Schema (draft 7) for editors: it marks unknown fields, which the API server would drop without a word. */
export function editorSchemaOf({ kind, schema }: ControlPlaneKind): ValueObject {
  const root = schema.nodes[schema.root]!;
  const reference = (index: number): ValueObject => ({ $ref: `#/definitions/${index}` });
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: `${kind} (argoproj.io/${version})`,
    type: "object",
    required: ["apiVersion", "kind", ...(root.required ?? [])],
    properties: {
      ...mapValues(root.properties ?? {}, reference),
      apiVersion: { const: `argoproj.io/${version}` },
      kind: { const: kind },
      metadata: { type: "object" },
    },
    additionalProperties: false,
    definitions: Object.fromEntries(
      schema.nodes
        .map((node, index) => [String(index), editorNode(node, reference)])
        .filter(([index]) => index !== String(schema.root)),
    ),
  };
}

/** Sub-schemas are shared in the result: nothing may write to it. */
function unpacked(schema: PackedSchema, index: number, known = new Map<number, ValueObject>()): ValueObject {
  const found = known.get(index);
  if (found) return found;
  const node = schema.nodes[index]!;
  const child = (at: number): ValueObject => unpacked(schema, at, known);
  const made: ValueObject = { ...(node as ValueObject), ...children(node, child) };
  known.set(index, made);
  return made;
}

function editorNode(node: SchemaNode, reference: (index: number) => ValueObject): ValueObject {
  const { nullable, ...rest } = Object.fromEntries(
    Object.entries(node as ValueObject).filter(([key]) => !key.startsWith("x-kubernetes-")),
  );
  const isOpen = node["x-kubernetes-preserve-unknown-fields"] === true;
  return {
    ...rest,
    ...children(node, reference),
    ...(node.type === "object" && node.properties && !isOpen ? { additionalProperties: false } : {}),
    ...(nullable === true && node.type !== undefined ? { type: [node.type, "null"] } : {}),
  };
}

function children(node: SchemaNode, child: (index: number) => ValueObject): ValueObject {
  return {
    ...(node.properties ? { properties: mapValues(node.properties, child) } : {}),
    ...(node.items === undefined ? {} : { items: child(node.items) }),
    ...(typeof node.additionalProperties === "number" ? { additionalProperties: child(node.additionalProperties) } : {}),
  };
}

function mapValues<T>(record: Readonly<Record<string, T>>, map: (value: T) => Value): Record<string, Value> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(value)]));
}
