import type { Clock } from "../ports/clock.js";
import type { GuardedCluster } from "./cluster-guard.js";

const quietMs = 20_000;
const answerWithinMs = 8_000;
const againMs = 1_000;

/**
 * Asks a cluster that has said nothing for twenty seconds whether it is there. A connection that has died without a word, of which no watch
 * tells, opens the circuit so within a minute; a cluster whose watches speak is never asked. Returns how to end it.
 */
export function startHeartbeat(cluster: GuardedCluster, clock: Clock): () => void {
  let isEnded = false;
  let cancel = (): void => {};
  const next = (ms: number): void => {
    if (!isEnded) cancel = clock.schedule(ms, () => void beat());
  };
  const beat = async (): Promise<void> => {
    const silentMs = cluster.silentMs();
    if (silentMs < quietMs) return next(quietMs - silentMs);
    const answered = await cluster.ask(answerWithinMs).then(
      () => true,
      () => false,
    );
    next(answered ? quietMs : againMs);
  };
  next(quietMs);
  return () => {
    isEnded = true;
    cancel();
  };
}
