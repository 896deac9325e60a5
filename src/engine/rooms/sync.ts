import type { SyncProgress } from "../../core/sync/operation.js";
import type { SyncInput } from "../../core/sync/plan.js";
import type { SyncReply, SyncTurn } from "../../core/sync/request.js";
import { stepSync } from "../../core/sync/step.js";
import { type Applier, isWrite, playRequest } from "../apply.js";
import { sameValue } from "../merge-patch.js";

export interface SyncRoom extends Applier {
  /** Pause between waves, in which other controllers see what was applied (Argo CD: ARGOCD_SYNC_WAVE_DELAY, 2 s). */
  readonly waveDelayMs: number;
}

export interface SyncRoomInput {
  readonly progress: SyncProgress;
  /** Compares anew and gives what the next step is computed from. */
  readonly prepare: (progress: SyncProgress) => Promise<SyncInput>;
  /** Writes the operation's state into the Application; resolves when it is safe there. */
  readonly persist: (progress: SyncProgress) => Promise<void>;
}

export interface SyncRoomOutput {
  /** To be written before the room is entered again. */
  readonly progress: SyncProgress;
  /** How long to wait at most before the next step; undefined when the sync has ended. */
  readonly againAfterMs: number | undefined;
}

const mostRounds = 200;
const lookAgainMs = 5_000;

/**
 * Comparison and policy → what a sync does next, played until it has to wait or has ended. The operation's state is written before a hook
 * is made and before anything is deleted, and after each step: a controller that is killed resumes there, and no hook runs twice.
 */
export async function syncApplication(room: SyncRoom, input: SyncRoomInput): Promise<SyncRoomOutput> {
  let { progress } = input;
  let persisted = progress;
  const persist = async (next: SyncProgress): Promise<void> => {
    if (sameValue(next, persisted)) return;
    await input.persist(next);
    persisted = next;
  };
  for (let round = 0; round < mostRounds; round++) {
    const before = progress;
    const step = stepSync(await input.prepare(progress));
    let wrote = false;
    let pauses = false;
    let turn = step.next();
    while (!turn.done) {
      if (turn.value.kind === "wave-end") {
        pauses = !turn.value.isFinal;
        turn = step.next([]);
        continue;
      }
      if ((round > 0 && turn.value.requests.some(isWrite)) || isDelicate(turn.value))
        await persist(round > 0 && !isDelicate(turn.value) ? before : turn.value.progress);
      wrote ||= turn.value.requests.some(isWrite);
      const replies: readonly SyncReply[] = await Promise.all(turn.value.requests.map((request) => playRequest(room, request)));
      turn = step.next(replies);
    }
    progress = turn.value;
    if (progress.phase !== "Running" && progress.phase !== "Terminating") return { progress, againAfterMs: undefined };
    if (pauses && room.waveDelayMs > 0) return { progress, againAfterMs: room.waveDelayMs };
    if (!wrote && sameValue(progress, before)) break;
  }
  return { progress, againAfterMs: lookAgainMs };
}

/** A turn after which the cluster alone does not tell any more what has happened: hooks are made, things go. */
function isDelicate(turn: Extract<SyncTurn, { kind: "requests" }>): boolean {
  const makesHook = (turn.progress.intents?.length ?? 0) > 0;
  return makesHook || turn.requests.some(({ op }) => op === "delete" || op === "updateFinalizers" || op === "replace");
}
