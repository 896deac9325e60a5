/** A controller that works writes a verdict again at least every ten minutes; one that is older than this is Stale. */
export const staleAfterMs = 30 * 60_000;
