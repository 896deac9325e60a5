import type { Value, ValueObject } from "../manifest/value.js";
import { isObject, stringAt } from "../manifest/value.js";

/** Subsets of an Endpoints object in an order that depends on their content alone. */
export function endpointOrder(subsets: readonly Value[]): readonly Value[] {
  return sortedBy(subsets.map(orderedSubset), textOf);
}

function orderedSubset(subset: Value): Value {
  if (!isObject(subset)) return subset;
  const ordered: { [key: string]: Value } = { ...subset };
  for (const key of ["addresses", "notReadyAddresses"]) {
    const list = ordered[key];
    if (Array.isArray(list)) ordered[key] = sortedBy(list, addressText);
  }
  if (Array.isArray(ordered["ports"])) ordered["ports"] = sortedBy(ordered["ports"], textOf);
  return ordered;
}

function sortedBy(list: readonly Value[], text: (item: Value) => string): readonly Value[] {
  const keyed = list.map((item) => ({ item, text: text(item) }));
  keyed.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  return keyed.map(({ item }) => item);
}

function addressText(address: Value): string {
  if (!isObject(address)) return "";
  const target = isObject(address["targetRef"]) ? stringAt(address["targetRef"] as ValueObject, "uid") : "";
  return `${stringAt(address, "ip")}\u0000${target}`;
}

function textOf(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(textOf).join(",")}]`;
  if (!isObject(value)) return typeof value === "string" ? JSON.stringify(value) : String(value);
  const parts = Object.keys(value)
    .sort()
    .map((key) => `${key}:${textOf(value[key] as Value)}`);
  return `{${parts.join(",")}}`;
}
