import type { Value, ValueObject } from "../manifest/value.js";
import { isObject } from "../manifest/value.js";

/** What `live` has of the fields of `config` (lists: by position, surplus elements stay). Shared where nothing goes. */
export function keepFieldsOf(config: ValueObject, live: ValueObject): ValueObject {
  const kept: { [key: string]: Value } = {};
  let isSame = true;
  let count = 0;
  for (const key in config) {
    if (!Object.hasOwn(live, key)) continue;
    const before = live[key] as Value;
    const after = before === null ? before : keepValue(config[key] as Value, before);
    kept[key] = after;
    count++;
    if (after !== before) isSame = false;
  }
  return isSame && count === Object.keys(live).length ? live : kept;
}

function keepValue(config: Value, live: Value): Value {
  if (isObject(config) && isObject(live)) return keepFieldsOf(config, live);
  return Array.isArray(config) && Array.isArray(live) ? keepElementsOf(config, live) : live;
}

export function keepElementsOf(config: readonly Value[], live: readonly Value[]): readonly Value[] {
  const kept = live.map((item, index) =>
    index < config.length && item !== null ? keepValue(config[index] as Value, item) : item,
  );
  return kept.some((item, index) => item !== live[index]) ? kept : live;
}
