import { isObject, objectAt, type ValueObject } from "../../manifest/value.js";
import { type ControlPlaneKind, crdOf } from "./crd.js";

/**
 * The CustomResourceDefinition as deploy/crds ships it. The templates of a matrix' or a merge's own generators stay open: nobody reads them,
 * and sixteen copies of an Application's schema make the object too large for `kubectl apply`, which keeps it in an annotation.
 */
export function installedCrdOf(kind: ControlPlaneKind): ValueObject {
  return kind.kind === "ApplicationSet" ? (withOpenTemplates(crdOf(kind), false) as ValueObject) : crdOf(kind);
}

function withOpenTemplates(value: unknown, isNested: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => withOpenTemplates(item, isNested));
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => {
      if (isNested && key === "template" && isObject(child) && isApplicationTemplate(child)) return [key, open(child)];
      return [key, withOpenTemplates(child, isNested || key === "matrix" || key === "merge")];
    }),
  );
}

function isApplicationTemplate(schema: ValueObject): boolean {
  return "spec" in objectAt(schema, "properties") && "metadata" in objectAt(schema, "properties");
}

function open({ required }: ValueObject): ValueObject {
  return { type: "object", ...(required ? { required } : {}), "x-kubernetes-preserve-unknown-fields": true };
}
