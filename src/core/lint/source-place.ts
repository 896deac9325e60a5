import type { Location } from "../errors.js";
import type { FleetApplication } from "../impact/fleet-state.js";
import { stripGeneratedHash } from "../impact/generated-name.js";
import type { KubernetesObject } from "../manifest/object.js";
import { equalValues, isObject, objectAt, stringAt, type Value, type ValueObject } from "../manifest/value.js";
import { filesRead } from "../render/recording-tree.js";
import { parseYamlDocuments } from "../yaml/parse.js";
import type { LintedFleet } from "./rule.js";
import { originPlace } from "./rules/shared-resource.js";

type Path = readonly (string | number)[];

/**
 * Where a field of a rendered object was most likely written: the same value at the same field of a document of that kind among the files that
 * the render read; else the document of the object; else where the Application comes from.
 */
export function placeOfField(
  fleet: LintedFleet,
  application: FleetApplication,
  { object, path }: { readonly object: KubernetesObject; readonly path: Path },
): Location {
  const wanted = valueAt(object as unknown as Value, path);
  const documents = filesRead(application.render.readSet).flatMap((file) => documentsOf(fleet, file));
  const ofKind = documents.filter(({ value }) => stringAt(value, "kind") === object.kind);
  for (const { file, document, value } of [...ofKind].sort((a, b) => likeness(b.value, object) - likeness(a.value, object))) {
    const found = wanted === undefined ? undefined : findAlike(value, path, wanted);
    if (found) return fleet.files.place(file, found, { document });
  }
  const own = ofKind.find(({ value }) => likeness(value, object) > 0);
  if (own) return fleet.files.place(own.file, path.length === 0 ? ["kind"] : path, { document: own.document });
  return originPlace(application, fleet);
}

interface Document {
  readonly file: string;
  readonly document: number;
  readonly value: ValueObject;
}

const known = new WeakMap<LintedFleet["files"], Map<string, readonly Document[]>>();

function documentsOf({ files }: LintedFleet, file: string): readonly Document[] {
  if (!/\.(ya?ml|json)$/.test(file)) return [];
  const byFile = known.get(files) ?? new Map<string, readonly Document[]>();
  known.set(files, byFile);
  const remembered = byFile.get(file);
  if (remembered) return remembered;
  let found: readonly Document[] = [];
  try {
    found = parseYamlDocuments(files.text(file) ?? "", { dialect: "kubernetes", file }).flatMap((value, document) =>
      isObject(value) ? [{ file, document, value }] : [],
    );
  } catch {
    // A template is no YAML yet.
  }
  byFile.set(file, found);
  return found;
}

/** 2: the object's name; 1: a part of it, as prefixes and suffixes leave it; 0: another's. */
function likeness(value: ValueObject, { metadata }: KubernetesObject): number {
  const name = stringAt(objectAt(value, "metadata"), "name");
  if (name === "") return 0;
  if (name === metadata.name || name === stripGeneratedHash(metadata.name)) return 2;
  return metadata.name.includes(name) ? 1 : 0;
}

function valueAt(value: Value | undefined, path: Path): Value | undefined {
  let here = value;
  for (const step of path) {
    if (Array.isArray(here)) here = here[Number(step)] as Value | undefined;
    else here = isObject(here) && Object.hasOwn(here, String(step)) ? here[String(step)] : undefined;
  }
  return here;
}

/** The same fields, whatever the indexes of lists: overlays give items of a list in their own order. */
function findAlike(value: Value | undefined, path: Path, wanted: Value): Path | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value !== undefined && equalValues(value, wanted) ? [] : undefined;
  if (typeof step === "number") {
    if (!Array.isArray(value)) return undefined;
    for (const [index, item] of value.entries()) {
      const found = findAlike(item as Value, rest, wanted);
      if (found) return [index, ...found];
    }
    return undefined;
  }
  const found = isObject(value) && Object.hasOwn(value, step) ? findAlike(value[step], rest, wanted) : undefined;
  return found && [step, ...found];
}
