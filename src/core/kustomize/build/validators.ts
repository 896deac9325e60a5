import { InputError } from "../../errors.js";
import { emitJson } from "../../yaml/json.js";
import { metaTexts, withMetaTexts } from "../model/annotations.js";
import { kustomizeError } from "../model/errors.js";
import { formatId, idKey } from "../model/res-id.js";
import { ResMap } from "../model/res-map.js";
import type { Resource } from "../model/resource.js";
import { shownResource } from "../model/shown-resource.js";
import { toJson } from "../nodes/json.js";
import { childOf, isMap, type NodeMap, SharedText } from "../nodes/node.js";
import { isRebuilt } from "../nodes/rebuilt.js";
import type { Transformer } from "../transformers/transformer.js";

const validatedBy = "validated-by";

/** What steps have set, by the first id of the resource and their own word for it. */
export class Touches {
  readonly #seen = new Set<string>();

  /** False where it was noted before. */
  add(resource: Resource, what: string): boolean {
    const entry = `${idKey(resource.orgId)}\n${what}`;
    if (this.#seen.has(entry)) return false;
    this.#seen.add(entry);
    return true;
  }
}

/** Validators are transformers that may change nothing but a label of their own. `touches` are those of the transformers before them. */
export function runValidators(map: ResMap, validators: readonly Transformer[], touches: Touches): void {
  for (const validator of validators) {
    const before = map.resources;
    const checked = new ResMap(before);
    const touched = new Set<string>();
    validator.transform(checked, {
      warn: () => {},
      touched(resource, what) {
        if (touches.add(resource, what) && !what.startsWith(`entry ${validatedBy}=`)) touched.add(resource.curKey);
      },
    });
    const fail = (what: string): Error =>
      kustomizeError("KUSTOMIZE_PLUGIN", `validator shouldn't modify the resource map: ${what}`);
    if (checked.size !== before.length)
      throw fail(`lists have different number of entries: ${before.length} and ${checked.size}`);
    for (const resource of before) {
      const [position, ...others] = checked.positionsOfCurrent(resource.curId);
      const id = formatId(resource.curId);
      if (position === undefined) throw fail(`id in self missing from other; id: ${id}`);
      if (others.length > 0) throw fail(`id in self matches ${others.length + 1} in other; id: ${id}`);
      const after = checked.at(position);
      const { [validatedBy]: _label, ...labels } = metaTexts(after.value, "labels");
      const cleaned = _label === undefined ? after.value : withMetaTexts(after.value, "labels", labels);
      // Where the label is taken away, the others are set anew.
      const isTouched = touched.has(after.curKey) || (_label !== undefined && hasLabelsOfFile(resource.value));
      if (!isTouched && cleaned === resource.value) continue;
      // Of two that were rebuilt alike, all nodes are.
      const isOther = isRebuilt(cleaned) && !isRebuilt(resource.value);
      if (!isTouched && !isOther && isSame(cleaned, resource.value)) continue;
      throw fail(`nodes unequal: \n -- ${shownResource(resource.value)},\n -- ${shownResource(cleaned)}`);
    }
    map.setAll(checked.resources);
  }
}

/** Whether it has a label that no step has set. */
function hasLabelsOfFile(value: NodeMap): boolean {
  const labels = childOf(childOf(value, "metadata"), "labels");
  return isMap(labels) && Object.values(labels).some((label) => !(label instanceof SharedText));
}

/** What a validator makes of a resource may not even be printable. */
function isSame(cleaned: NodeMap, before: NodeMap): boolean {
  try {
    return emitJson(toJson(cleaned)) === emitJson(toJson(before));
  } catch (error) {
    if (error instanceof InputError) return false;
    throw error;
  }
}
