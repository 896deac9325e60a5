import { describe, expect, test } from "vitest";
import { manualClock } from "#src/adapters/memory/manual-clock.js";
import { type Handled, WorkQueue } from "./work-queue.js";

const queueOf = (handle: (key: string) => Promise<Handled>, concurrency = 1) => {
  const clock = manualClock();
  const queue = new WorkQueue({ clock, concurrency, handle, onError: () => {}, baseDelayMs: 100, maxDelayMs: 1000 });
  return { clock, queue };
};
const done = { kind: "done" } as const;
const noting = (seen: string[]) => async (key: string) => {
  seen.push(key);
  return done;
};

test("a key that is added many times while it waits is worked on once", async () => {
  const seen: string[] = [];
  const { clock, queue } = queueOf(noting(seen));
  for (const key of ["a", "b", "a", "a"]) queue.add(key);
  queue.start();
  await clock.advance(0);
  expect(seen).toEqual(["a", "b"]);
});

test("a key that is added while it is worked on comes again afterwards, never twice at once", async () => {
  let running = 0;
  let most = 0;
  let runs = 0;
  const { clock, queue } = queueOf(async () => {
    most = Math.max(most, ++running);
    runs++;
    await clock.sleep(10);
    running--;
    return done;
  }, 4);
  queue.start();
  queue.add("a");
  queue.add("a");
  queue.add("a");
  await clock.advance(100);
  expect({ most, runs }).toEqual({ most: 1, runs: 2 });
});

test("an urgent key goes before those that wait", async () => {
  const seen: string[] = [];
  const { clock, queue } = queueOf(noting(seen));
  queue.add("a");
  queue.add("b");
  queue.add("b", { urgent: true });
  queue.start();
  await clock.advance(0);
  expect(seen).toEqual(["b", "a"]);
});

test("a failing key waits twice as long each time, up to a bound, and starts anew after a success", async () => {
  const at: number[] = [];
  let fails = 5;
  const { clock, queue } = queueOf(async () => {
    at.push(clock.monotonic());
    if (fails-- > 0) throw new Error("no");
    return done;
  });
  queue.start();
  queue.add("a");
  await clock.advance(10_000);
  expect(at).toEqual([0, 100, 300, 700, 1500, 2500]);
});

test("of two times the earlier one counts", async () => {
  const at: number[] = [];
  const { clock, queue } = queueOf(async () => {
    at.push(clock.monotonic());
    return done;
  });
  queue.start();
  queue.addAfter("a", 500);
  queue.addAfter("a", 200);
  queue.addAfter("a", 900);
  await clock.advance(2000);
  expect(at).toEqual([200]);
});

describe("lanes", () => {
  const start = (isStuck: (lane: string) => boolean = () => false) => {
    const started: string[] = [];
    const ends = new Map<string, () => void>();
    const queue = new WorkQueue({
      clock: manualClock(),
      concurrency: 4,
      laneOf: (key) => key.split("/")[0]!,
      isStuck,
      handle: (key) => {
        started.push(key);
        return new Promise((resolve) => ends.set(key, () => resolve({ kind: "done" })));
      },
      onError: () => {},
    });
    return { queue, started, end: (key: string) => ends.get(key)!() };
  };

  test("the keys of one cluster never take all places: those of another are worked on beside them", async () => {
    const { queue, started, end } = start();
    for (let i = 0; i < 10; i++) queue.add(`dead/${i}`);
    queue.add("fine/0");
    queue.start();
    expect(started).toEqual(["dead/0", "dead/1", "dead/2", "fine/0"]);
    expect(queue.depth).toBe(11);
    end("dead/1");
    await Promise.resolve();
    await new Promise((resolve) => setImmediate(resolve));
    expect(started).toEqual(["dead/0", "dead/1", "dead/2", "fine/0", "dead/3"]);
  });

  test("places that are held by stuck clusters do not count", () => {
    const stuck = new Set<string>();
    const { queue, started } = start((lane) => stuck.has(lane));
    for (const lane of ["one", "two"]) for (let i = 0; i < 3; i++) queue.add(`${lane}/${i}`);
    queue.start();
    queue.add("fine/0");
    expect(started).toEqual(["one/0", "one/1", "one/2", "two/0"]);
    stuck.add("one").add("two");
    queue.poke();
    expect(started).toContain("fine/0");
  });
});

describe("tenants", () => {
  test("a tenant's single key does not wait for the hundred of another", async () => {
    const seen: string[] = [];
    const clock = manualClock();
    const tenantOf = (key: string): string => key.split("/")[0]!;
    const queue = new WorkQueue({ clock, concurrency: 1, handle: noting(seen), onError: () => {}, tenantOf });
    for (let each = 0; each < 100; each++) queue.add(`many/${each}`);
    queue.add("one/0");
    queue.start();
    await clock.advance(0);
    expect(seen.indexOf("one/0")).toBe(1);
  });

  test("an urgent key begins though all places are taken by others", async () => {
    const begun: string[] = [];
    const clock = manualClock();
    const handle = async (key: string): Promise<Handled> => {
      begun.push(key);
      await clock.sleep(1_000);
      return done;
    };
    const queue = new WorkQueue({ clock, concurrency: 4, handle, onError: () => {} });
    queue.start();
    for (const key of ["a", "b", "c", "d", "e"]) queue.add(key);
    queue.add("pushed", { urgent: true });
    await clock.advance(0);
    expect(begun).toEqual(["a", "b", "c", "d", "pushed"]);
  });

  test("an urgent key that waits for its lane goes before those that waited there already", async () => {
    const begun: string[] = [];
    const clock = manualClock();
    const handle = async (key: string): Promise<Handled> => {
      begun.push(key);
      await clock.sleep(1_000);
      return done;
    };
    const queue = new WorkQueue({ clock, concurrency: 4, handle, onError: () => {}, laneOf: () => "slow" });
    queue.start();
    for (const key of ["a", "b", "c", "d", "e"]) queue.add(key);
    queue.add("pushed", { urgent: true });
    await clock.advance(1_000);
    expect(begun.slice(0, 4)).toEqual(["a", "b", "c", "pushed"]);
  });

  test("work that says that it is urgent comes again before those that wait", async () => {
    const seen: string[] = [];
    const { clock, queue } = queueOf(async (key) => {
      seen.push(key);
      await clock.sleep(10);
      return key === "step" && seen.length === 1 ? { kind: "retryAfter", ms: 5, urgent: true } : done;
    });
    queue.start();
    for (const key of ["step", "a", "b", "c"]) queue.add(key);
    await clock.advance(100);
    expect(seen).toEqual(["step", "a", "step", "b", "c"]);
  });
});
