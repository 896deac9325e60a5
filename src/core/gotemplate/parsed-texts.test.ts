import { expect, test } from "vitest";
import { ParsedTexts } from "./parsed-texts.js";

test("parses the same name and text once", () => {
  const texts = new ParsedTexts();
  let parses = 0;
  const get = (name: string, text: string) =>
    texts.get(name, text, () => {
      parses++;
      return new Map();
    });
  expect(get("a", "text")).toBe(get("a", "text"));
  get("b", "text");
  expect(parses).toBe(2);
});

test("forgets texts that were not asked for while many others came", () => {
  const texts = new ParsedTexts();
  const kept = texts.get("kept", "", () => new Map());
  const lost = texts.get("lost", "", () => new Map());
  for (let index = 0; index < 20; index++) {
    texts.get(`${index}`, `${index}`.padEnd(1_000_000), () => new Map());
    texts.get("kept", "", () => new Map());
  }
  expect(texts.get("kept", "", () => new Map())).toBe(kept);
  expect(texts.get("lost", "", () => new Map())).not.toBe(lost);
});
