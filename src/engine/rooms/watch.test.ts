import { expect, test } from "vitest";
import { manualClock } from "#src/adapters/memory/manual-clock.js";
import { ExternalError } from "#src/core/errors.js";
import type { SourcePort } from "#src/ports/source.js";
import { silentTelemetry } from "#src/ports/telemetry.js";
import { RepositoryWatch } from "./watch.js";

const repoURL = "https://github.com/acme/fleet.git";

function world(options: { readonly intervalMs?: number; readonly revisions?: readonly string[] } = {}) {
  const clock = manualClock();
  const state = { commit: "1", isDown: false, cannotTell: false, intervalMs: options.intervalMs ?? 0 };
  const told: string[] = [];
  const ages: number[] = [];
  const looks: number[] = [];
  const source = {
    resolve: async (_: string, revision: string, { maxAgeMs }: { readonly maxAgeMs: number }) => {
      looks.push(clock.monotonic());
      ages.push(maxAgeMs);
      if (state.isDown) throw new ExternalError("no answer", { code: "GIT_FAILED" });
      await clock.sleep(5);
      return { repoURL, revision, commit: state.commit };
    },
  } as unknown as SourcePort;
  const watch = new RepositoryWatch({
    source,
    clock,
    random: () => 0.5,
    telemetry: silentTelemetry,
    intervalMs: () => state.intervalMs,
    jitterMs: () => 0,
    onChange: async ({ to }) => {
      if (state.cannotTell) throw new ExternalError("its files cannot be read", { code: "GIT_FAILED" });
      told.push(to);
    },
    onGone: () => {},
  });
  for (const revision of options.revisions ?? ["main"]) {
    watch.follow(`argocd/${revision}`, [{ repoURL, revision }]);
    watch.saw({ repoURL, revision }, "1");
  }
  const push = async (): Promise<void> => {
    const { done } = watch.poke(() => true);
    await clock.advance(100);
    await done;
  };
  return { clock, state, told, ages, looks, watch, push };
}

test("a commit that could not be told is told by the next look", async () => {
  const { clock, state, told, push } = world();
  state.commit = "2";
  state.cannotTell = true;
  await push();
  state.cannotTell = false;
  await clock.advance(10_000);
  expect(told).toEqual(["2"]);
});

test("a push is not missed where the repository does not answer just then, though nothing is polled", async () => {
  const { clock, state, told, looks, push } = world();
  state.commit = "2";
  state.isDown = true;
  await push();
  await clock.advance(59_000);
  // 2, 4, 8, 16 and 32 seconds apart.
  expect(looks.length).toBe(5);
  state.isDown = false;
  await clock.advance(40_000);
  expect(told).toEqual(["2"]);
  const after = looks.length;
  await clock.advance(3_600_000);
  expect(looks.length).toBe(after);
});

test("a repository that does not answer is asked no more often than it is polled", async () => {
  const { clock, state, looks } = world({ intervalMs: 60_000 });
  state.isDown = true;
  await clock.advance(60_000 + 2_000 + 4_000 + 8_000 + 16_000 + 32_000);
  const before = looks.length;
  await clock.advance(600_000);
  expect(looks.length - before).toBe(10);
});

test("one answer of a repository serves all its revisions", async () => {
  const { ages, push } = world({ revisions: ["main", "release", "v1"] });
  await push();
  // What was asked for since the look began is young enough.
  expect(ages).toEqual([0, 5, 10]);
});

test("an interval that is set where there was none counts at once", async () => {
  const { clock, state, looks, watch } = world();
  await clock.advance(600_000);
  expect(looks).toEqual([]);
  state.intervalMs = 30_000;
  watch.reschedule();
  await clock.advance(30_000);
  expect(looks).toEqual([630_000]);
});
