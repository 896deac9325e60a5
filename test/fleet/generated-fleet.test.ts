import { expect, test } from "vitest";
import { fleetVariants } from "./generated-fleet.js";

const seeds = (text: string): readonly (string | undefined)[] => fleetVariants({ seeds: text }, []).map((args) => args.at(-1));

test("seeds are single ones, ranges, or a list of both", () => {
  expect(seeds("7")).toEqual(["7"]);
  expect(seeds("3-5")).toEqual(["3", "4", "5"]);
  expect(seeds("1, 3-4,9")).toEqual(["1", "3", "4", "9"]);
});

test.each(["", "5-3", "a", "1,,2", "1-2-3"])("%j is no list of seeds: nothing would be run", (text) => {
  expect(() => seeds(text)).toThrow("--seeds");
});
