/** Whether version `a` is later than `b`; both are decimal numbers (Kubernetes 1.35: comparable within one resource). */
export function isLaterVersion(a: string | undefined, b: string | undefined): boolean {
  if (a === undefined || b === undefined) return a !== undefined;
  return a.length === b.length ? a > b : a.length > b.length;
}
