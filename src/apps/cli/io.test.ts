import { expect, test } from "vitest";
import { processIo } from "./io.js";

test("signals end the process as usual until a command asks to be stopped cleanly", () => {
  const counts = () => [process.listenerCount("SIGTERM"), process.listenerCount("SIGINT")];
  const [before, interrupts] = counts();
  const io = processIo();
  expect(counts()).toEqual([before, interrupts]);
  const { stop } = io;
  expect(counts()).toEqual([before! + 1, interrupts! + 1]);
  process.emit("SIGTERM");
  expect([stop.aborted, io.stop.aborted]).toEqual([true, true]);
  // A second one of either kind ends the process.
  expect(counts()).toEqual([before, interrupts]);
});
