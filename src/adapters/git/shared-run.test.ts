import { expect, test } from "vitest";
import { SharedRun } from "./shared-run.js";

function counted() {
  let now = 0;
  let runs = 0;
  const waiting: (() => void)[] = [];
  const shared = new SharedRun(
    async () => {
      const run = ++runs;
      await new Promise<void>((resolve) => waiting.push(resolve));
      return run;
    },
    () => now,
  );
  return { shared, pass: (ms: number) => (now += ms), finish: () => waiting.shift()?.(), runs: () => runs };
}

test("callers at the same time share one run", async () => {
  const { shared, finish, runs } = counted();
  const answers = [shared.run(0), shared.run(0), shared.run(1000)];
  finish();
  expect(await Promise.all(answers)).toEqual([1, 1, 1]);
  expect(runs()).toBe(1);
});

test("who asks after a run began gets the next one, for something may have happened in between; all such share it", async () => {
  const { shared, pass, finish, runs } = counted();
  const early = shared.run(0);
  pass(5);
  const late = [shared.run(0), shared.run(0)];
  const patient = shared.run(10);
  finish();
  expect([await early, await patient]).toEqual([1, 1]);
  finish();
  expect(await Promise.all(late)).toEqual([2, 2]);
  expect(runs()).toBe(2);
});

test("an answer that is young enough is given again", async () => {
  const { shared, pass, finish, runs } = counted();
  const first = shared.run(0);
  finish();
  await first;
  pass(50);
  expect(await shared.run(100)).toBe(1);
  expect(runs()).toBe(1);
});
