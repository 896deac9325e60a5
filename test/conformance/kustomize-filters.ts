import { InputError } from "#src/core/errors.js";
import { applyFieldSpec, applyFieldSpecs, overwriteScalar } from "#src/core/kustomize/filters/field-spec.js";
import { decodePatch } from "#src/core/kustomize/filters/json-patch.js";
import { mergeNodes } from "#src/core/kustomize/filters/merge2.js";
import { applyReplacements } from "#src/core/kustomize/filters/replacement.js";
import { generateIamPolicy } from "#src/core/kustomize/generators/iam-policy.js";
import type { IamPolicyArgs, ImageArgs, ReplacementArgs, ReplicaArgs, Texts } from "#src/core/kustomize/kustomization/fields.js";
import { type FieldSpec, fieldSpec } from "#src/core/kustomize/model/field-spec.js";
import { ResMap } from "#src/core/kustomize/model/res-map.js";
import { Resource } from "#src/core/kustomize/model/resource.js";
import { builtInSchemas } from "#src/core/kustomize/model/schema.js";
import { toJson } from "#src/core/kustomize/nodes/json.js";
import { type Node, type NodeMap, textOf } from "#src/core/kustomize/nodes/node.js";
import { YNode } from "#src/core/kustomize/nodes/ynode.js";
import { imageSetter, withContainerImages } from "#src/core/kustomize/transformers/image-tag.js";
import { withEntries } from "#src/core/kustomize/transformers/labels.js";
import { type SubjectMode, withNamespaceSet } from "#src/core/kustomize/transformers/namespace.js";
import { patchInto } from "#src/core/kustomize/transformers/patch-apply.js";
import { readOperations } from "#src/core/kustomize/transformers/patch-text.js";
import { withValue } from "#src/core/kustomize/transformers/value-add.js";
import type { Value } from "#src/core/manifest/value.js";
import { emitJson } from "#src/core/yaml/json.js";
import { parseYamlDocuments } from "#src/core/yaml/parse.js";
import type { CaseBase } from "./kustomize.js";

type Parameters = { readonly [name: string]: never } & FilterParameters;

interface FilterParameters {
  readonly Labels: Texts;
  readonly Annotations: Texts;
  readonly FsSlice?: readonly Partial<FieldSpec>[];
  readonly fieldSpecs?: readonly Partial<FieldSpec>[];
  readonly fieldSpec: Partial<FieldSpec>;
  readonly prefix: string;
  readonly suffix: string;
  readonly replica: ReplicaArgs;
  readonly imageTag: ImageArgs;
  readonly Namespace: string;
  readonly unsetOnly: boolean;
  readonly setRoleBindingSubjects: string;
  readonly Patch: Value;
  readonly Value: string;
  readonly FieldPath: string;
  readonly filePathPosition: number;
  readonly IAMPolicyGenerator: IamPolicyArgs;
  readonly replacements: readonly ReplacementArgs[];
}

export interface FilterCase extends CaseBase {
  readonly kind: "filter";
  readonly filterType: string;
  readonly filter?: Parameters;
  readonly input: string;
}

/** Why a case cannot be run: the recorded filter lacks what the original kept in unexported fields. */
export function missingInput(found: FilterCase): string | undefined {
  if (found.filterType === "nameref.Filter") return "a name reference filter recorded without its candidates";
  if (found.filterType === "patchstrategicmerge.Filter" && found.filter === undefined)
    return "a merge filter recorded without its patch";
  return found.filterType === "refvar.Filter" ? "a variable filter recorded without its variables" : undefined;
}

/** Below the final round trip comments and order remain in the original, so values are compared. */
export function runFilterCase(found: FilterCase): string | undefined {
  const actual = apply(found, documents(found.input) as readonly NodeMap[]).map((node) => emitJson(toJson(node), { indent: 1 }));
  const wanted = documents(found.expectedOutput ?? "").map((node) => emitJson(toJson(node), { indent: 1 }));
  return actual.join("\n") === wanted.join("\n")
    ? found.expectedOutput
    : `structure differs:\n${actual.join("\n")}\nwanted:\n${wanted.join("\n")}`;
}

