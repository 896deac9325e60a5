import { InputError } from "../errors.js";
import { valuesEqual } from "../manifest/equal.js";
import type { KubernetesObject } from "../manifest/object.js";
import { asObject, asValue } from "../manifest/object.js";
import { compareTyped } from "../manifest/smd/compare.js";
import { decodeFieldsV1, FieldSet } from "../manifest/smd/field-set.js";
import { mergeTyped } from "../manifest/smd/merge.js";
import type { FieldPath } from "../manifest/smd/path-element.js";
import { removeItems } from "../manifest/smd/remove.js";
import { toFieldSet } from "../manifest/smd/to-field-set.js";
import { isObject, type Value } from "../manifest/value.js";
import { parseJson } from "../yaml/json.js";
import type { Comparison } from "./compare.js";
import { normalizeKind } from "./kinds.js";
import { withoutLastApplied } from "./last-applied.js";
import { type CompareOptions, normalizeIgnored } from "./options.js";
import { oneSided, remarshal, withoutCreationTimestamp } from "./sides.js";
import { checkTyped, requireAtom } from "./typed-value.js";

interface Sides {
  readonly target: KubernetesObject | null;
  readonly live: KubernetesObject | null;
  readonly dryRun?: KubernetesObject;
}

/** Compares the live object with the answer of a server-side dry-run apply; what webhooks add is left out unless asked for. */
export function serverSideComparison(sides: Sides, options: CompareOptions): Comparison {
  // Ignored fields stay until the dry run has been answered: the server may require them.
  const target = sides.target && normalizeOnly(sides.target, options);
  const live = sides.live && normalizeOnly(sides.live, options);
  if (!target || !live) return oneSided(target, live);
  if (!sides.dryRun) throw new InputError("the dry run has not been answered", { code: "COMPARE_DRY_RUN" });
  const answered = options.includeMutationWebhook ? sides.dryRun : withoutWebhookMutations(sides.dryRun, live, options);
  const predictedLive = comparable(normalizeIgnored(normalizeOnly(answered, options), options));
  const normalizedLive = comparable(normalizeIgnored(normalizeKind(withoutCreationTimestamp(live), options), options));
  return { modified: !valuesEqual(normalizedLive, predictedLive), normalizedLive, predictedLive };
}

/** The object as it is sent in a dry run: its kind's form, with ignored fields. */
export function normalizeOnly(object: KubernetesObject, options: CompareOptions): KubernetesObject {
  return normalizeKind(withoutCreationTimestamp(remarshal(object)), options);
}

function comparable(object: KubernetesObject): Value {
  const plain = withoutLastApplied(object);
  const { managedFields: _, resourceVersion: __, ...metadata } = plain.metadata;
  return asValue({ ...plain, metadata });
}

/** What the manager does not own comes from the live object, so that the additions of webhooks are no difference. */
function withoutWebhookMutations(answered: KubernetesObject, live: KubernetesObject, options: CompareOptions): KubernetesObject {
  const name = `${answered.kind}/${answered.metadata.name}`;
  const entries = answered.metadata.managedFields ?? [];
  if (entries.length === 0) throw failure(`predictedLive for resource ${name} must have the managedFields`);
  const atom = requireAtom(answered, options.schemas);
  const [predicted, current] = [asValue(answered), asValue(live)];
  checkTyped(predicted, atom, "error converting predicted live state");
  checkTyped(current, atom, "error converting live state");
  let owned = new FieldSet();
  for (const entry of entries) {
    const fields = decodeFieldsV1(entry["fieldsV1"]);
    if (!fields) throw failure(`error building managedFields set of ${name}`);
    if (entry["manager"] === options.fieldManager) owned = owned.union(fields);
  }
  if (owned.isEmpty) throw failure(`no managed fields found for manager: ${options.fieldManager}`);
  const foreign = filtered(toFieldSet(predicted, atom).difference(owned), (path) => !hasOwnedBelow(owned, path));
  const gone = compareTyped(current, predicted, atom).removed.difference(foreign);
  const ours = removeItems(
    predicted,
    filtered(foreign, (path) => !isPartOfKey(path)),
    atom,
  );
  const result = removeItems(mergeTyped(current, ours, atom), gone, atom);
  if (!isObject(result)) throw failure(`nothing is left of ${name}`);
  return asObject(result);
}

function failure(message: string): InputError {
  return new InputError(message, { code: "COMPARE_DRY_RUN" });
}

function filtered(set: FieldSet, keeps: (path: FieldPath) => boolean): FieldSet {
  const kept = new FieldSet();
  for (const path of set.paths()) if (keeps(path)) kept.insert(path);
  return kept;
}

// Removing a path takes all below it along: a parent of something that the manager owns stays.
function hasOwnedBelow(owned: FieldSet, path: FieldPath): boolean {
  let below: FieldSet | undefined = owned;
  for (const element of path) below = below?.children.get(element);
  return below !== undefined && !below.isEmpty;
}

// A field of a compound list key must stay, or the element loses its identity.
function isPartOfKey(path: FieldPath): boolean {
  const last = path.at(-1) ?? "";
  if (!last.startsWith("f:")) return false;
  return path.slice(0, -1).some((element) => {
    if (!element.startsWith("k:")) return false;
    const keys = parseJson(element.slice(2), {});
    return isObject(keys) && Object.keys(keys).length > 1 && Object.hasOwn(keys, last.slice(2));
  });
}
