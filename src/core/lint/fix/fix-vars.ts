import { editedTree } from "../../explain/edited-tree.js";
import { stripGeneratedHash } from "../../impact/generated-name.js";
import { buildKustomization } from "../../kustomize/index.js";
import { asValue, type KubernetesObject, splitApiVersion } from "../../manifest/object.js";
import { isObject, listAt, objectAt, stringAt, type Value, type ValueObject } from "../../manifest/value.js";
import { parseYaml } from "../../yaml/parse.js";
import { emittedItems, indented, placeItems, Unfixable, usualIndent, withLines } from "./edits.js";
import type { FixContext } from "./fix-kustomization.js";
import { itemsOf, type Outline, type OutlineEntry } from "./outline.js";

/**
 * `vars` → `replacements`, where every use of a variable is a whole value of the kustomization's own resources. What stands inside a longer text, or
 * is used by an overlay only, cannot be told as a replacement and stays.
 */
export function varsToReplacements(outline: Outline, entry: OutlineEntry, context: FixContext): string {
  const text = outline.lines.slice(entry.from, entry.to).join("\n");
  if (/(^|\s)#/.test(text)) throw new Unfixable("vars has comments, which would have no place");
  if (!itemsOf(outline, entry)) throw new Unfixable("vars is written in an unusual way");
  const value = parseYaml(text, { dialect: "kustomize", duplicateKeys: "last" });
  const vars = isObject(value) ? listAt(value, "vars").filter(isObject) : [];
  const resources = withoutVars(outline, entry, context);
  const replacements = vars.map((one) => replacementOf(one, resources)).filter((one) => one !== undefined);
  const indent = usualIndent(outline);
  const without = withLines(outline, entry.from, entry.to, []);
  if (replacements.length === 0) return without;
  return placeItems(outline, entry, { lines: indented(emittedItems(replacements), indent), indent, at: "start" }, "replacements");
}

/** What the kustomization builds while its variables stand unresolved. */
function withoutVars(outline: Outline, entry: OutlineEntry, { file, tree }: FixContext): readonly KubernetesObject[] {
  const edited = editedTree(tree, file, withLines(outline, entry.from, entry.to, []));
  const directory = file.slice(0, Math.max(0, file.lastIndexOf("/")));
  try {
    const result = buildKustomization(edited, directory, {});
    if (result.kind === "built") return result.resources;
  } catch {
    // Told below: what does not build by itself has no known uses.
  }
  throw new Unfixable("the kustomization does not build by itself, so the uses of vars are not known");
}

function replacementOf(one: ValueObject, resources: readonly KubernetesObject[]): ValueObject | undefined {
  const name = stringAt(one, "name");
  const objref = objectAt(one, "objref");
  const { group, version } = splitApiVersion(stringAt(objref, "apiVersion") || "v1");
  const fieldPath = (stringAt(objectAt(one, "fieldref"), "fieldpath") || "metadata.name").replace(/\[(\d+)\]/g, ".$1");
  const targets = resources.flatMap((resource) => {
    const fieldPaths = usesOf(asValue(resource), `$(${name})`, []);
    if (fieldPaths.length === 0) return [];
    return [{ select: { kind: resource.kind, name: stripGeneratedHash(resource.metadata.name) }, fieldPaths }];
  });
  if (targets.length === 0) return undefined;
  return {
    source: {
      ...(group === "" ? {} : { group }),
      ...(stringAt(objref, "apiVersion") === "" ? {} : { version }),
      kind: stringAt(objref, "kind"),
      name: stringAt(objref, "name"),
      ...(stringAt(objref, "namespace") === "" ? {} : { namespace: stringAt(objref, "namespace") }),
      fieldPath,
    },
    targets,
  };
}

/** Paths of the values that are the reference and nothing else; throws where it is a part of a longer one. */
function usesOf(value: Value, reference: string, path: readonly string[]): readonly string[] {
  if (typeof value === "string") {
    if (value === reference) return [path.join(".")];
    if (value.includes(reference)) throw new Unfixable(`${reference} stands inside a longer text`);
    return [];
  }
  if (Array.isArray(value))
    return value.flatMap((item: Value, index) => {
      const name = isObject(item) ? stringAt(item, "name") : "";
      return usesOf(item, reference, [...path, name === "" ? String(index) : `[name=${name}]`]);
    });
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([key, item]) => usesOf(item, reference, [...path, key.replaceAll(".", "\\.")]));
}