function documents(text: string): readonly Node[] {
  try {
    return parseYamlDocuments(text, { dialect: "kustomize", keepStyle: true }) as readonly unknown[] as readonly Node[];
  } catch (error) {
    if (!(error instanceof InputError) || !error.message.includes("map[interface {}]")) throw error;
    return parseYamlDocuments(text, { dialect: "kubernetes" }) as readonly unknown[] as readonly Node[];
  }
}

function apply(found: FilterCase, nodes: readonly NodeMap[]): readonly Node[] {
  const { filterType, filter = {} as Parameters } = found;
  switch (filterType) {
    case "replacement.Filter": {
      const map = new ResMap(nodes.map((node) => new Resource(node, builtInSchemas)));
      applyReplacements(map, filter.replacements, { warn: () => {}, selected: () => {} });
      return map.resources.map(({ value }) => value);
    }
    case "iampolicygenerator.Filter":
      return [generateIamPolicy(filter.IAMPolicyGenerator)];
    case "patchstrategicmerge.Filter":
      return nodes.flatMap((node) => mergeOne(found, node));
    default:
      return nodes.map((node) => applyToOne(filterType, filter, node));
  }
}

function mergeOne(found: FilterCase, node: NodeMap): readonly Node[] {
  const patch = found.filter?.Patch as unknown as Node;
  const merged = mergeNodes(new YNode(patch), new YNode(node), builtInSchemas, { listIncrease: "prepend" });
  return merged === undefined ? [] : [merged.freeze()];
}

function applyToOne(type: string, filter: Parameters, node: NodeMap): Node {
  const specs = (filter.FsSlice ?? filter.fieldSpecs ?? []).map((spec) => fieldSpec(spec.path ?? "", spec));
  const spec = filter.fieldSpec && fieldSpec(filter.fieldSpec.path ?? "", filter.fieldSpec);
  const rename = (change: (text: string) => string): Node =>
    applyFieldSpec(node, spec, { set: (field) => overwriteScalar(field, "", change(textOf(field))), createKind: "scalar" });
  switch (type) {
    case "labels.Filter":
      return withEntries(node, filter.Labels, specs).value;
    case "annotations.Filter":
      return withEntries(node, filter.Annotations, specs).value;
    case "prefix.Filter":
      return rename((text) => filter.prefix + text);
    case "suffix.Filter":
      return rename((text) => text + filter.suffix);
    case "replicacount.Filter":
      return applyFieldSpec(node, spec, {
        set: (field) => overwriteScalar(field, "!!int", String(filter.replica.count)),
        createKind: "scalar",
      });
    case "imagetag.Filter":
      return node["kind"] === "CustomResourceDefinition"
        ? node
        : applyFieldSpecs(node, specs, { set: imageSetter(filter.imageTag) });
    case "imagetag.LegacyFilter":
      return node["kind"] === "CustomResourceDefinition" ? node : withContainerImages(node, imageSetter(filter.imageTag));
    case "namespace.Filter":
      return moved(filter, specs, node);
    case "patchjson6902.Filter":
      return patchInto(
        new Resource(node, builtInSchemas),
        typeof filter.Patch === "string" ? readOperations(filter.Patch) : decodePatch(filter.Patch),
      ).value;
    case "valueadd.Filter":
      return withValue(node, { fieldPath: filter.FieldPath, filePathPosition: filter.filePathPosition ?? 0 }, filter.Value);
    default:
      throw new Error(`no filter ${type}`);
  }
}

function moved(filter: Parameters, specs: readonly FieldSpec[], node: NodeMap): Node {
  const args = {
    namespace: filter.Namespace,
    specs,
    isUnsetOnly: filter.unsetOnly,
    subjects: (filter.setRoleBindingSubjects || "defaultOnly") as SubjectMode,
  };
  return withNamespaceSet(node, args, new Resource(node, builtInSchemas).curId.isClusterScoped);
}
