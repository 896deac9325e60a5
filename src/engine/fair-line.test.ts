import { expect, test } from "vitest";
import { FairLine } from "./fair-line.js";

const tenantOf = (key: string): string => key.split("/")[0]!;
const taken = (line: FairLine): string[] => {
  const keys: string[] = [];
  for (let next = line.take(); next !== undefined; next = line.take()) keys.push(next[0]);
  return keys;
};

test("tenants take turns; within a tenant the oldest comes first", () => {
  const line = new FairLine(tenantOf);
  for (const key of ["a/1", "a/2", "a/3", "b/1", "c/1", "c/2"]) line.add(key, 0);
  expect(taken(line)).toEqual(["a/1", "b/1", "c/1", "a/2", "c/2", "a/3"]);
});

test("a tenant that comes late waits for one turn of each other, not for all their keys", () => {
  const line = new FairLine(tenantOf);
  for (let each = 0; each < 100; each++) line.add(`a/${each}`, 0);
  line.take();
  line.add("b/1", 5);
  expect([line.take()?.[0], line.take()?.[0]]).toEqual(["a/1", "b/1"]);
});

test("a key that is given back comes before all others, with the time since when it waits", () => {
  const line = new FairLine(tenantOf);
  line.add("a/1", 3);
  line.add("b/1", 4);
  line.giveBack("b/2", 1);
  expect(line.oldest).toBe(1);
  expect(line.take()).toEqual(["b/2", 1]);
});

test("a key is in line once, and not at all when it was taken out", () => {
  const line = new FairLine(tenantOf);
  line.add("a/1", 1);
  line.add("a/1", 2);
  line.add("a/2", 3);
  line.delete("a/2");
  expect([line.size, line.since("a/1"), line.since("a/2")]).toEqual([1, 1, undefined]);
  expect(taken(line)).toEqual(["a/1"]);
  expect(line.oldest).toBeUndefined();
});
