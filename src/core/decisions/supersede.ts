/** A running sync and what git wants now. */
export interface RunningSync {
  readonly isAutomated: boolean;
  readonly revisions: readonly string[];
  readonly startedAtMs: number;
  /** What the sync waits for (a wave's health, a hook), undefined while it is applying. */
  readonly waitingSinceMs: number | undefined;
}

export interface SupersedeSettings {
  readonly nowMs: number;
  readonly desiredRevisions: readonly string[];
  /** How long a sync may wait before a newer commit replaces it. */
  readonly graceMs: number;
  /** `argocd`: never; a sync that waits for ever blocks every later commit. */
  readonly compat?: "argocd" | "fleetwright";
}

/**
 * Whether a sync that only waits is ended because a newer commit is there. A sync that a person started, or that is applying
 * right now, is left alone.
 */
export function isSuperseded(running: RunningSync, settings: SupersedeSettings): boolean {
  if (settings.compat === "argocd" || !running.isAutomated || running.waitingSinceMs === undefined) return false;
  if (settings.nowMs - running.waitingSinceMs < settings.graceMs) return false;
  const { desiredRevisions } = settings;
  if (desiredRevisions.length === 0 || desiredRevisions.includes("")) return false;
  return desiredRevisions.join("\n") !== running.revisions.join("\n");
}
