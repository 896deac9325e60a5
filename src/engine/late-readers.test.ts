import { expect, test } from "vitest";
import { manualClock } from "#src/adapters/memory/manual-clock.js";
import { LateReaders } from "./late-readers.js";

/** Readers are served when they are due, as by the controller's queue. */
function world(random: () => number) {
  const clock = manualClock();
  const served: number[] = [];
  const readers: LateReaders = new LateReaders({
    clock,
    random,
    later: (reader, ms) =>
      void clock.schedule(ms, () => {
        readers.served(reader);
        served.push(clock.monotonic());
      }),
  });
  return { clock, served, readers };
}

test("commits that come one a second cost a reader that they do not touch one write in the spread, however many they are", async () => {
  let seed = 7;
  const { clock, served, readers } = world(() => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647);
  const spreadMs = 120_000;
  for (let second = 0; second < 1_200; second++) {
    readers.add("argocd/web", spreadMs);
    await clock.advance(1_000);
  }
  expect(served.length).toBeGreaterThanOrEqual(8);
  expect(served.length).toBeLessThanOrEqual(10);
});

test("after a rest the next commit is told of within the spread", async () => {
  const { clock, served, readers } = world(() => 0.5);
  readers.add("argocd/web", 10_000);
  await clock.advance(60_000);
  readers.add("argocd/web", 10_000);
  await clock.advance(10_000);
  expect(served).toEqual([6_000, 66_000]);
});

test("a reader that was worked on for another reason has learnt of the commit: the next one is a new one", async () => {
  const clock = manualClock();
  const asked: number[] = [];
  const readers = new LateReaders({ clock, random: () => 0, later: (_, ms) => void asked.push(ms) });
  readers.add("argocd/web", 10_000);
  readers.served("argocd/web");
  await clock.advance(4_000);
  readers.add("argocd/web", 10_000);
  expect(asked).toEqual([1_000, 6_000]);
});
