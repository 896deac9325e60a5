import { applyFieldSpecs, overwriteScalar } from "../filters/field-spec.js";
import { annotation, buildAnnotations } from "../model/annotations.js";
import { kustomizeError, prefixError, withPrefix } from "../model/errors.js";
import { type FieldSpec, fieldSpec } from "../model/field-spec.js";
import { withStoredId } from "../model/history.js";
import { shownResource } from "../model/shown-resource.js";
import { childOf, isList, isMap, isMissingOrNull, type Node, type NodeMap, textOf } from "../nodes/node.js";
import { NodeKindError, requireNodeKind } from "../nodes/ops.js";
import type { Transformer } from "./transformer.js";

export type SubjectMode = "defaultOnly" | "none" | "allServiceAccounts";

export interface NamespaceArgs {
  readonly namespace: string;
  readonly specs: readonly FieldSpec[];
  /** Leaves a namespace that is there. */
  readonly isUnsetOnly?: boolean;
  readonly subjects?: SubjectMode;
}

/** NamespaceTransformer: the namespace of what has one, and of the service accounts that role bindings name (`namespace`). */
export function namespaceTransformer(args: NamespaceArgs): Transformer {
  return {
    kind: "NamespaceTransformer",
    transform(map) {
      if (args.namespace === "") return;
      for (let position = 0; position < map.size; position++) {
        const resource = map.at(position);
        if (resource.isEmpty || annotation(resource.value, buildAnnotations.helmGenerated) === "true") continue;
        const stored = withStoredId(resource);
        const moved = stored.with(withNamespaceSet(stored.value, args, resource.curId.isClusterScoped));
        map.replaceAt(position, moved);
        const same = map.positionsOfCurrent(moved.curId);
        if (same.length === 1) continue;
        const ids = same.map((other) => shownResource(map.at(other).value)).join(" ");
        throw kustomizeError("KUSTOMIZE_DUPLICATE", `namespace transformation produces ID conflict: [${ids}]`);
      }
    },
  };
}

const metadataNamespace = fieldSpec("metadata/namespace", { create: true });

export function withNamespaceSet(value: NodeMap, args: NamespaceArgs, isClusterScoped: boolean): NodeMap {
  const edit = { set: setter(args), createKind: "scalar" as const };
  const apiVersion = textOf(childOf(value, "apiVersion"));
  let specs = args.specs.filter(({ path }) => path !== "metadata/namespace" && (apiVersion === "v1" || path !== "metadata/name"));
  let result = isClusterScoped ? value : applyFieldSpecs(value, [metadataNamespace], edit);
  const kind = textOf(childOf(value, "kind"));
  if (isRoleBinding(kind)) {
    specs = specs.filter((spec) => !(isRoleBinding(spec.kind) && spec.path === "subjects/namespace"));
    result = withSubjects(result, args);
  }
  try {
    return applyFieldSpecs(result, specs, { ...edit, createTag: "!!str" });
  } catch (error) {
    throw prefixError(
      error,
      isCollectionProblem(error) ? "namespace field specs must target scalar nodes" : "namespace transformation failed",
    );
  }
}

function isCollectionProblem(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause)
    if (cause instanceof NodeKindError) return cause.actualKind !== "scalar";
  return false;
}

function isRoleBinding(kind: string): boolean {
  return kind === "RoleBinding" || kind === "ClusterRoleBinding";
}

function setter({ namespace, isUnsetOnly }: NamespaceArgs): (node: Node | undefined) => Node | undefined {
  return (node) => {
    if (isUnsetOnly && node !== undefined && !isMap(node) && !isList(node) && !isMissingOrNull(node) && textOf(node) !== "")
      return node;
    return overwriteScalar(node, "!!str", namespace);
  };
}

function withSubjects(value: NodeMap, args: NamespaceArgs): NodeMap {
  const mode = args.subjects ?? "defaultOnly";
  const subjects = childOf(value, "subjects");
  if (mode === "none" || isMissingOrNull(subjects)) return value;
  const [field, wanted] = mode === "defaultOnly" ? ["name", "default"] : ["kind", "ServiceAccount"];
  return withPrefix("setting namespace on (cluster)role binding subjects", () => {
    requireNodeKind(subjects, "list");
    const changed = (subjects as readonly Node[]).map((subject) => {
      if (textAt(subject, field) !== wanted || !isMap(subject)) return subject;
      const before = childOf(subject, "namespace");
      const after = setter(args)(before);
      return after === before ? subject : { ...subject, namespace: after as Node };
    });
    return changed.some((subject, index) => subject !== (subjects as readonly Node[])[index])
      ? { ...value, subjects: changed }
      : value;
  });
}

/** The text of the field that tells whether a subject is meant. */
function textAt(subject: Node, field: string): string {
  return withPrefix(`looking up ${field} on (cluster)role binding subject`, () => {
    requireNodeKind(subject, "map");
    const value = childOf(subject, field);
    if (isMissingOrNull(value)) return "";
    requireNodeKind(value, "scalar");
    return textOf(value);
  });
}
