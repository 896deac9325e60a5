/** Deep equality of plain values; absent, null, "" , false and empty lists and maps are the same (as Go's omitted fields are). */
export function equalLoosely(left: unknown, right: unknown): boolean {
  if (isEmpty(left) && isEmpty(right)) return true;
  if (Array.isArray(left) || Array.isArray(right)) {
    if (!Array.isArray(left) || !Array.isArray(right) || left.length !== right.length) return false;
    return left.every((item, index) => equalLoosely(item, right[index]));
  }
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return left === right;
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]);
  return [...keys].every((key) => equalLoosely(memberOf(left, key), memberOf(right, key)));
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null || value === "" || value === false) return true;
  if (typeof value !== "object") return false;
  return Array.isArray(value) ? value.length === 0 : Object.values(value).every(isEmpty);
}

function memberOf(object: object, key: string): unknown {
  return Object.hasOwn(object, key) ? (object as { readonly [key: string]: unknown })[key] : undefined;
}
