import { expect, test } from "vitest";
import { processIo } from "./io.js";

test("signals end the process as usual until a command asks to be stopped cleanly", () => {
  const before = process.listenerCount("SIGTERM");
  const io = processIo();
  expect(process.listenerCount("SIGTERM")).toBe(before);
  const { stop } = io;
  expect(process.listenerCount("SIGTERM")).toBe(before + 1);
  process.emit("SIGTERM");
  expect([stop.aborted, io.stop.aborted]).toEqual([true, true]);
});
