import { InputError } from "../errors.js";
import type { KubernetesObject } from "../manifest/object.js";
import { asObject, asValue } from "../manifest/object.js";
import { compareTyped } from "../manifest/smd/compare.js";
import { decodeFieldsV1 } from "../manifest/smd/field-set.js";
import { removeItems } from "../manifest/smd/remove.js";
import { validateTyped } from "../manifest/smd/validate.js";
import { isObject } from "../manifest/value.js";
import type { CompareOptions } from "./options.js";
import { atomOrDeduced } from "./typed-value.js";

interface Pair {
  readonly target: KubernetesObject | null;
  readonly live: KubernetesObject | null;
}

/**
 * managedFieldsManagers: where a trusted field manager set a field to something else than git has, the field is taken out
 * of both sides.
 */
export function takeOverTrusted(pair: Pair, options: CompareOptions): Pair {
  const { target, live } = pair;
  if (!target || !live) return pair;
  const managers = options.rules.trustedManagers(target);
  if (managers.length === 0) return pair;
  const atom = atomOrDeduced(target, options.schemas);
  let [liveValue, targetValue] = [asValue(live), asValue(target)];
  const fits = [liveValue, targetValue].every((value) => validateTyped(value, atom, { allowDuplicates: false }).length === 0);
  if (!fits) return pair;
  const { modified } = compareTyped(liveValue, targetValue, atom);
  for (const entry of live.metadata.managedFields ?? []) {
    if (!managers.includes(String(entry["manager"]))) continue;
    const fields = decodeFieldsV1(entry["fieldsV1"]);
    if (!fields) {
      throw new InputError(`error normalizing manager ${String(entry["manager"])}: its fieldsV1 cannot be read`, {
        code: "COMPARE_TYPE",
      });
    }
    const owned = fields.intersection(modified);
    if (owned.isEmpty) continue;
    const [nextLive, nextTarget] = [removeItems(liveValue, owned, atom), removeItems(targetValue, owned, atom)];
    if (!isObject(nextLive) || !isObject(nextTarget)) return pair;
    [liveValue, targetValue] = [nextLive, nextTarget];
  }
  return { target: asObject(targetValue), live: asObject(liveValue) };
}
