/** When drift is repaired again after a repair. */
export interface SelfHealSettings {
  /** Fixed wait after the last sync; used without `backoff`. */
  readonly timeoutMs: number;
  readonly backoff?: { readonly initialMs: number; readonly factor: number; readonly capMs: number } | undefined;
}

/**
 * How long self-heal still waits (≤ 0: not at all): since the last sync ended, or from now when it has no end. With a back-off the
 * first attempt waits not at all, the n-th initial × factor^(n-1), at most the cap (Argo CD).
 */
export function selfHealWaitMs(attempts: number, finishedAtMs: number | undefined, nowMs: number, settings: SelfHealSettings): number {
  const delayMs = settings.backoff ? backoffMs(attempts, settings.backoff) : settings.timeoutMs;
  return finishedAtMs === undefined ? delayMs : delayMs - (nowMs - finishedAtMs);
}

function backoffMs(attempts: number, backoff: { readonly initialMs: number; readonly factor: number; readonly capMs: number }): number {
  if (attempts <= 0) return 0;
  const delayMs = backoff.initialMs * (backoff.factor === 0 ? 1 : backoff.factor) ** (attempts - 1);
  return backoff.capMs > 0 ? Math.min(backoff.capMs, delayMs) : delayMs;
}
