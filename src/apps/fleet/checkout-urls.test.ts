import { expect, test } from "vitest";
import { chooseCheckoutUrls } from "./checkout-urls.js";

const fleet = "https://git.example.com/platform/fleet.git";

test("the URL of a remote is the checkout, also when it is written otherwise", () => {
  const { isCheckout, note } = chooseCheckoutUrls(
    ["https://git.example.com/platform/fleet"],
    new Set([fleet, "https://git.example.com/other.git"]),
    new Set(),
  );
  expect([isCheckout(fleet), isCheckout("https://git.example.com/other.git"), note]).toEqual([true, false, undefined]);
});

test("without a remote among them the one URL that all sources name is the checkout, and a line says so", () => {
  const { isCheckout, note } = chooseCheckoutUrls([], new Set([fleet]), new Set());
  expect(isCheckout(fleet)).toBe(true);
  expect(note).toContain(fleet);
});

test("of two foreign URLs none is guessed", () => {
  const { isCheckout } = chooseCheckoutUrls([], new Set([fleet, "https://git.example.com/other.git"]), new Set());
  expect(isCheckout(fleet)).toBe(false);
});

test("a URL that was given a path of its own is not the checkout", () => {
  const { isCheckout } = chooseCheckoutUrls(
    [],
    new Set([fleet, "https://git.example.com/other.git"]),
    new Set(["https://git.example.com/other.git"]),
  );
  expect(isCheckout(fleet)).toBe(true);
  expect(isCheckout("https://git.example.com/other.git")).toBe(false);
});

test("beside a URL that is a parameter none is guessed, and a parameter never is", () => {
  const { isCheckout, note } = chooseCheckoutUrls([], new Set([fleet, "{{metadata.annotations.repo}}"]), new Set());
  expect([isCheckout(fleet), note]).toEqual([false, undefined]);
  expect(chooseCheckoutUrls([], new Set(["{{url}}"]), new Set()).note).toBeUndefined();
});
