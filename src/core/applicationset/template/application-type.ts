import { goType, type StructType, structType } from "../model/go-type.js";

const meta: StructType = {
  kind: "struct",
  name: "ObjectMeta",
  fields: [
    ...["name", "generateName", "namespace", "uid", "resourceVersion"].map((name) => ({
      name,
      type: goType("string"),
      kept: "unlessEmpty" as const,
    })),
    { name: "labels", type: goType("map[string]string"), kept: "unlessEmpty" },
    { name: "annotations", type: goType("map[string]string"), kept: "unlessEmpty" },
    { name: "ownerReferences", type: { kind: "list", of: goType("JSON") }, kept: "unlessEmpty" },
    { name: "finalizers", type: goType("[]string"), kept: "unlessEmpty" },
  ],
};

/** metadata, spec and operation of an Application, as Go's types have them. */
export const applicationType: StructType = {
  kind: "struct",
  name: "Application",
  fields: [
    { name: "metadata", type: meta, kept: "always" },
    { name: "spec", type: structType("ApplicationSpec"), kept: "always" },
    { name: "operation", type: { kind: "pointer", of: structType("Operation") }, kept: "unlessEmpty" },
  ],
};
